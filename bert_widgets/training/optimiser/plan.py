"""The texts of each step of a training."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ...text.batches import token_batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_BUCKET = 32  # batches whose texts are sorted by length together
_TEXTS = 32  # of average length in a batch by default


def tokens_per_batch(lengths: NDArray[np.int32], batch_tokens: int | None) -> int:
    """Return the maximum tokens per batch, by default those of 32 texts or of the longest one."""
    if batch_tokens is not None:
        return batch_tokens
    return max(round(_TEXTS * float(lengths.mean())), int(lengths.max()))


class Plan:
    """The steps of all epochs, computed one epoch at a time from the seed alone.

    Texts are shuffled, divided into buckets of about 32 batches and batched by length in each
    bucket; then the batches are shuffled. A plan can be continued from the number of steps done.

    Parameters
    ----------
    lengths
        Number of tokens of each text.
    epochs, batch_tokens, gradient_accumulation, seed
        As in `Hyperparameters`.

    Attributes
    ----------
    ends : int64 array (epochs,)
        Number of steps done at the end of each epoch.
    """

    def __init__(
        self,
        lengths: NDArray[np.int32],
        *,
        epochs: int,
        batch_tokens: int | None,
        gradient_accumulation: int,
        seed: int,
    ) -> None:
        self._lengths = lengths
        self._budget = tokens_per_batch(lengths, batch_tokens)
        self._batches_per_step = gradient_accumulation
        self._seed = seed
        self.ends = np.cumsum([sum(1 for _ in self.steps(epoch)) for epoch in range(epochs)])

    def __len__(self) -> int:
        return int(self.ends[-1])

    def epoch(self, step: int) -> float:
        """Return the number of epochs done after ``step`` steps, with a fraction."""
        done = int(np.searchsorted(self.ends, step, "right"))
        if done == len(self.ends):
            return float(done)
        start = int(self.ends[done - 1]) if done else 0
        return done + (step - start) / (int(self.ends[done]) - start)

    def after(self, step: int) -> Iterator[NDArray[np.int64]]:
        """Yield the rows of each remaining step after ``step`` steps."""
        epoch = int(np.searchsorted(self.ends, step, "right"))
        start = int(self.ends[epoch - 1]) if epoch else 0
        for later in range(epoch, len(self.ends)):
            yield from islice(self.steps(later), step - start if later == epoch else 0, None)

    def steps(self, epoch: int) -> Iterator[NDArray[np.int64]]:
        """Yield the rows of each step of an epoch: an int64 array of row numbers."""
        random = np.random.default_rng((self._seed, epoch))
        order = random.permutation(len(self._lengths))
        bucket = max(1, round(_BUCKET * self._budget / self._lengths.mean()))
        batches = [
            chunk[rows]
            for chunk in np.split(order, range(bucket, len(order), bucket))
            for rows in token_batches(self._lengths[chunk], self._budget)
        ]
        shuffled = random.permutation(len(batches))
        for first in range(0, len(batches), self._batches_per_step):
            together = shuffled[first : first + self._batches_per_step]
            yield np.concatenate([batches[i] for i in together])
