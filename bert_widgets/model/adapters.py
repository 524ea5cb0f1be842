"""Models with a PEFT adapter: which are supported, their parts, and how they are saved."""

# ruff: noqa: ANN401 - parts of models have no common type
from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors.torch
import torch
from torch import nn

from .label_map import config_labels

if TYPE_CHECKING:
    from transformers import PreTrainedModel

WEIGHTS = "adapter_model.safetensors"
INSIDE = "base_model.model."
"""What PEFT puts before the names of the weights of the model that it wraps."""


def has_adapter(model: nn.Module) -> bool:
    """Say whether a model is wrapped by PEFT."""
    return hasattr(model, "peft_config") and hasattr(model, "get_base_model")


def check_adapter(model: Any) -> None:
    """Raise a ValueError if a model has an adapter that cannot be shown, trained and saved right.

    Prompts that are learned as extra tokens shift all others, and without the task type the head
    would be neither trained nor saved.
    """
    if not has_adapter(model):
        if getattr(model, "_hf_peft_config_loaded", False):
            msg = (
                "The adapter was added with add_adapter, which does not save the classification "
                "head; wrap the model with peft.get_peft_model and task_type='SEQ_CLS' instead."
            )
            raise ValueError(msg)
        return
    if type(model).__name__ != "PeftModelForSequenceClassification":
        msg = (
            f"A {type(model).__name__} neither trains nor saves the classification head; make the "
            "adapter with task_type='SEQ_CLS'."
        )
        raise ValueError(msg)
    if len(model.peft_config) > 1:
        names = ", ".join(map(repr, model.peft_config))
        msg = f"The model has several adapters ({names}); keep one, with model.delete_adapter."
        raise ValueError(msg)
    config = model.active_peft_config
    if config.is_prompt_learning:
        msg = (
            f"{config.peft_type.value} adds tokens to each text, which cannot be shown or scored; "
            "use an adapter of the weights such as LoRA."
        )
        raise ValueError(msg)


def without_adapter(model: Any) -> PreTrainedModel:
    """Return the model inside PEFT's wrapper, or the model itself if there is none.

    Its layers still contain the adapter.
    """
    inner: PreTrainedModel = model.get_base_model() if has_adapter(model) else model
    return inner


def is_linear(module: nn.Module) -> bool:
    """Say whether a module is a linear layer, possibly with an adapter around it."""
    return isinstance(module, nn.Linear) or isinstance(
        getattr(module, "base_layer", None), nn.Linear
    )


def linear_layers(model: nn.Module) -> list[nn.Module]:
    """Return the linear layers of a model; one with an adapter counts once, as a whole."""
    adapted = [m for m in model.modules() if is_linear(m) and not isinstance(m, nn.Linear)]
    parts = {id(part) for module in adapted for part in module.modules() if part is not module}
    return [m for m in model.modules() if is_linear(m) and id(m) not in parts]


@torch.no_grad()
def linear_weight(layer: Any) -> torch.Tensor:
    """Return the weight (outputs, inputs) of a linear layer, with what an adapter adds to it."""
    if isinstance(layer, nn.Linear):
        return layer.weight
    base = layer.base_layer.weight
    inputs = torch.eye(base.shape[1], dtype=base.dtype, device=base.device)
    weight: torch.Tensor = (layer(inputs) - layer(torch.zeros_like(inputs[:1]))).T
    return weight


def merged_model(model: Any) -> PreTrainedModel:
    """Return a copy of a model with its adapter added to its weights."""
    merged: PreTrainedModel = copy.deepcopy(model).merge_and_unload(safe_merge=True)
    return merged.requires_grad_(True)  # noqa: FBT003 - torch's own


def save_adapter(model: Any, folder: str | Path) -> None:
    """Save an adapter with the whole classification head, its classes and all else that is trained.

    PEFT saves the last layer of a head alone. Others may be random in the base model: then each
    loading would make a new head.
    """
    embeddings = model.get_input_embeddings()
    trained = any(parameter.requires_grad for parameter in embeddings.parameters())
    model.save_pretrained(str(folder), save_embedding_layers=trained)
    path = next(Path(folder).rglob(WEIGHTS))
    weights = safetensors.torch.load_file(path)
    head = INSIDE + without_adapter(model).base_model_prefix + "."
    name = next(iter(model.peft_config))
    for key, parameter in model.named_parameters():
        plain = plain_name(key, name)
        in_head = not key.startswith(head) or ".pooler." in key
        if (in_head or parameter.requires_grad) and ".original_module." not in key:
            weights.setdefault(plain, parameter.detach().cpu().clone())
    config = without_adapter(model).config
    noted = {
        "format": "pt",
        "labels": json.dumps(config_labels(config)),
        "problem_type": json.dumps(config.problem_type),
    }
    safetensors.torch.save_file(weights, path, noted)


def plain_name(key: str, adapter: str) -> str:
    """Return what the file of an adapter calls a weight of a model with that adapter."""
    return key.replace(f".modules_to_save.{adapter}", "").replace(f".{adapter}.", ".")
