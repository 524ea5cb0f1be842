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
    """Training dynamics of n examples as running means: memory does not grow with the epochs.

    Each time an example is trained on, the model's prediction for it in that very forward pass
    (dropout on, before the update) is counted in. Of these predictions an example's *confidence*
    is the mean probability of its label, its *variability* the standard deviation of that
    probability, its *correctness* the share that were right. Easy examples have a high
    confidence; a low one with little variability hints at a wrong label; the ambiguous vary most.

    For multi-label data the probability of the label is the mean, over all labels, of the
    probability given to the right value, and a prediction is right if all labels are.

    It may be read while a training thread records; a reader may then see a step half counted.

    Parameters
    ----------
    data
        The training data; row i of every array is its row i.

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
        """Count one prediction in for each of some distinct rows.

        Parameters
        ----------
        rows
            int64 array (b,): row numbers, none of them twice.
        probabilities
            float32 array (b, classes).

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        if probabilities.shape != (len(rows), len(self.data.classes)):
            msg = (
                f"Probabilities of shape {probabilities.shape} do not fit {len(rows)} rows and "
                f"{len(self.data.classes)} classes; give one row of probabilities for each."
            )
            raise ValueError(msg)
        counts = self._counts[rows] + 1
        before = self._means[rows]
        means = before + (probabilities - before) * np.reciprocal(counts, dtype=np.float32)[:, None]
        gold = self._of_label(rows, probabilities)
        self._squares[rows] += (gold - self._of_label(rows, before)) * (
            gold - self._of_label(rows, means)
        )
        self._means[rows] = means
        self._right[rows] += self._is_right(rows, probabilities)
        self._counts[rows] = counts

    @property
    def counts(self) -> NDArray[np.int32]:
        """int32 array (n,): times each example was seen."""
        return self._counts.copy()

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """float32 array (n, classes): the mean prediction, NaN where never seen."""
        return np.where(self._counts[:, None] > 0, self._means, np.float32(np.nan))

    @property
    def confidence(self) -> NDArray[np.float32]:
        """float32 array (n,): the mean probability of the label, NaN where never seen."""
        return self._of_label(np.arange(len(self.data)), self.probabilities)

    @property
    def variability(self) -> NDArray[np.float32]:
        """float32 array (n,): the label's probability's standard deviation, NaN if never seen."""
        # Rounding may take the sum of squares of a constant a hair below zero.
        return np.sqrt(_share(np.maximum(self._squares, 0), self._counts))

    @property
    def correctness(self) -> NDArray[np.float32]:
        """float32 array (n,): the share of predictions that were right, NaN where never seen."""
        return _share(self._right, self._counts)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an example, by its row number in the training data.

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
        """Return the examples seen so far whose label is probably wrong, the likeliest first.

        Judged by the mean prediction (see `label_errors`). It is telling after one epoch or a
        few: a model that trains on a wrong label for long learns it by heart.

        Returns
        -------
        pandas.DataFrame
            Columns ``row``, ``text``, ``pair`` (for pairs), ``label``, ``suggested``, ``score``.

        Raises
        ------
        ValueError
            If a text may carry several labels.
        """
        if self.data.multi_label:
            msg = (
                "Likely label errors are found only where each text has one label, and in this "
                "data it may have several; look at `to_frame()` for a low confidence instead."
            )
            raise ValueError(msg)
        seen = np.flatnonzero(self._counts)
        found = label_errors(self._means[seen], self.data.labels[seen], self.data.classes)
        found["row"] = seen[found["row"]]
        places = found["row"].tolist()
        found.insert(1, "text", [self.data.texts[i] for i in places])
        if self.data.pairs is not None:
            found.insert(2, "pair", [self.data.pairs[i] for i in places])
        return found

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of all arrays, for a checkpoint."""
        return {name: array.copy() for name, array in self._arrays().items()}

    def load(self, state: dict[str, NDArray[Any]]) -> None:
        """Take over what `state` returned.

        Raises
        ------
        ValueError
            If the arrays are of other data: another number of rows or classes.
        """
        arrays = self._arrays()
        for name, array in arrays.items():
            shape = state[name].shape if name in state else None
            if shape != array.shape:
                msg = (
                    f"The stored training dynamics do not fit this data: {name!r} is "
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
            chances = np.where(labels > 0, probabilities, 1 - probabilities)
            return np.asarray(chances.mean(1), np.float32)
        return np.asarray(probabilities[np.arange(len(rows)), labels], np.float32)

    def _is_right(
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
