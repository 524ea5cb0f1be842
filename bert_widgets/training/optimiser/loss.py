"""The loss of a batch: class weights, label smoothing, single-label and multi-label data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from ...data.text_data import TextData
    from ..hyperparameters import Hyperparameters


class Loss:
    """Cross-entropy; for multi-label data, the mean over labels of the binary cross-entropy.

    Parameters
    ----------
    data
        The training texts, for the frequency of the labels.
    hyperparameters
        ``class_weights`` and ``label_smoothing`` are used.
    """

    def __init__(self, data: TextData, hyperparameters: Hyperparameters) -> None:
        self._multi_label = data.multi_label
        self._smoothing = hyperparameters.label_smoothing
        self._weights = _class_weights(data, hyperparameters)

    def per_text(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the weighted loss of each text (n,), in nats."""
        weights = None if self._weights is None else self._weights.to(logits.device)
        if not self._multi_label:
            return functional.cross_entropy(
                logits, labels, weight=weights, label_smoothing=self._smoothing, reduction="none"
            )
        smooth = labels * (1 - self._smoothing) + self._smoothing / 2
        return functional.binary_cross_entropy_with_logits(
            logits, smooth, pos_weight=weights, reduction="none"
        ).mean(1)

    def total(self, labels: torch.Tensor) -> float:
        """Return the divisor of the summed losses, which with weights is that of torch."""
        if self._weights is None or self._multi_label:
            return len(labels)
        return float(self._weights[labels].sum())


def check_class_weights(data: TextData, hyperparameters: Hyperparameters) -> None:
    """Raise a ValueError if there is not one class weight for each label."""
    chosen = hyperparameters.class_weights
    if isinstance(chosen, tuple) and len(chosen) != len(data.classes):
        names = ", ".join(data.classes)
        msg = f"class_weights has {len(chosen)} numbers; give one for each of {names}."
        raise ValueError(msg)


def _class_weights(data: TextData, hyperparameters: Hyperparameters) -> torch.Tensor | None:
    chosen, classes = hyperparameters.class_weights, len(data.classes)
    if chosen is None:
        return None
    if chosen != "balanced":
        return torch.tensor(chosen)
    if data.multi_label:
        counts = np.maximum(data.labels.sum(0), 1)
        balanced = np.maximum(len(data) - counts, 1) / counts
    else:
        counts = np.maximum(np.bincount(data.labels, minlength=classes), 1)
        balanced = len(data) / counts / classes
    return torch.from_numpy(balanced.astype(np.float32))
