"""Loading a PEFT adapter onto its base model, with the classification head it was trained with."""

# ruff: noqa: ANN401 - configs and models of PEFT have no types
from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from ..adapters import INSIDE, WEIGHTS, plain_name
from ..label_map import set_classes
from .tokenizer import load_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def base_folder(where: str, *, new_head: bool = False) -> str | None:
    """Return the folder of an adapter's base model, if both are there and PEFT is installed.

    Raises
    ------
    ValueError
        If a new head is asked for, or the adapter was not made for a classifier.
    """
    folder = Path(where)
    described = folder / "adapter_config.json"
    if not described.is_file() or (folder / "config.json").is_file():
        return None
    if new_head:
        msg = f"{where!r} holds an adapter with its head; leave out new_head."
        raise ValueError(msg)
    try:
        config = json.loads(described.read_text("utf-8"))
        base, task = config.get("base_model_name_or_path"), config.get("task_type")
    except (AttributeError, ValueError):
        return None
    there = isinstance(base, str) and (Path(base).expanduser() / "config.json").is_file()
    if not there or not importlib.util.find_spec("peft"):
        return None
    if task != "SEQ_CLS":
        msg = (
            f"Cannot load {where!r}: an adapter for the task {task!r} neither trains nor saves a "
            "classification head; make the adapter with task_type='SEQ_CLS'."
        )
        raise ValueError(msg)
    return str(Path(base).expanduser())


def read_classes(where: str, config: Any) -> bool:
    """Put the classes that an adapter was saved with in a config; return whether they are known."""
    metadata = _opened(where)[1]
    if "labels" not in metadata:
        return False
    set_classes(config, json.loads(metadata["labels"]))
    config.problem_type = json.loads(metadata["problem_type"])
    return True


def load_adapter(
    model: PreTrainedModel, where: str, base: str, *, new_head: bool
) -> tuple[Any, PreTrainedTokenizerBase]:
    """Return a model with the adapter of a folder, and its tokenizer; no code of it is run.

    Parameters
    ----------
    model
        The base model.
    where, base
        The folders of the adapter and of its base model.
    new_head
        Whether the base model's head is random, so that the adapter must bring all of it.

    Raises
    ------
    OSError
        If the adapter has no weights in the safetensors format, or they are damaged.
    ValueError
        If the adapter lacks weights or has others than the model.
    """
    import peft

    saved, _ = _opened(where)
    lacking = {name for name in _random(model, base) if new_head and not _names(name) & saved}
    if not lacking:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what is missing is an error below
                adapted: Any = peft.PeftModelForSequenceClassification.from_pretrained(
                    model, where, is_trainable=True, torch_device="cpu"
                )
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            msg = (
                f"Cannot load {where!r}: its adapter does not fit the model in {base!r} with "
                f"{model.config.num_labels} labels; pass labels=[...] as it was trained with. "
                f"{reason:.200}"
            )
            raise ValueError(msg) from error
        expected = peft.get_peft_model_state_dict(adapted, save_embedding_layers=False)
        lacking = expected.keys() - saved
        name = next(iter(adapted.peft_config))
        known = {plain_name(key, name) for key in adapted.state_dict()}
        lacking |= saved - known
    if lacking:
        msg = (
            f"Cannot load {where!r}: its adapter and the model in {base!r} do not have the same "
            f"weights, such as {min(lacking)}, which would be random or lost; save the adapter "
            "with BertClassifier.save_pretrained, which writes the whole head."
        )
        raise ValueError(msg)
    has_tokenizer = (Path(where) / "tokenizer_config.json").is_file()
    return adapted, load_tokenizer(where if has_tokenizer else base, model)


def _opened(where: str) -> tuple[set[str], dict[str, str]]:
    """Return the names of an adapter's weights, and what was noted beside them."""
    path = Path(where) / WEIGHTS
    try:
        with safe_open(path, "pt") as file:
            return set(file.keys()), file.metadata() or {}
    except (OSError, SafetensorError) as error:
        msg = f"Cannot load {where!r}: its {WEIGHTS} is missing or damaged; save it again."
        raise OSError(msg) from error


def _random(model: PreTrainedModel, base: str) -> set[str]:
    """Return the weights that a base model without a trained head lacks."""
    prefix = f"{model.base_model_prefix}."
    in_base: set[str] = set()
    for path in Path(base).glob("*.safetensors"):
        with safe_open(path, "pt") as file:
            in_base |= {key.rpartition("pooler.")[2] for key in file.keys() if "pooler." in key}  # noqa: SIM118 - no dict
    return {
        name
        for name, _ in model.named_parameters()
        if not name.startswith(prefix)
        or (".pooler." in name and name.rpartition("pooler.")[2] not in in_base)
    }


def _names(name: str) -> set[str]:
    """Return what a weight may be called in the file of an adapter."""
    layer, _, kind = name.rpartition(".")
    return {INSIDE + name, f"{INSIDE}{layer}.base_layer.{kind}"}
