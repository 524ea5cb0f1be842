"""How each training example was learned: confidence, variability, correctness over the epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .label_errors import label_errors

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ...data.text_data import TextData


class Dynamics:
    """Training dynamics of n examples as running means, so that memory does not grow with epochs.

    Each time an example is trained on, the prediction of that forward pass (with dropout, before
    the update) is recorded. Over these predictions, the *confidence* of an example is the mean
    probability of its label, its *variability* the standard deviation of that probability, and its
    *correctness* the share of correct predictions. Easy examples have a high confidence; a low
    confidence with little variability suggests a wrong label; ambiguous examples vary most.

    For multi-label data the probability of the label is the mean, over all labels, of the
    probability of the true value, and a prediction is correct if it is for all labels.

    It can be read while a training thread records; a reader may then see part of a step.

    Parameters
    ----------
    data
        The training data; row i of every array belongs to its row i.

    References
    ----------
    Swayamdipta et al. 2020, "Dataset Cartography: Mapping and Diagnosing Datasets with Training
    Dynamics". The running variance is by Welford 1962.

    Examples
    --------
    >>> import numpy as np
    >>> from bert_widgets import TextData
    >>> dynamics = Dynamics(TextData.from_([("a gem", "good"), ("a bore", "bad")]))
    >>> for p in (0.25, 0.75):
    ...     dynamics.record(np.array([0]), np.array([[1 - p, p]], np.float32))
    >>> dynamics.confidence.tolist(), dynamics.variability.tolist()
    ([0.5, nan], [0.25, nan])
    """

    def __init__(self, data: TextData) -> None:
        self.data = data
        n = len(data)
        self._counts = np.zeros(n, np.int32)
        self._right = np.zeros(n, np.int32)
        self._means = np.zeros((n, len(data.classes)), np.float32)
        self._squares = np.zeros(n, np.float32)  # squared distances from the mean, summed

    def __repr__(self) -> str:
        return f"<Dynamics of {len(self.data):,} texts>"

    def record(self, rows: NDArray[np.int64], probabilities: NDArray[np.float32]) -> None:
        """Record one prediction for each of several distinct rows.

        Parameters
        ----------
        rows
            int64 array (b,): distinct row numbers.
        probabilities
            float32 array (b, classes).

        Raises
        ------
        ValueError
            If the shapes do not match.
        """
        if probabilities.shape != (len(rows), len(self.data.classes)):
            msg = (
                f"Probabilities of shape {probabilities.shape} do not match {len(rows)} rows and "
                f"{len(self.data.classes)} classes; pass an array of one row per example and one "
                "column per class."
            )
            raise ValueError(msg)
        counts = self._counts[rows] + 1
        before = self._means[rows]
        means = before + (probabilities - before) * np.reciprocal(counts, dtype=np.float32)[:, None]
        gold = self._of_label(rows, probabilities)
        squares = self._squares[rows] + (gold - self._of_label(rows, before)) * (
            gold - self._of_label(rows, means)
        )
        right = self._right[rows] + self._is_correct(rows, probabilities)
        # At the end, so that they stay in step with each other if memory runs out before.
        self._counts[rows], self._right[rows] = counts, right
        self._means[rows], self._squares[rows] = means, squares

    @property
    def counts(self) -> NDArray[np.int32]:
        """int32 array (n,): how many times each example was seen."""
        return self._counts.copy()

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """float32 array (n, classes): the mean prediction; NaN if never seen."""
        return np.where(self._counts[:, None] > 0, self._means, np.float32(np.nan))

    @property
    def confidence(self) -> NDArray[np.float32]:
        """float32 array (n,): the mean probability of the label; NaN if never seen."""
        return self._of_label(np.arange(len(self.data)), self.probabilities)

    @property
    def variability(self) -> NDArray[np.float32]:
        """float32 array (n,): the standard deviation of that probability; NaN if never seen."""
        # Rounding may make the sum of squares of a constant slightly negative.
        return np.sqrt(_share(np.maximum(self._squares, 0), self._counts))

    @property
    def correctness(self) -> NDArray[np.float32]:
        """float32 array (n,): the share of correct predictions; NaN if never seen."""
        return _share(self._right, self._counts)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per example, indexed by what it is called in the source.

        Columns are ``text``, ``pair`` (for pairs), ``label``, ``confidence``, ``variability``,
        ``correctness`` and ``times_seen``.
        """
        return (
            self.data.to_frame()
            .assign(
                confidence=self.confidence,
                variability=self.variability,
                correctness=self.correctness,
                times_seen=self.counts,
            )
            .rename_axis("row")
        )

    def label_errors(self) -> pd.DataFrame:
        """Return the examples seen so far whose label is probably wrong, most suspicious first.

        They are derived from the mean predictions (see `label_errors`). The result is most useful
        after one or a few epochs, because a model memorises wrong labels in long training.

        Returns
        -------
        pandas.DataFrame
            Columns ``row`` (what it is called in the source, see `TextData.rows`), ``text``,
            ``pair`` (for pairs), ``label``, ``suggested``, ``score``.

        Raises
        ------
        ValueError
            For multi-label data.
        """
        if self.data.multi_label:
            msg = (
                "Label errors cannot be found in multi-label data; look for examples of low "
                "confidence in `to_frame()` instead."
            )
            raise ValueError(msg)
        seen = np.flatnonzero(self._counts)
        errors = label_errors(self._means[seen], self.data.labels[seen], self.data.classes)
        positions = seen[errors["row"]].tolist()
        errors["row"] = [self.data.rows[i] for i in positions]
        errors.insert(1, "text", [self.data.texts[i] for i in positions])
        if self.data.pairs is not None:
            errors.insert(2, "pair", [self.data.pairs[i] for i in positions])
        return errors

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of all arrays, for a checkpoint."""
        return {name: array.copy() for name, array in self._arrays().items()}

    def load(self, state: dict[str, NDArray[Any]]) -> None:
        """Load what `state` returned.

        Raises
        ------
        ValueError
            If the number of rows or classes differs from that of the data.
        """
        arrays = self._arrays()
        for name, array in arrays.items():
            shape = state[name].shape if name in state else None
            if shape != array.shape:
                msg = (
                    f"The saved training dynamics do not match this data: {name!r} is "
                    f"{shape or 'missing'} and should have the shape {array.shape}; "
                    "resume with the data of that run."
                )
                raise ValueError(msg)
        for name, array in arrays.items():
            array[...] = state[name]

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "counts": self._counts,
            "right": self._right,
            "means": self._means,
            "squares": self._squares,
        }

    def _of_label(
        self, rows: NDArray[np.int64], probabilities: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return float32 (b,): the probability of each row's label."""
        labels = self.data.labels[rows]
        if self.data.multi_label:
            of_true_values = np.where(labels > 0, probabilities, 1 - probabilities)
            return np.asarray(of_true_values.mean(1), np.float32)
        return np.asarray(probabilities[np.arange(len(rows)), labels], np.float32)

    def _is_correct(
        self, rows: NDArray[np.int64], probabilities: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        labels = self.data.labels[rows]
        if self.data.multi_label:
            return np.asarray(((probabilities >= 0.5) == (labels > 0)).all(1))  # noqa: PLR2004
        return np.asarray(probabilities.argmax(1) == labels)


def _share(sums: NDArray[Any], counts: NDArray[np.int32]) -> NDArray[np.float32]:
    shares = np.full(len(counts), np.nan, np.float32)
    np.divide(sums, counts, out=shares, where=counts > 0, casting="unsafe")
    return shares
