"""How good predictions are: loss, accuracy, F1, confusion, calibration."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.characters import printable
from .prediction import decided

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ..data.text_data import TextData

_BINS = 15
"""Bins of the calibration error, as in Guo et al."""

_MOST_CONFUSED = 5
"""Confused pairs that a summary shows."""

_TABLE = 2  # dimensions of a confusion matrix


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
        The mean F1 of the classes that occur. (scikit-learn also counts, with 0, classes that are
        only predicted.)
    precision, recall, f1
        float64 arrays (classes,). A class that does not occur has neither recall nor F1, and no
        precision unless it is predicted: they are NaN. 0 where one that occurs is not predicted.
    support
        int64 array (classes,): texts that carry each label.
    confusion
        int64 array (classes, classes), rows the true and columns the predicted label; for
        multi-label data (classes, 2, 2), one such table for each label.
    calibration_error
        Expected calibration error with 15 bins (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
    data, probabilities
        The texts, and float32 array (n, classes): their predictions. None in an evaluation that
        was read from a checkpoint.
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
    data: TextData | None = None
    probabilities: NDArray[np.floating[Any]] | None = None

    def __repr__(self) -> str:
        table = self.to_frame().to_string(float_format="{:.3f}".format, na_rep="-")
        return printable("\n".join([self._caption(), table, *self._most_confused()]))

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(float_format="{:.3f}".format, na_rep="-")
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._most_confused())
        return f"<p>{self._caption()}</p>{table}{notes}"

    def _caption(self) -> str:
        return (
            f"accuracy {self.accuracy:.3f}, macro F1 {self.macro_f1:.3f}, loss {self.loss:.3f}, "
            f"calibration error {self.calibration_error:.3f}"
        )

    def _most_confused(self) -> list[str]:
        if self.confusion.ndim != _TABLE:
            return []
        worst = self.confused().head(_MOST_CONFUSED)
        pairs = zip(worst["label"], worst["predicted"], worst["count"], strict=True)
        shown = ", ".join(
            f"{label} -> {predicted} ({count:,})" for label, predicted, count in pairs
        )
        return [f"most confused: {shown}"] if shown else []

    def to_frame(self) -> pd.DataFrame:
        """Return one row per class, the lowest F1 first: precision, recall, f1, support.

        Classes that do not occur are last.
        """
        import pandas as pd

        measures = {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "support": self.support,
        }
        frame = pd.DataFrame(measures, index=pd.Index(self.classes, name="label"))
        return frame.sort_values("f1", kind="stable")

    def confused(self) -> pd.DataFrame:
        """Return which class was taken for which other one, the most frequent first.

        Returns
        -------
        pandas.DataFrame
            ``label``, ``predicted``, ``count``, ``share`` (of the texts with the label) and, if
            the texts are known, ``rows``: a list of what they are called in the source.

        Raises
        ------
        ValueError
            For multi-label data, where no label is taken for another.
        """
        import pandas as pd

        if self.confusion.ndim != _TABLE:
            msg = (
                "In multi-label data no label is taken for another; see errors(), or to_frame() "
                "for the measures of each label."
            )
            raise ValueError(msg)
        wrong = self.confusion * (1 - np.eye(len(self.classes), dtype=np.int64))
        of_label, predicted = np.nonzero(wrong)
        counts = wrong[of_label, predicted]
        order = np.argsort(-counts, kind="stable")
        of_label, predicted, counts = of_label[order], predicted[order], counts[order]
        names = np.array(self.classes, object)
        pairs: dict[str, Any] = {
            "label": names[of_label],
            "predicted": names[predicted],
            "count": counts,
            "share": counts / self.support[of_label],
        }
        if self.data is not None:
            pairs["rows"] = self._rows_of(of_label, predicted)
        return pd.DataFrame(pairs)

    def _rows_of(self, of_label: NDArray[Any], predicted: NDArray[Any]) -> list[list[Any]]:
        """Return the rows of each pair of a label and a predicted class."""
        rows: dict[tuple[int, int], list[Any]] = {}
        if self.data is not None and self.probabilities is not None:
            numbers = self.data.labels.tolist(), self.probabilities.argmax(1).tolist()
            for label, other, row in zip(*numbers, self.data.rows, strict=True):
                rows.setdefault((label, other), []).append(row)
        return [rows[pair] for pair in zip(of_label.tolist(), predicted.tolist(), strict=True)]

    def errors(self) -> pd.DataFrame:
        """Return the texts with a wrong prediction, the most certain ones first.

        Returns
        -------
        pandas.DataFrame
            ``text``, ``pair`` (for pairs), ``label``, ``predicted`` and ``probability`` (that of
            the predicted label; not for multi-label data, whose texts stay in their order). The
            index, ``row``, is what a row is called in the source: see `TextData.rows`.

        Raises
        ------
        ValueError
            If the texts are not known.

        Examples
        --------
        >>> errors = clf.evaluate(bw.demo.reviews()).errors()
        >>> errors.columns.tolist()
        ['text', 'label', 'predicted', 'probability']
        """
        if self.data is None or self.probabilities is None:
            msg = (
                "This evaluation was read from a checkpoint, without its texts; call "
                "clf.evaluate(data)."
            )
            raise ValueError(msg)
        frame = self.data.to_frame().rename_axis("row")
        several = self.data.multi_label
        frame["predicted"] = list(decided(self.probabilities, self.classes, multi_label=several))
        wrong = [a != b for a, b in zip(frame["label"], frame["predicted"], strict=True)]
        if several:
            return frame[wrong]
        frame["probability"] = self.probabilities.max(1)
        return frame[wrong].sort_values("probability", ascending=False, kind="stable")


def evaluate(
    probabilities: NDArray[np.floating[Any]],
    labels: NDArray[Any],
    classes: tuple[str, ...],
    data: TextData | None = None,
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
    data
        The texts, for `Evaluation.errors`.

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
    occurs = support > 0
    recall[~occurs] = f1[~occurs] = np.nan
    precision[~occurs & ~_is_predicted(predicted, len(classes))] = np.nan
    tiny = np.finfo(np.float32).tiny
    return Evaluation(
        classes=classes,
        loss=float(-np.log(np.maximum(likelihoods, tiny)).mean()),
        accuracy=float(metrics.accuracy_score(labels, predicted)),
        macro_f1=float(f1[occurs].mean()) if occurs.any() else 0.0,
        precision=precision,
        recall=recall,
        f1=f1,
        support=support,
        confusion=confusion,
        calibration_error=calibration,
        data=data,
        probabilities=None if data is None else probabilities,
    )


def _is_predicted(predicted: NDArray[Any], classes: int) -> NDArray[np.bool_]:
    """Return which classes are predicted for some text."""
    if predicted.ndim > 1:
        return np.asarray(predicted.any(0))
    return np.bincount(predicted, minlength=classes) > 0


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
