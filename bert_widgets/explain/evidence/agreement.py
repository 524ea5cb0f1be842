"""Agreement of two lists of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from .removal import ranking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..attribution.result import Attribution


class Agreement(NamedTuple):
    """Agreement of two methods about n texts.

    Attributes
    ----------
    spearman
        float64 array (n,): the rank correlation of the scores of each text; NaN for one word or
        equal scores.
    overlap
        float64 array (n,): the share of the highest words (three, or as many as there are) that
        both have.
    """

    spearman: NDArray[np.float64]
    overlap: NDArray[np.float64]


def agreement(first: Sequence[Attribution], second: Sequence[Attribution]) -> Agreement:
    """Compare the scores of two methods for the same texts.

    Parameters
    ----------
    first, second
        Results of `attribute` for the same texts, targets and units. The ranks of unsigned scores,
        such as those of rollout, agree with those of signed scores only by chance.

    Raises
    ------
    ValueError
        If they are not of the same texts and units.
    """
    ranks, overlap = np.zeros(len(first)), np.zeros(len(first))
    if len(first) != len(second):
        msg = (
            f"{len(first)} and {len(second)} attributions cannot be compared; "
            "use lists of the same length."
        )
        raise ValueError(msg)
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        if a.words != b.words:
            msg = f"Text {i}, {a.text!r:.80}, has different words in both; explain the same units."
            raise ValueError(msg)
        count = min(3, len(a.words))
        ranks[i] = spearman(a.scores, b.scores)
        overlap[i] = len({*ranking(a)[:count]} & {*ranking(b)[:count]}) / count
    return Agreement(ranks, overlap)


def spearman(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the correlation of the ranks; NaN as `pearson`."""
    return pearson(
        *(np.asarray(pd.Series(scores).rank(), np.float64) for scores in (first, second))
    )


def pearson(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the linear correlation; NaN if one of the two is constant."""
    first, second = (np.asarray(scores, np.float64) - np.mean(scores) for scores in (first, second))
    size = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / size if size else float("nan")


def kendall(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return tau-b, the cosine of the signs of all pairs' differences; NaN as `pearson`."""
    signs = [np.sign(np.subtract.outer(scores, scores)) for scores in (first, second)]
    size = float(np.sqrt((signs[0] ** 2).sum() * (signs[1] ** 2).sum()))
    return float((signs[0] * signs[1]).sum()) / size if size else float("nan")
