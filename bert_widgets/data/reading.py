"""Labelled texts read from a source: its columns, each checked."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from .._common.characters import has_lone_surrogate
from .._common.options import short
from .class_numbers import whole
from .header import check_header, check_no_header
from .label_checks import LabelColumn, exchanged
from .label_column import indicator_columns, multi_labels, single_labels
from .tables import check_columns, read_table, row_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Columns(NamedTuple):
    """Which columns of a source hold what; as for `TextData.from_`."""

    text: str
    pair: str | None
    label: str | Sequence[str]
    columns: Sequence[str] | None
    label_separator: str | None

    @property
    def labels(self) -> tuple[Any, ...]:
        """The columns of labels."""
        return tuple(self.label) if isinstance(self.label, list | tuple) else (self.label,)

    @property
    def texts(self) -> tuple[Any, ...]:
        """The columns of texts."""
        return (self.text,) if self.pair is None else (self.text, self.pair)


class Labelled(NamedTuple):
    """The fields of a `TextData`."""

    texts: tuple[str, ...]
    pairs: tuple[str, ...] | None
    labels: NDArray[Any]
    classes: tuple[str, ...]
    rows: Sequence[Any]


def read_labelled(
    source: object, asked: Columns, classes: Sequence[str] | None, problem_type: str | None
) -> Labelled:
    """Read a source as `TextData.from_` does; ``problem_type`` is one of our names or None."""
    if not asked.labels:
        msg = "label names no column; give the column of labels, or one column for each label."
        raise ValueError(msg)
    frame = _frame(source, asked)
    texts, pairs = _texts(frame, asked.text, asked.pair)
    labels: NDArray[Any]
    if isinstance(asked.label, list | tuple):
        if problem_type == "single_label":
            msg = "Label columns hold several labels per text; the model has one per text."
            raise ValueError(msg)
        names, labels = indicator_columns(frame, asked.labels, classes)
    else:
        column = _label_column(frame, asked, problem_type)
        if problem_type == "multi_label" or asked.label_separator is not None:
            names, labels = multi_labels(column, classes)
        else:
            names, labels = single_labels(column, classes)
            if classes is None and (sentence := exchanged(names, len(texts))):
                warnings.warn(sentence, stacklevel=4)  # the caller of `TextData.from_`
    return Labelled(texts, pairs, labels, names, _row_names(frame.index))


def _row_names(index: pd.Index[Any]) -> Sequence[Any]:
    """Return what rows are called: their index, or their positions if it repeats."""
    if not index.is_unique:
        return range(len(index))
    if isinstance(index, pd.RangeIndex):
        return range(index.start, index.stop, index.step)
    return tuple(index)


def check_unread(columns: object, label_separator: object) -> None:
    """Raise if there are options of reading for what is read already."""
    if columns is not None or label_separator is not None:
        msg = (
            "A TextData is read already, so columns= and label_separator= have nothing to do; "
            "leave them out."
        )
        raise ValueError(msg)


def _frame(source: object, asked: Columns) -> pd.DataFrame:
    frame = read_table(source, asked.text, asked.label, asked.columns)
    from_file = isinstance(source, str | Path)
    pair = () if asked.pair is None else (asked.pair,)
    check_columns(frame, from_file, text=(asked.text,), pair=pair, label=asked.labels)
    if from_file and Path(source).suffix.lower() in (".csv", ".tsv"):  # type: ignore[arg-type]
        check = check_header if asked.columns is None else check_no_header
        check(frame, asked.texts, asked.labels)
    return frame


def _label_column(frame: pd.DataFrame, asked: Columns, problem_type: str | None) -> LabelColumn:
    values = [whole(value) for value in frame[asked.labels[0]].tolist()]
    column = LabelColumn(values, row_names(frame))
    return column if asked.label_separator is None else _separated(column, asked, problem_type)


def _separated(column: LabelColumn, asked: Columns, problem_type: str | None) -> LabelColumn:
    """Return lists of labels from strings that join them."""
    separator = asked.label_separator
    if problem_type == "single_label":
        msg = (
            f"label_separator={separator!r} gives several labels per text; load the model with "
            'problem_type="multi_label".'
        )
        raise ValueError(msg)
    if not isinstance(separator, str) or not separator:
        msg = f"label_separator={separator!r} separates nothing; give a string, such as ','."
        raise ValueError(msg)
    lists: list[object] = []
    for value, row in zip(*column, strict=True):
        if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
            msg = (
                f"Row {row} has no label ({value!r}); remove the row, or, if it means none of the "
                f"labels, fill it with '', as frame[{asked.label!r}].fillna('') does."
            )
            raise ValueError(msg)
        parts = [part.strip() for part in value.split(separator)] if isinstance(value, str) else 0
        lists.append(([] if parts == [""] else parts) if isinstance(parts, list) else [value])
    return LabelColumn(lists, column.rows)


def _texts(
    frame: pd.DataFrame, text: str, pair: str | None
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    if frame.empty:
        msg = "The data holds no rows; give at least one text of each of two labels."
        raise ValueError(msg)
    return _strings(frame, text), _strings(frame, pair) if pair else None


def _strings(frame: pd.DataFrame, column: str) -> tuple[str, ...]:
    values = frame[column].tolist()
    for row, value in zip(row_names(frame), values, strict=True):
        problem = ""
        if not isinstance(value, str):
            problem = f"is {short(value)}, not a string"
        elif not value.strip():
            problem = "is empty"
        elif has_lone_surrogate(value):
            problem = "contains half of a character (a lone surrogate)"
        if problem:
            msg = f"Row {row}: the {column!r} {problem}; remove or fix the row."
            raise ValueError(msg)
    return tuple(values)
