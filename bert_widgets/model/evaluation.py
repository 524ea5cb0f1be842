"""How good predictions are: loss, accuracy, F1, confusion, calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.characters import printable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_BINS = 15
"""Bins of the calibration error, as in Guo et al."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Measures of predictions against labels.

    Attributes
    ----------
    classes
        The label names.
    loss
        Mean negative log-likelihood (natural logarithm) of the labels.
    accuracy
        The share of texts with the right label (multi-label: with exactly the right labels).
    macro_f1
        The mean over classes of each class's F1.
    precision, recall, f1
        float64 arrays (classes,); 0 where a class was never predicted or never occurs.
    support
        int64 array (classes,): texts that carry each label.
    confusion
        int64 array (classes, classes), rows the true and columns the predicted label; for
        multi-label data (classes, 2, 2), one such table for each label.
    calibration_error
        Expected calibration error with 15 bins (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
    """

    classes: tuple[str, ...]
    loss: float
    accuracy: float
    macro_f1: float
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.int64]
    confusion: NDArray[np.int64]
    calibration_error: float

    def __repr__(self) -> str:
        table = self.to_frame().to_string(float_format="{:.3f}".format)
        return printable(f"{self._caption()}\n{table}")

    def _repr_html_(self) -> str:
        return f"<p>{self._caption()}</p>{self.to_frame().to_html(float_format='{:.3f}'.format)}"

    def _caption(self) -> str:
        return (
            f"accuracy {self.accuracy:.3f}, macro F1 {self.macro_f1:.3f}, loss {self.loss:.3f}, "
            f"calibration error {self.calibration_error:.3f}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per class: precision, recall, f1, support."""
        import pandas as pd

        return pd.DataFrame(
            {
                "precision": self.precision,
                "recall": self.recall,
                "f1": self.f1,
                "support": self.support,
            },
            index=pd.Index(self.classes, name="label"),
        )


def evaluate(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[Any], classes: tuple[str, ...]
) -> Evaluation:
    """Compare probabilities (n, classes) with labels.

    Parameters
    ----------
    probabilities
        One row per text: a distribution, or for multi-label data a probability of each label.
    labels
        int64 (n,), or zeros and ones (n, classes) for multi-label data.
    classes
        The label names.

    Returns
    -------
    Evaluation

    Examples
    --------
    >>> evaluate(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), ("a", "b")).accuracy
    1.0
    """
    from sklearn import metrics

    numbers = np.arange(len(classes))
    if labels.ndim == 1:
        predicted: NDArray[Any] = probabilities.argmax(1)
        likelihoods = probabilities[np.arange(len(labels)), labels]
        confusion = metrics.confusion_matrix(labels, predicted, labels=numbers)
        calibration = calibration_error(probabilities.max(1), predicted == labels)
    else:
        predicted = (probabilities >= 0.5).astype(np.int64)  # noqa: PLR2004
        likelihoods = np.where(labels > 0, probabilities, 1 - probabilities)
        confusion = metrics.multilabel_confusion_matrix(labels, predicted)
        calibration = calibration_error(probabilities.ravel(), labels.ravel())
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=numbers, zero_division=0.0
    )
    tiny = np.finfo(np.float32).tiny
    return Evaluation(
        classes=classes,
        loss=float(-np.log(np.maximum(likelihoods, tiny)).mean()),
        accuracy=float(metrics.accuracy_score(labels, predicted)),
        macro_f1=float(f1.mean()),
        precision=precision,
        recall=recall,
        f1=f1,
        support=support,
        confusion=confusion,
        calibration_error=calibration,
    )


def calibration_error(confidences: NDArray[np.floating[Any]], correct: NDArray[Any]) -> float:
    """Return the expected calibration error with bins of equal width.

    Parameters
    ----------
    confidences
        Probabilities (n,).
    correct
        Zeros and ones (n,): whether what each probability was given to came true.
    """
    inner_edges = np.linspace(0, 1, _BINS + 1, dtype=confidences.dtype)[1:-1]
    bins = np.digitize(confidences, inner_edges)
    # The size of a bin cancels: its weight is in proportion to it, its means inversely so.
    differences = np.bincount(bins, weights=confidences - correct.astype(np.float64))
    return float(np.abs(differences).sum() / len(confidences))
