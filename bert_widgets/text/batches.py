"""Batches of texts of similar length, bounded by a number of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


def token_batches(
    lengths: Sequence[int] | NDArray[Any], budget: int, *, padded: bool = True
) -> Iterator[NDArray[np.int64]]:
    """Group items of similar length into batches of at most ``budget`` tokens, padding included.

    Parameters
    ----------
    lengths
        Tokens of each item.
    budget
        The most tokens in a batch: its size times its longest item. An item longer than the
        budget forms a separate batch.
    padded
        Whether items of different lengths may share a batch.

    Yields
    ------
    int64 array
        Item numbers, longest batch first, so that too large a budget fails at once.

    Examples
    --------
    >>> [batch.tolist() for batch in token_batches([5, 2, 2, 4], 8)]
    [[0], [3, 1], [2]]
    >>> [batch.tolist() for batch in token_batches([5, 2, 2, 4], 8, padded=False)]
    [[0], [3], [1, 2]]
    """
    order = np.argsort(-np.asarray(lengths), kind="stable")
    start = 0
    while start < len(order):
        longest = int(lengths[order[start]])
        size = max(1, budget // max(1, longest))
        if not padded:
            following = order[start : start + size]
            size = int(np.count_nonzero(np.asarray(lengths)[following] == longest))
        yield order[start : start + size]
        start += size
