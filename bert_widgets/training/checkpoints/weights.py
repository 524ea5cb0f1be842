"""Copies of a model's weights: the best ones, and the last good ones."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...model.forward.out_of_memory import is_out_of_memory, release_cached

if TYPE_CHECKING:
    from ...model.classifier import BertClassifier

_REFRESH = 100  # steps between two copies
_BAD = 2.0  # times the mean loss before the last copy: the weights are bad


def copy_weights(clf: BertClassifier) -> dict[str, torch.Tensor]:
    """Return a copy of all weights by name; it is in main memory where a GPU has no room for it."""
    with clf.lock:
        weights = {name: value.detach() for name, value in clf.model.state_dict().items()}
        try:
            return {name: value.clone() for name, value in weights.items()}
        except torch.OutOfMemoryError:
            if clf.device.type == "cpu":
                raise
        release_cached()
        return {name: value.cpu() for name, value in weights.items()}


def put_back(clf: BertClassifier, weights: dict[str, torch.Tensor]) -> None:
    """Copy weights back into the classifier."""
    with clf.lock:
        clf.model.load_state_dict(weights)


class LastGood:
    """Keeps a copy of the weights to restore when a training diverges.

    A loss that is not finite need not mean bad weights: a single text may overflow. The copy is
    restored only if the weights are bad: not finite, or with losses since the copy far above
    those before it.

    Parameters
    ----------
    clf
        The classifier.
    step
        Number of steps done.
    """

    def __init__(self, clf: BertClassifier, step: int) -> None:
        self._clf = clf
        self._copy = copy_weights(clf)
        self._step = step
        self._level = math.inf  # the mean loss when the copy was made
        self._losses: deque[float] = deque(maxlen=_REFRESH)  # since that copy

    def saw(self, step: int, loss: float) -> None:
        """Record the finite loss of a step; copy the weights from time to time."""
        self._losses.append(loss)
        if math.isinf(self._level):
            self._level = loss
        if step - self._step >= _REFRESH and not self._is_bad():
            try:
                copied = copy_weights(self._clf)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                return  # the earlier copy has to do for another step
            self._copy, self._step = copied, step
            self._level = float(np.mean(self._losses))
            self._losses.clear()

    def rescue(self) -> int | None:
        """Restore the copy if the weights are bad; return the step at which it was made."""
        finite = all(bool(torch.isfinite(p).all()) for p in self._clf.model.parameters())
        return None if finite and not self._is_bad() else self.restore()

    def restore(self) -> int:
        """Restore the copy; return the step at which it was made."""
        put_back(self._clf, self._copy)
        return self._step

    def _is_bad(self) -> bool:
        most = _BAD * max(self._level, 0.1)
        return bool(self._losses) and float(np.mean(self._losses)) > most
