"""Merging the windows of a long text and their scores."""

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
    """Return a long text without the tokens that no window reads.

    Every window of a pair contains the start of the shorter text, which may not fit as a whole.
    """
    shorter = 0 if any(window.starts[1] for window in windows) else 1
    end = max(
        window.encoding.offsets[window.encoding.segments == shorter, 1].max(initial=0)
        for window in windows
    )
    mask = np.flatnonzero((whole.segments != shorter) | (whole.offsets[:, 1] <= end))
    return Encoding(
        whole.text,
        whole.pair,
        [whole.input_ids[i] for i in mask],
        [whole.token_type_ids[i] for i in mask],
        [whole.tokens[i] for i in mask],
        whole.offsets[mask],
        whole.segments[mask],
    )


def merge(
    whole: Encoding,
    windows: Sequence[Window],
    results: Sequence[Scores],
    shares: NDArray[np.float64],
) -> Scores:
    """Add up the scores of windows, each weighted by its share in the prediction.

    Parameters
    ----------
    whole
        The whole text, of n tokens.
    windows, results
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
    for window, scores, share in zip(windows, results, shares, strict=True):
        np.add.at(tokens, _positions(whole, window), share * scores.tokens)
    differences = [scores.difference for scores in results]
    difference = None
    if None not in differences:
        difference = float(shares @ np.array(differences, np.float64))
    return Scores(tokens.astype(np.float32), difference)


def _positions(whole: Encoding, window: Window) -> NDArray[np.int64]:
    """Return which token of the whole text each token of a window is.

    They are matched by their first characters: a window that ends inside a word is split into
    other tokens there.
    """
    positions = np.zeros(len(window.encoding), np.int64)
    segments = window.encoding.segments
    special = np.flatnonzero(whole.segments < 0)
    specials_of_window = np.flatnonzero(segments < 0)
    positions[specials_of_window] = special[
        np.minimum(np.arange(len(specials_of_window)), len(special) - 1)
    ]
    for segment in (0, 1):
        tokens = np.flatnonzero(segments == segment)
        candidates = np.flatnonzero(whole.segments == segment)
        starts = window.encoding.offsets[tokens, 0] + window.starts[segment]
        order = np.searchsorted(whole.offsets[candidates, 0], starts, "right") - 1
        positions[tokens] = candidates[np.maximum(order, 0)] if len(candidates) else 0
    return positions
