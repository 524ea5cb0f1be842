"""The texts of each step of a training."""

from __future__ import annotations

import threading
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ...text.batches import token_batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_BUCKET = 32  # batches whose texts are sorted by length together
_EXACT = 32  # epochs that are planned to know how many steps there are
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

    Epochs are planned when they are reached, since thousands of them would take minutes. The
    number of all steps, ``len(plan)``, is exact for up to 32 epochs; of more, those after the first
    32 are taken to be as long on average.

    Parameters
    ----------
    lengths
        Number of tokens of each text.
    epochs, batch_tokens, gradient_accumulation, seed
        As in `Hyperparameters`.

    Attributes
    ----------
    epochs : int
        Number of epochs.
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
        self.epochs = epochs
        self._ends: list[int] = []  # steps done at the end of each epoch planned so far
        self._planning = threading.Lock()

    def __len__(self) -> int:
        sample = min(self.epochs, _EXACT)
        steps = self._end(sample)
        return steps + round((self.epochs - sample) * steps / sample)

    def total(self, step: int) -> int:
        """Return ``len(plan)`` as it is known after ``step`` steps: exact at the very end."""
        return step if self.ended(step) else max(len(self), step + 1)

    def ended(self, step: int) -> bool:
        """Whether ``step`` steps are all steps."""
        return self._done(step) == self.epochs

    def between_epochs(self, step: int) -> bool:
        """Whether an epoch ends with step number ``step``."""
        done = self._done(step)
        return done > 0 and self._end(done) == step

    def epoch(self, step: int) -> float:
        """Return the number of epochs done after ``step`` steps, with a fraction."""
        done = self._done(step)
        if done == self.epochs:
            return float(done)
        start = self._end(done)
        return done + (step - start) / (self._end(done + 1) - start)

    def after(self, step: int) -> Iterator[NDArray[np.int64]]:
        """Yield the rows of each remaining step after ``step`` steps."""
        epoch = self._done(step)
        start = self._end(epoch)
        for later in range(epoch, self.epochs):
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

    def _done(self, step: int) -> int:
        """Return the number of whole epochs in ``step`` steps."""
        planned = bisect_right(self._ends, step)
        while planned == len(self._ends) < self.epochs and self._end(planned + 1) <= step:
            planned += 1
        return planned

    def _end(self, epochs: int) -> int:
        """Return the number of steps in so many epochs."""
        with self._planning:
            while len(self._ends) < epochs:
                steps = sum(1 for _ in self.steps(len(self._ends)))
                self._ends.append((self._ends[-1] if self._ends else 0) + steps)
        return self._ends[epochs - 1] if epochs else 0
