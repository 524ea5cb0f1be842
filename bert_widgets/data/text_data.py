"""Labelled texts, checked once: from a table, a file, a `datasets` split or pairs of values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from .._common.options import named_options, unknown
from .tables import check_columns, read_table, short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TypeAlias

    import datasets
    from numpy.typing import NDArray

    Source: TypeAlias = (
        "pd.DataFrame | str | Path | datasets.Dataset | Sequence[tuple[str, object]] | TextData"
    )

ProblemType = Literal["single_label", "multi_label"]

_NAMED = 6
"""Labels that a summary names."""


@dataclass(frozen=True, eq=False)
class TextData:
    """Texts with their labels, valid by construction.

    Attributes
    ----------
    texts, pairs
        The texts; ``pairs`` holds the second texts of sentence pairs, or is None.
    labels
        int64 array (n,) of label numbers, or float32 array (n, classes) of zeros and ones where
        a text may carry several labels.
    classes
        The label names; label number i is ``classes[i]``.

    Examples
    --------
    >>> data = TextData.from_([("a gem", "positive"), ("a bore", "negative")])
    >>> data.classes, data.labels.tolist()
    (('negative', 'positive'), [1, 0])
    """

    texts: tuple[str, ...]
    pairs: tuple[str, ...] | None
    labels: NDArray[Any]
    classes: tuple[str, ...]

    @classmethod
    @named_options
    def from_(  # noqa: PLR0913 - one option a fact about the source
        cls,
        source: Source,
        *,
        text: str = "text",
        pair: str | None = None,
        label: str = "label",
        classes: Sequence[str] | None = None,
        problem_type: ProblemType = "single_label",
    ) -> TextData:
        """Read and check labelled texts.

        Parameters
        ----------
        source
            A DataFrame, a path (.csv, .tsv, .jsonl, .parquet), a ``datasets.Dataset``, a list of
            ``(text, label)``, or a TextData, which is returned as it is if its classes agree.
        text, pair, label
            Column names. ``pair`` names the second text of sentence pairs.
        classes
            The label names in the model's order; by default those in the data, sorted.
            Labels may then also be given as numbers into them.
        problem_type
            With ``"multi_label"`` each label is a list of names (any number of them, also none).

        Raises
        ------
        ValueError
            If a column is missing, nothing is there, a text is not a string, a label is null or
            unknown, or there is but one label and ``classes`` names no other. The sentence names
            the row and the value.
        """
        if isinstance(source, TextData):
            return source._with_classes(classes)  # noqa: SLF001 - its own class
        frame = read_table(source, text, label)
        check_columns(frame, text=text, pair=pair, label=label)
        if frame.empty:
            msg = "The data holds no rows; give at least one text of each of two labels."
            raise ValueError(msg)
        texts = _strings(frame, text)
        pairs = _strings(frame, pair) if pair else None
        values = [_whole(value) for value in frame[label].tolist()]
        rows = frame.index.tolist()
        labels: NDArray[Any]
        if problem_type == "multi_label":
            names, labels = _multi_labels(values, rows, classes)
        else:
            names, labels = _single_labels(values, rows, classes)
        return cls(texts, pairs, labels, names)

    def _with_classes(self, classes: Sequence[str] | None) -> TextData:
        if classes is None or tuple(classes) == self.classes:
            return self
        if set(self.classes) - set(classes):
            msg = (
                f"The data has the labels {', '.join(self.classes)} and the model has "
                f"{', '.join(classes)}; load the model with labels={list(self.classes)!r}."
            )
            raise ValueError(msg)
        order = [list(classes).index(name) for name in self.classes]
        if self.multi_label:
            labels = np.zeros((len(self), len(classes)), np.float32)
            labels[:, order] = self.labels
        else:
            labels = np.array(order)[self.labels]
        return replace(self, labels=labels, classes=tuple(classes))

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        carried = self.labels.sum(0) if self.multi_label else np.bincount(self.labels)
        numbers = dict(zip(self.classes, carried.tolist(), strict=False))
        counts = [f"{name}: {n:,.0f}" for name, n in numbers.items() if n]
        more = f" and {len(counts) - _NAMED} labels more" if len(counts) > _NAMED else ""
        what = "texts" if self.pairs is None else "pairs of texts"
        return f"<TextData of {len(self):,} {what}; {', '.join(counts[:_NAMED])}{more}>"

    @property
    def multi_label(self) -> bool:
        """Whether a text may carry several labels."""
        return self.labels.ndim > 1

    def split(self, *, valid: float = 0.2, seed: int = 0) -> tuple[TextData, TextData]:
        """Split into training and validation parts, each label in proportion.

        Parameters
        ----------
        valid
            The share of rows that goes to validation, between 0 and 1.
        seed
            The same seed gives the same split.

        Raises
        ------
        ValueError
            If the share leaves a part without an example of each label.
        """
        from sklearn.model_selection import train_test_split

        # Combinations of several labels are mostly unique, so only single labels are stratified.
        strata = None if self.multi_label else self.labels
        try:
            train, held_out = train_test_split(
                np.arange(len(self)), test_size=valid, random_state=seed, stratify=strata
            )
        except ValueError as error:
            msg = f"Cannot split {len(self)} rows with valid={valid}: {error}"
            raise ValueError(msg) from error
        return self.take(np.sort(train)), self.take(np.sort(held_out))

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> TextData:
        """Return the given rows, in the given order."""
        return replace(
            self,
            texts=tuple(self.texts[i] for i in rows),
            pairs=None if self.pairs is None else tuple(self.pairs[i] for i in rows),
            labels=self.labels[np.asarray(rows, np.int64)],
        )

    def label_names(self) -> list[Any]:
        """Return each row's label name, or tuple of names where there may be several."""
        if self.multi_label:
            return [tuple(self.classes[i] for i in np.flatnonzero(row)) for row in self.labels]
        return [self.classes[i] for i in self.labels]

    def to_frame(self) -> pd.DataFrame:
        """Return columns ``text``, ``pair`` (for pairs) and ``label``."""
        columns: dict[str, Any] = {"text": self.texts}
        if self.pairs is not None:
            columns["pair"] = self.pairs
        return pd.DataFrame(columns | {"label": self.label_names()})


