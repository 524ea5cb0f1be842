"""The weights of a checkpoint: safetensors only, and only the classification head may be new."""

from __future__ import annotations

import contextlib
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from safetensors import SafetensorError
from transformers import AutoModelForSequenceClassification
from transformers.utils import logging as hf_logging

from ..._common.errors import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from transformers import PreTrainedModel

_TASK = "ForSequenceClassification"
# Heads of other tasks that have no weight of the same name and meaning as a classification head,
# or one that a new classifier is meant to start from.
_COMPATIBLE = ("Model", "ForMaskedLM", "ForPreTraining", _TASK)
_BUFFERS = ("position_ids", "token_type_ids", "inv_freq")  # constants that old versions saved
_LFS = b"version https://git-lfs"


class LoadedModel(NamedTuple):
    """A model and what of it is new.

    Attributes
    ----------
    model
        The model, in float32.
    new_head
        Why its head has random weights, as the beginning of a sentence; empty if it is trained.
    """

    model: PreTrainedModel
    new_head: str


def load_model(where: str, config: Any, *, new_head: bool = False) -> LoadedModel:  # noqa: ANN401
    """Load weights; everything but the classification head must be in the checkpoint.

    Parameters
    ----------
    where
        A folder or a name on the Hub.
    config
        Its config, with the class names to use.
    new_head
        Whether to replace a trained head.

    Raises
    ------
    OSError
        If there are no weights in the safetensors format, or they are damaged.
    ValueError
        If weights are missing, left over or of another shape than the config describes.
    """
    made_for = _architecture(config)
    model, report = _load(where, config)
    prefix = _foreign_prefix(model, report)
    if prefix:
        model, report = _load(where, config, key_mapping={f"^{re.escape(prefix)}": ""})
    base = model.base_model_prefix + "."
    head = {name for name, _ in model.named_parameters() if not name.startswith(base)}
    other_task = not made_for.endswith(_TASK)
    untrained = _check_weights(where, base, head, report, other_task=other_task)
    # The head of another task may have the name and shape of ours.
    if new_head or (other_task and not made_for.endswith(_COMPATIBLE)):
        fresh = type(model)(config)
        fresh.base_model.load_state_dict(model.base_model.state_dict())
        model = fresh
    model.train(False)  # noqa: FBT003
    model.config.architectures = [type(model).__name__]  # what is saved from now on
    if model.config.problem_type == "regression":
        if not (other_task or new_head or untrained):
            msg = f"The head of {where!r} is for regression, not for classes; pass new_head=True."
            raise ValueError(msg)
        model.config.problem_type = None
    if made_for.endswith("Model"):
        return LoadedModel(model, f"{where!r} is an encoder without a classification head")
    if other_task:
        return LoadedModel(model, f"{where!r} was made for another task ({made_for})")
    new = new_head or untrained
    return LoadedModel(model, f"The classification head of {where!r} is new" if new else "")


def _architecture(config: Any) -> str:  # noqa: ANN401
    named = getattr(config, "architectures", None)
    return str(named[0]) if isinstance(named, list | tuple) and named else _TASK


def _load(where: str, config: Any, **options: Any) -> tuple[PreTrainedModel, dict[str, Any]]:  # noqa: ANN401
    with quiet():
        try:
            model, report = AutoModelForSequenceClassification.from_pretrained(
                where,
                config=config,
                use_safetensors=True,
                trust_remote_code=False,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
                dtype=torch.float32,
                **options,
            )
        except SafetensorError as error:
            msg = (
                f"Cannot load {where!r}: its safetensors file is incomplete or damaged "
                f"({error}); download it again."
            )
            if any(path.read_bytes()[: len(_LFS)] == _LFS for path in _weight_files(where)):
                msg = (
                    f"Cannot load {where!r}: its weights are a pointer of Git LFS, not the file; "
                    "run `git lfs pull` there."
                )
            raise OSError(msg) from error
        except OSError as error:
            msg = f"Cannot load {where!r}: it has no weights in the safetensors format."
            raise OSError(msg) from error
        except Exception as error:
            msg = f"Cannot load {where!r} as a text classifier: {reason(error)}"
            raise ValueError(msg) from error
    return model, report


def _weight_files(where: str) -> Iterable[Path]:
    return (path for path in Path(where).glob("*.safetensors") if path.stat().st_size < 1024)  # noqa: PLR2004


def _foreign_prefix(model: PreTrainedModel, report: dict[str, Any]) -> str:
    """Return what another trainer put before every name (``module.``), if that is all."""
    base = [name for name, _ in model.named_parameters() if name in report["missing_keys"]]
    if not base:
        return ""
    first = min(base)
    for name in report["unexpected_keys"]:
        prefix = str(name).removesuffix(first)
        if prefix != name and prefix.endswith("."):
            with_prefix = {prefix + expected for expected in base}
            if len(with_prefix & set(report["unexpected_keys"])) > len(base) // 2:
                return prefix
    return ""


def _check_weights(
    where: str, base: str, head: set[str], report: dict[str, Any], *, other_task: bool
) -> bool:
    """Raise unless only the head is new; say whether it is."""
    mismatched = {name for name, *_ in report["mismatched_keys"]}
    for name, saved, expected in sorted(report["mismatched_keys"]):
        if name not in head:
            msg = (
                f"Cannot load {where!r}: {name} has the shape {tuple(saved)} in the checkpoint and "
                f"{tuple(expected)} by its config; use the config it was saved with."
            )
            raise ValueError(msg)
    untrained = head & (mismatched | report["missing_keys"])
    missing = set(report["missing_keys"]) - head
    if other_task or head <= untrained:
        missing = {name for name in missing if ".pooler." not in name}  # part of a new head
    elif not mismatched:
        missing |= untrained  # half a head
    if missing:
        msg = (
            f"Cannot load {where!r}: the checkpoint lacks {_some(missing)}, which would be "
            "random; use the whole checkpoint, or the config it was saved with."
        )
        raise ValueError(msg)
    left_over = {
        name
        for name in report["unexpected_keys"]
        if not name.endswith(_BUFFERS)
        and ".pooler." not in name  # which some classifiers do without
        and (name.startswith(base) or not other_task)
    }
    if left_over:
        msg = (
            f"Cannot load {where!r}: the model of its config has no place for {_some(left_over)}; "
            "use the config the checkpoint was saved with."
        )
        raise ValueError(msg)
    return bool(untrained)


def _some(names: set[str]) -> str:
    more = f" and {len(names) - 1} other weights" if len(names) > 1 else ""
    return min(names) + more


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence the loading report of transformers: ours is shorter and raises."""
    level, bars = hf_logging.get_verbosity(), hf_logging.is_progress_bar_enabled()
    hf_logging.set_verbosity(logging.ERROR)
    hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        hf_logging.set_verbosity(level)
        if bars:
            hf_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
