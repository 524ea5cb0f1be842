"""A long text and its scores, put together from the windows it is read in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...text.encoding import Encoding
from .problem import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...text.windows import Window


def as_read(whole: Encoding, windows: Sequence[Window]) -> Encoding:
    """Return a long text without the pieces that no window reads.

    Every window of a pair holds the start of its shorter text, which may be too long for it.
    """
    shorter = 0 if any(window.starts[1] for window in windows) else 1
    end = max(
        window.encoding.offsets[window.encoding.segments == shorter, 1].max(initial=0)
        for window in windows
    )
    kept = np.flatnonzero((whole.segments != shorter) | (whole.offsets[:, 1] <= end))
    return Encoding(
        whole.text,
        whole.pair,
        [whole.input_ids[i] for i in kept],
        [whole.token_type_ids[i] for i in kept],
        [whole.tokens[i] for i in kept],
        whole.offsets[kept],
        whole.segments[kept],
    )


def merge(
    whole: Encoding, windows: Sequence[Window], found: Sequence[Scores], shares: NDArray[np.float64]
) -> Scores:
    """Add up the scores of windows, each weighted by its share in the prediction.

    Parameters
    ----------
    whole
        The whole text, of n tokens.
    windows, found
        Its windows, and the scores of each.
    shares
        float64 array: the weight of each window; they add up to one.

    Returns
    -------
    Scores
        Scores (n,) of the tokens of the whole text. Where each window's scores are complete, so
        are these: they add up to the weighted mean of the differences. Without margins.
    """
    tokens = np.zeros(len(whole), np.float64)
    for window, scores, share in zip(windows, found, shares, strict=True):
        np.add.at(tokens, _places(whole, window), share * scores.tokens)
    differences = [scores.difference for scores in found]
    difference = None
    if None not in differences:
        difference = float(shares @ np.array(differences, np.float64))
    return Scores(tokens.astype(np.float32), difference)


def _places(whole: Encoding, window: Window) -> NDArray[np.int64]:
    """Return which token of the whole text each token of a window is.

    They are matched by the characters they begin with: a window that had to end inside a word is
    cut into other pieces there.
    """
    places = np.zeros(len(window.encoding), np.int64)
    segments = window.encoding.segments
    special = np.flatnonzero(whole.segments < 0)
    mine = np.flatnonzero(segments < 0)
    places[mine] = special[np.minimum(np.arange(len(mine)), len(special) - 1)]
    for segment in (0, 1):
        pieces = np.flatnonzero(segments == segment)
        candidates = np.flatnonzero(whole.segments == segment)
        starts = window.encoding.offsets[pieces, 0] + window.starts[segment]
        order = np.searchsorted(whole.offsets[candidates, 0], starts, "right") - 1
        places[pieces] = candidates[np.maximum(order, 0)] if len(candidates) else 0
    return places
