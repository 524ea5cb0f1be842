"""The latest evaluation by class: confusion matrix, precision, recall and F1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ....model.evaluation import Evaluation

_MOST_CLASSES = 30
_TABLE = 2  # dimensions of a confusion matrix


def by_class(evaluation: Evaluation | None) -> dict[str, Any]:
    """Return the traits with confusion matrix and per-class measures; empty if there are none."""
    confusion: Any = []
    per_class: Any = np.empty((0, 4))
    if evaluation is not None:
        measures = (evaluation.precision, evaluation.recall, evaluation.f1, evaluation.support)
        per_class = np.stack(measures, 1)
        if evaluation.confusion.ndim == _TABLE and len(evaluation.classes) <= _MOST_CLASSES:
            confusion = evaluation.confusion.ravel()
    return {
        "_confusion": np.asarray(confusion, np.int32),
        "_per_class": per_class.astype(np.float32),
    }
