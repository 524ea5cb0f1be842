"""The labels and probabilities that a classifier gives to texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.characters import printable

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Prediction:
    """Predicted labels of n texts.

    Attributes
    ----------
    classes
        The label names, in the order of the columns of ``probabilities``.
    labels
        The most probable label of each text; for a multi-label classifier a tuple of all labels
        with a probability of at least one half.
    probabilities
        float32 array (n, classes): each row sums to one, or for a multi-label classifier each
        entry is an independent probability.
    """

    texts: tuple[Any, ...]
    classes: tuple[str, ...]
    labels: tuple[Any, ...]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return printable(repr(self.to_frame()))

    def _repr_html_(self) -> Any:  # noqa: ANN401 - as pandas has it
        return self.to_frame()._repr_html_()  # type: ignore[operator]

    def to_frame(self, *, with_columns_of: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return columns ``text``, ``label`` and one of probabilities for each class.

        Parameters
        ----------
        with_columns_of
            The table whose texts were predicted. Its columns and its index are kept, and the
            predicted label is called ``predicted``.

        Raises
        ------
        ValueError
            If the texts do not stand in the table in the same order, or it has a column that is
            called as one of the prediction.

        Examples
        --------
        >>> reviews = bw.demo.reviews()
        >>> table = clf.predict(reviews["text"]).to_frame(with_columns_of=reviews)
        >>> table[["text", "label", "predicted"]].shape
        (220, 3)
        """
        import pandas as pd

        columns = {f"p({name})": self.probabilities[:, i] for i, name in enumerate(self.classes)}
        if with_columns_of is None:
            return pd.DataFrame({"text": self.texts, "label": self.labels, **columns})
        self._check_same(with_columns_of)
        predicted = pd.DataFrame({"predicted": self.labels, **columns}, with_columns_of.index)
        for name in predicted.columns:
            if name in with_columns_of.columns:
                msg = f"The table has a column {name!r} already; rename or drop it."
                raise ValueError(msg)
        return pd.concat([with_columns_of, predicted], axis=1)

    def to_csv(self, path: str | Path, *, with_columns_of: pd.DataFrame | None = None) -> None:
        """Write the table of `to_frame` as a CSV file.

        Parameters
        ----------
        path
            The file; one that exists is replaced.
        with_columns_of
            As for `to_frame`. Several labels of a text are joined by commas.

        Raises
        ------
        ValueError
            As for `to_frame`, or if labels with a comma in their names would be joined.
        """
        frame = self.to_frame(with_columns_of=with_columns_of)
        name = "label" if with_columns_of is None else "predicted"
        if any(isinstance(labels, tuple) for labels in self.labels):
            commas = [label for label in self.classes if "," in label]
            if commas:
                msg = f"The label {commas[0]!r} contains a comma; use to_frame() and its to_csv."
                raise ValueError(msg)
            frame[name] = [",".join(labels) for labels in self.labels]
        frame.to_csv(path, index=False)

    def _check_same(self, table: pd.DataFrame) -> None:
        """Raise unless the texts stand in a table, in their order."""
        pairs = bool(self.texts) and isinstance(self.texts[0], tuple)
        columns = list(zip(*self.texts, strict=True)) if pairs else [self.texts]
        for texts in columns:
            found = len(table) == len(texts) and any(
                tuple(table.iloc[:, i]) == tuple(texts) for i in range(table.shape[1])
            )
            if not found:
                msg = (
                    f"No column of the table of {len(table):,} rows holds the {len(texts):,} "
                    "predicted texts in their order; give the table from which they were taken."
                )
                raise ValueError(msg)


def decided(
    probabilities: NDArray[np.float32], classes: tuple[str, ...], *, multi_label: bool
) -> tuple[Any, ...]:
    """Return the `Prediction.labels` of n texts, from their probabilities (n, classes)."""
    if multi_label:
        certain = probabilities >= 0.5  # noqa: PLR2004
        return tuple(tuple(classes[i] for i in np.flatnonzero(row)) for row in certain)
    return tuple(classes[i] for i in probabilities.argmax(1))
