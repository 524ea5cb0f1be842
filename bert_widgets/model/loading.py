"""Reading a checkpoint: safetensors only, none of its code, its label names put right."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification
from transformers.utils import logging as hf_logging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from ..data.text_data import ProblemType

PROBLEM_TYPES: dict[ProblemType, str] = {
    "single_label": "single_label_classification",
    "multi_label": "multi_label_classification",
}
"""Our names of the problem types, and those in a Hugging Face config."""

_ALIGNMENT = 64  # bytes: what torch gives the tensors that it allocates itself


def read_config(where: str) -> Any:  # noqa: ANN401
    """Read ``config.json`` of a folder or of a checkpoint on the Hub."""
    try:
        return AutoConfig.from_pretrained(where, trust_remote_code=False)
    except (OSError, ValueError) as error:
        msg = (
            f"Cannot load {where!r}: it is no checkpoint folder here, and no model of that name "
            "could be had from the Hub; check the path, or the name and the network."
        )
        raise OSError(msg) from error


def config_labels(config: Any) -> list[str]:  # noqa: ANN401
    """Return the label names in the order of the logits."""
    return [str(config.id2label[i]) for i in range(config.num_labels)]


def label_names(config: Any, labels: Sequence[str] | None) -> list[str]:  # noqa: ANN401
    """Return the names to use: the config's own order where ``labels`` are the same names."""
    own = config_labels(config)
    names = own if labels is None else [str(name) for name in labels]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        msg = f"The label {min(repeated)!r} is given twice; label names must differ."
        raise ValueError(msg)
    if len(names) < 2:  # noqa: PLR2004
        msg = f"A classifier needs at least two labels, not {names!r}; pass labels=[...]."
        raise ValueError(msg)
    return own if set(own) == set(names) else names


def load_model(where: str, config: Any) -> tuple[PreTrainedModel, bool]:  # noqa: ANN401
    """Load weights; say whether the head had none."""
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
            )
        except OSError as error:
            msg = f"Cannot load {where!r}: it has no weights in the safetensors format."
            raise OSError(msg) from error
    base = model.base_model_prefix + "."
    absent = [*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])]
    return model, any(not key.startswith(base) for key in absent)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence the loading report of transformers: its one useful line is our warning."""
    level, bars = hf_logging.get_verbosity(), hf_logging.is_progress_bar_enabled()
    hf_logging.set_verbosity(logging.ERROR)
    hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        hf_logging.set_verbosity(level)
        if bars:
            hf_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def choose_device(name: str) -> torch.device:
    """Take CUDA, else MPS, else the CPU for ``"auto"``."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def readable_length(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """Tokens a model reads: RoBERTa's kin spend their first positions on the padding token."""
    positions = int(getattr(model.config, "max_position_embeddings", 0)) or 512
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    if table is not None and table.padding_idx is not None:
        positions -= int(table.padding_idx) + 1
    return min(positions, int(tokenizer.model_max_length))


def align(model: PreTrainedModel) -> None:
    """Move weights that lie askew in memory, as those read from a file may.

    The last bit of a matmul depends on that, and a run has to go on bit for bit.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.data_ptr() % _ALIGNMENT:
            tensor.data = tensor.data.clone()
