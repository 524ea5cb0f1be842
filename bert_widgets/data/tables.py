"""A table of texts and labels, from a DataFrame, a file, a `datasets` split or a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import isgenerator
from pathlib import Path
from typing import Any

import pandas as pd

from .._common.options import listed, short
from .files import by_hand, read_file, table_of
from .header import looks_like_a_row
from .labelled_lines import LABELLED_LINES, split_lines


def read_table(
    source: object,
    text: str,
    label: str | Sequence[str],
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the table that a source holds.

    Parameters
    ----------
    source
        A DataFrame, a path, anything with ``to_pandas`` (a `datasets` split, an Arrow or polars
        table), or a list of (text, label) or of mappings.
    text, label
        Column names; those of a list of pairs.
    columns
        The names of all columns of a .csv or .tsv file without a header.
    """
    if isinstance(source, str | Path):
        return read_file(Path(source).expanduser(), columns)
    if columns is not None:
        msg = (
            f"columns= names the columns of a .csv or .tsv file; a {type(source).__name__} has "
            "names already, which text= and label= choose from."
        )
        raise ValueError(msg)
    if isinstance(source, pd.DataFrame):
        return source
    if hasattr(source, "to_pandas") and hasattr(source, "__getitem__"):
        frame = _with_label_names(source, label)
        if isinstance(frame, pd.DataFrame):
            return frame
    elif isinstance(source, Sequence):
        return _from_list(source, text, label if isinstance(label, str) else "label")
    if (
        isinstance(source, Mapping)
        and source
        and all(hasattr(v, "features") for v in source.values())
    ):
        msg = (
            f"The data has the splits {', '.join(map(repr, source))}; give one of them, such as "
            f"data[{next(iter(source))!r}]."
        )
        raise TypeError(msg)
    hint = _HINTS.get(type(source).__name__, "")
    msg = (
        f"Cannot read labelled texts from {type(source).__name__}; give {hint}a DataFrame, "
        "a path, a datasets.Dataset or a list of (text, label)."
    )
    raise TypeError(msg)


_HINTS = {
    "dict": "pandas.DataFrame(data), ",
    "generator": "list(data), ",
    "zip": "list(data), ",
    "map": "list(data), ",
    "ndarray": "data.tolist(), ",
    "LazyFrame": "data.collect(), ",
}


def _from_list(rows: Sequence[Any], text: str, label: str) -> pd.DataFrame:
    if rows and all(isinstance(row, Mapping) for row in rows):
        return table_of(rows)
    for number, row in enumerate(rows):
        if not (isinstance(row, Sequence) and not isinstance(row, str) and len(row) == 2):  # noqa: PLR2004
            msg = (
                f"Row {number} is {short(row)}; each row of a list must be (text, label), as "
                "list(zip(texts, labels)) makes them."
            )
            raise ValueError(msg)
    if isinstance(rows, tuple) and len(rows) == 2 and all(isinstance(row, list) for row in rows):  # noqa: PLR2004
        msg = (
            "Two lists in a tuple can be two rows, or all texts and all labels; give "
            "list(zip(texts, labels))."
        )
        raise ValueError(msg)
    return pd.DataFrame(
        {
            text: pd.Series([t for t, _ in rows], dtype=object),
            label: pd.Series([v for _, v in rows], dtype=object),
        }
    )


def _with_label_names(split: Any, label: str | Sequence[str]) -> pd.DataFrame:  # noqa: ANN401
    """Read a `datasets` split or another table, with label names in place of ClassLabel numbers."""
    given: Any = split.to_pandas()
    frame: pd.DataFrame = given
    if isgenerator(given):  # of a streamed split, in datasets 4.0; it yields nothing
        frame = pd.concat(split.to_pandas(batched=True), ignore_index=True)
    features: Any = getattr(split, "features", None) or {}
    if not isinstance(label, str) or label not in features:
        return frame
    names = getattr(features[label], "names", None)
    if names:
        values = [_class_name(v, row, names) for row, v in frame[label].items()]
        frame[label] = pd.Series(values, frame.index, dtype=object)
    names = getattr(getattr(features[label], "feature", None), "names", None)
    if names:
        lists = [
            None if several is None else [_class_name(v, row, names) for v in several]
            for row, several in frame[label].items()
        ]
        frame[label] = pd.Series(lists, frame.index, dtype=object)
    return frame


def _class_name(value: Any, row: object, names: Sequence[str]) -> str | None:  # noqa: ANN401
    """Return the name of a ClassLabel number; None where it is null."""
    if value is None or pd.isna(value):
        return None
    if value < 0:
        msg = (
            f"Row {row} has the label {int(value)}, which marks texts without a label in test "
            "splits; use a labelled split or remove these rows."
        )
        raise ValueError(msg)
    return names[int(value)]


def row_names(frame: pd.DataFrame) -> list[object]:
    """Return what errors call each row: its index, with its position if the index repeats."""
    rows: list[object] = list(frame.index)
    if frame.index.is_unique:
        return rows
    return [f"{row} (position {position})" for position, row in enumerate(rows)]


def check_columns(frame: pd.DataFrame, from_file: bool, **wanted: Sequence[str]) -> None:  # noqa: FBT001
    """Raise if a column is missing, doubled or asked for twice; each option names its columns."""
    asked = [name for names in wanted.values() for name in names]
    for name in asked:
        if asked.count(name) > 1:
            msg = f"The column {name!r} is named twice; text, pair and label are different columns."
            raise ValueError(msg)
    columns = [str(column) for column in frame.columns]
    for option, names in wanted.items():
        for name in names:
            if columns.count(str(name)) > 1:
                msg = f"There are {columns.count(str(name))} columns {name!r}; rename all but one."
                raise ValueError(msg)
            if name not in frame.columns:
                shown = listed(columns) or "no columns"
                hint = _missing(frame, option, from_file=from_file)
                msg = f"There is no column {name!r}; the data has {shown}: {hint}"
                raise ValueError(msg)


def _missing(frame: pd.DataFrame, option: str, *, from_file: bool) -> str:
    """Return what to do where a column is missing."""
    first = str(frame.columns[0]) if len(frame.columns) == 1 else ""
    if set(";\t|") & set(first):
        return by_hand("sep=...")
    if from_file and first and split_lines([first, *map(str, frame[first])]):
        return LABELLED_LINES.format(encoding="utf-8")
    if looks_like_a_row(frame):
        remedy = (
            "name all columns with columns=[...]"
            if from_file
            else "read it with pandas.read_csv(path, header=None, names=[...])"
        )
        return (
            f"name the right one with {option}=, or, if this is the first row of a file without a "
            f"header, {remedy}."
        )
    return f"name the right one with {option}=."
