"""Batches of texts: of similar length, within a number of tokens, and padded for a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

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


def right_padded(
    lengths: NDArray[Any],
    ids: NDArray[Any],
    types: NDArray[Any] | None,
    *,
    padding: int,
    segmented: bool,
) -> dict[str, torch.Tensor]:
    """Pad texts on the right into what a model's ``forward`` takes.

    Parameters
    ----------
    lengths
        Tokens of each of the b texts.
    ids
        The token ids of all texts, end to end.
    types
        Their segment ids; None where all are 0.
    padding
        The token id that fills up shorter texts.
    segmented
        Whether the model reads segment ids.

    Returns
    -------
    dict of str to Tensor
        int64 CPU tensors (b, longest): ``input_ids``, ``attention_mask`` and, for models that
        have segments, ``token_type_ids``.
    """
    inside = np.arange(lengths.max(initial=0)) < lengths[:, None]
    batch = {
        "input_ids": np.full(inside.shape, padding, np.int64),
        "attention_mask": inside.astype(np.int64),
    }
    batch["input_ids"][inside] = ids
    if segmented:
        batch["token_type_ids"] = np.zeros(inside.shape, np.int64)
        if types is not None:
            batch["token_type_ids"][inside] = types
    return {name: torch.from_numpy(array) for name, array in batch.items()}
