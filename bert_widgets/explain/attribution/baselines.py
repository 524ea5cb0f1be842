"""Baselines: what replaces a token that is "absent"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from ..._common.options import unknown
from ...model.word_embeddings import word_embeddings

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier

    Baseline: TypeAlias = str | NDArray[np.floating]

BASELINES = {
    "pad": "the padding token",
    "mask": "the mask token",
    "zero": "a word embedding of zeros",
    "mean": "the mean of all word embeddings",
}
"""Every named baseline, with a description. Special tokens, positions and segments are kept."""

_ROWS = 4096  # embeddings looked up at once


def baseline_embedding(clf: BertClassifier, baseline: Baseline) -> torch.Tensor:
    """Return the word embedding that means "no word": float32 (width,) on the model's device.

    Parameters
    ----------
    clf
        The classifier.
    baseline
        A key of `BASELINES`, or an array (width,).

    Raises
    ------
    ValueError
        If the baseline is unknown, has another shape, or the tokenizer has no such token.
    """
    table: torch.Tensor = clf.model.get_input_embeddings().weight  # type: ignore[assignment]
    width = int(table.shape[1])
    if not isinstance(baseline, str):
        array = np.asarray(baseline, np.float32)
        if array.shape != (width,) or not np.isfinite(array).all():
            msg = (
                f"A baseline of shape {array.shape} does not fit; use one of "
                f"{', '.join(map(repr, BASELINES))} or {width} finite numbers, "
                "the width of the word embeddings."
            )
            raise ValueError(msg)
        return torch.from_numpy(array).to(table.device)
    if baseline not in BASELINES:
        raise ValueError(unknown("baseline", baseline, BASELINES))
    with torch.no_grad():
        if baseline == "zero":
            return torch.zeros(width, device=table.device)
        tokens = range(len(table)) if baseline == "mean" else [_token(clf, baseline)]
        total = torch.zeros(width, device=table.device)
        for start in range(0, len(tokens), _ROWS):
            ids = torch.tensor(tokens[start : start + _ROWS], device=table.device)
            total += word_embeddings(clf, ids).sum(0)
        return total / len(tokens)


def _token(clf: BertClassifier, baseline: str) -> int:
    tokenizer = clf.tokenizer
    number = tokenizer.pad_token_id if baseline == "pad" else tokenizer.mask_token_id
    if number is None:
        msg = f"This model's tokenizer has no {baseline} token; use the baseline 'zero' or 'mean'."
        raise ValueError(msg)
    return int(number)
