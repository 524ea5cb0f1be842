"""The config of a checkpoint, read once its folder or the Hub is known to have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import AutoConfig

from ..._common.errors import reason
from .folder_checks import check_folder, check_size
from .hub import check_reachable

if TYPE_CHECKING:
    from ...data.text_data import ProblemType

PROBLEM_TYPES: dict[ProblemType, str] = {
    "single_label": "single_label_classification",
    "multi_label": "multi_label_classification",
}
"""Our names of the problem types, and those in a Hugging Face config."""


def read_config(where: str) -> Any:  # noqa: ANN401
    """Read ``config.json`` of a folder or of a checkpoint on the Hub.

    Raises
    ------
    OSError
        If there is none, it cannot be read, or its type of model is unknown.
    """
    folder = Path(where)
    if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
        msg = (
            f"Cannot load {where!r}: it holds an adapter without its model; load both with "
            "peft.PeftModelForSequenceClassification.from_pretrained(model, folder) and pass the "
            "result to BertClassifier(model, tokenizer)."
        )
        raise OSError(msg)
    check_folder(where)
    check_reachable(where)
    try:
        config = AutoConfig.from_pretrained(where, trust_remote_code=False)
    except Exception as error:
        if (folder / "config.json").is_file():
            msg = f"Cannot load {where!r}: its config.json cannot be used. {reason(error)}"
        elif folder.is_dir():
            msg = f"Cannot load {where!r}: the folder has no config.json."
        else:
            msg = (
                f"Cannot load {where!r}: there is no such folder, and no model of that name could "
                "be loaded from the Hub; check the path, or the name and the network."
            )
        raise OSError(msg) from error
    check_size(where, config)
    return config