def _strings(frame: pd.DataFrame, column: str) -> tuple[str, ...]:
    values = frame[column].tolist()
    for row, value in zip(frame.index, values, strict=True):
        if not isinstance(value, str) or not value.strip():
            what = "is empty" if isinstance(value, str) else f"is {short(value)}, not a string"
            msg = f"Row {row}: the {column!r} {what}; drop or mend the row."
            raise ValueError(msg)
    return tuple(values)


def _single_labels(
    values: list[object], rows: list[object], classes: Sequence[str] | None
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    for row, value in zip(rows, values, strict=True):
        if _is_null(value):
            msg = f"Row {row} has no label ({value!r}); drop the row or give it a label."
            raise ValueError(msg)
    names = tuple(classes) if classes is not None else _sorted_names(values)
    labels = np.array(
        [_number(value, row, names) for row, value in zip(rows, values, strict=True)], np.int64
    )
    if len(names) < 2:  # noqa: PLR2004
        msg = (
            f"All {len(labels)} rows have the label {names[0]!r}; add rows of another, or name "
            "all labels with classes=[...]."
        )
        raise ValueError(msg)
    return names, labels


def _multi_labels(
    values: list[object], rows: list[object], classes: Sequence[str] | None
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    for row, value in zip(rows, values, strict=True):
        if not isinstance(value, list | tuple | set | np.ndarray):
            msg = f"Row {row}: the label is {short(value)}; with several labels it must be a list."
            raise ValueError(msg)  # noqa: TRY004 - unfit data, like the rest
    sets: list[list[object]] = [list(value) for value in values]  # type: ignore[call-overload]
    names = tuple(classes) if classes is not None else _sorted_names([v for s in sets for v in s])
    labels = np.zeros((len(values), len(names)), np.float32)
    for i, (row, several) in enumerate(zip(rows, sets, strict=True)):
        labels[i, [_number(value, row, names) for value in several]] = 1
    return names, labels


def _sorted_names(values: Sequence[object]) -> tuple[str, ...]:
    distinct = set(values)
    if all(isinstance(value, int | np.integer) for value in distinct):
        return tuple(str(value) for value in sorted(distinct))  # type: ignore[type-var]
    return tuple(sorted(str(value) for value in distinct))


def _number(value: object, row: object, names: tuple[str, ...]) -> int:
    if str(value) in names:
        return names.index(str(value))
    if isinstance(value, int | np.integer) and 0 <= int(value) < len(names):
        return int(value)
    raise ValueError(f"Row {row}: " + unknown("label", value, names))


def _whole(value: object) -> object:
    """Return a whole number as one: a column of labels that had gaps is one of floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_null(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
