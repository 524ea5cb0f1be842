"""The latest evaluation by class: confusion, precision, recall and F1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ....model.evaluation import Evaluation

_MOST_CLASSES = 30
_MOST_PAIRS = 300
_TABLE = 2  # dimensions of a confusion matrix


def by_class(evaluation: Evaluation | None) -> dict[str, Any]:
    """Return the traits of the view of classes; empty before an evaluation.

    The confusion matrix is only sent for a number of classes of which it can be read. The pairs of
    confused classes are sent for any number.
    """
    confusion: Any = []
    confused: Any = np.empty((0, 3))
    per_class: Any = np.empty((0, 4))
    one_label = evaluation is None or evaluation.confusion.ndim == _TABLE
    if evaluation is not None:
        measures = (evaluation.precision, evaluation.recall, evaluation.f1, evaluation.support)
        per_class = np.stack(measures, 1)
        if one_label:
            confused = _confused(evaluation.confusion)
            if len(evaluation.classes) <= _MOST_CLASSES:
                confusion = evaluation.confusion.ravel()
    return {
        "_confusion": np.asarray(confusion, np.int32),
        "_confused": confused.astype(np.int32),
        "_one_label": one_label,
        "_per_class": per_class.astype(np.float32),
    }


def _confused(confusion: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return class, class predicted instead and number of texts, the most frequent pairs first."""
    counts = confusion.copy()
    np.fill_diagonal(counts, 0)
    label, predicted = np.nonzero(counts)
    order = np.argsort(-counts[label, predicted], kind="stable")[:_MOST_PAIRS]
    label, predicted = label[order], predicted[order]
    return np.stack([label, predicted, counts[label, predicted]], 1)
