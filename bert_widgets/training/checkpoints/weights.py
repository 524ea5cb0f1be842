"""Copies of a model's weights: the best so far, and the last that were good."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from ...model.classifier import BertClassifier

_REFRESH = 100  # steps between two copies
_SPOILT = 2.0  # a mean loss this many times the one at the last copy


def copy_weights(clf: BertClassifier) -> dict[str, torch.Tensor]:
    """Return a copy of all weights by name."""
    with clf.lock:
        return {name: value.detach().clone() for name, value in clf.model.state_dict().items()}


def put_back(clf: BertClassifier, weights: dict[str, torch.Tensor]) -> None:
    """Copy weights back into the classifier."""
    with clf.lock:
        clf.model.load_state_dict(weights)


class LastGood:
    """Keeps a copy of the weights to go back to when a training turns into garbage.

    A loss that is no number need not be the weights' fault: one text may overflow. The copy is
    put back only if the weights are spoilt too: not finite, or the losses since the copy far
    above those before it.

    Parameters
    ----------
    clf
        The classifier.
    step
        Steps done.
    """

    def __init__(self, clf: BertClassifier, step: int) -> None:
        self._clf = clf
        self._copy = copy_weights(clf)
        self._step = step
        self._level = math.inf  # the mean loss when the copy was made
        self._losses: deque[float] = deque(maxlen=_REFRESH)  # since then

    def saw(self, step: int, loss: float) -> None:
        """Take note of the finite loss of a step; now and then copy the weights."""
        self._losses.append(loss)
        if math.isinf(self._level):
            self._level = loss
        if step - self._step >= _REFRESH and not self._spoilt():
            self._copy, self._step = copy_weights(self._clf), step
            self._level = float(np.mean(self._losses))
            self._losses.clear()

    def rescue(self) -> int | None:
        """Put the copy back if the weights are spoilt; return the step it was made at."""
        finite = all(bool(torch.isfinite(p).all()) for p in self._clf.model.parameters())
        if finite and not self._spoilt():
            return None
        put_back(self._clf, self._copy)
        return self._step

    def _spoilt(self) -> bool:
        most = _SPOILT * max(self._level, 0.1)
        return bool(self._losses) and float(np.mean(self._losses)) > most
