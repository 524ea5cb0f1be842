"""Predictions at chance, whose scores are drawn faintly: noise would look like evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EVEN = 0.99  # the share of the largest entropy from which probabilities count as even
_HALF = 0.06  # how far from one half a probability of one of several labels may be
_SCALE_ENDS = {"logit": 0.5, "probability": 0.1}


def at_chance(probabilities: NDArray[Any]) -> bool:
    """Return whether all classes are about equally probable, or each label is about even."""
    shares = probabilities.astype(np.float64)
    if abs(shares.sum() - 1) > 1e-3:  # noqa: PLR2004 - several labels per text
        return bool((np.abs(shares - 0.5) <= _HALF).all())
    if len(shares) < 2:  # noqa: PLR2004
        return False
    entropy = -(shares * np.log(shares.clip(1e-12))).sum()
    return bool(entropy >= _EVEN * np.log(len(shares)))


def scale_end(scores: NDArray[Any], probabilities: NDArray[Any], output: str) -> float:
    """Return the score with the strongest colour: the largest, but not a tiny one at chance.

    Parameters
    ----------
    scores
        The score of each word.
    probabilities
        The prediction.
    output
        ``"logit"`` or ``"probability"``: the unit of the scores.
    """
    largest = float(np.abs(scores).max(initial=0))
    return max(largest, _SCALE_ENDS[output]) if at_chance(probabilities) else largest
