"""The depth of each parameter of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from .adapters import without_adapter

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def depths(model: PreTrainedModel) -> dict[str, int]:
    """Return the depth of each parameter, by name.

    The embeddings (all that comes before the first layer) have depth 0, layer i has depth i + 1,
    and the head (all that comes after the layers) has the largest. ALBERT's layers share their
    weights and count as one.
    """
    inner = without_adapter(model)
    if inner is not model:  # the wrapper puts something before each name
        known = {id(parameter): name for name, parameter in inner.named_parameters()}
        depth = depths(inner)
        return {name: depth[known[id(p)]] for name, p in model.named_parameters()}
    stacks = [
        (name, stack) for name, stack in model.named_modules() if isinstance(stack, nn.ModuleList)
    ]
    path, stack = max(stacks, key=lambda item: len(item[1]))
    top = len(stack) + 1
    encoder = path.rpartition(".")[0]
    # DeBERTa keeps the relative positions, which all its layers read, behind the layers.
    shared = f"{encoder}." if hasattr(model.get_submodule(encoder), "rel_embeddings") else "."
    result: dict[str, int] = {}
    below = True
    for name, _ in model.named_parameters():
        if name.startswith(f"{path}."):
            result[name] = int(name.removeprefix(f"{path}.").split(".")[0]) + 1
            below = False
        elif not name.startswith(f"{model.base_model_prefix}."):
            result[name] = top  # XLM-RoBERTa's head is listed before the model it sits on
        else:
            result[name] = 0 if below or name.startswith(shared) else top
    return result
