"""A table of texts and labels, from a DataFrame, a file, a `datasets` split or a list.

Files are read as written: a label such as 01 or a number of 20 digits stays what it is, "NA" and
"null" are texts like any others, and a row with too many or too few fields is refused by number.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .._common.options import listed, short
from .parquet import read_parquet


def read_table(source: object, text: str, label: str | Sequence[str]) -> pd.DataFrame:
    """Return the table that a source holds.

    Parameters
    ----------
    source
        A DataFrame, a path, anything with ``to_pandas`` (a `datasets` split, an Arrow or polars
        table), or a list of (text, label) or of mappings.
    text, label
        Column names; those of a list of pairs.
    """
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | Path):
        return _read(Path(source).expanduser())
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
        return _from_records(rows)
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


def _from_records(records: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for record in records for name in record))
    # As objects: whole numbers of any length stay exact, and a gap turns none of them into floats.
    return pd.DataFrame(
        {name: pd.Series([record.get(name) for record in records], dtype=object) for name in names}
    )


def _read_delimited(path: Path, delimiter: str) -> pd.DataFrame:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # texts are longer than its usual 131,072
    rows: list[list[str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            header = next(lines, None)
            if header is None:
                msg = "it is empty; the first line must name the columns."
                raise ValueError(msg)
            for fields in lines:
                if not fields:
                    continue  # an empty line
                if len(fields) != len(header):
                    raise ValueError(_ragged(len(rows), lines.line_num, fields, header, delimiter))
                rows.append(fields)
        except csv.Error as error:
            msg = f"line {lines.line_num}: {error}; {_by_hand(f'sep={delimiter!r}, quoting=...')}"
            raise ValueError(msg) from error
    columns = zip(*rows, strict=True) if rows else [[] for _ in header]
    # Only an empty field is missing. Names may repeat; `check_columns` sees to those asked for.
    series = [pd.Series([v or None for v in values], dtype=object) for values in columns]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    frame.columns = pd.Index(header)
    return frame


def _ragged(
    row: int, line: int, fields: Sequence[str], header: Sequence[str], delimiter: str
) -> str:
    quote = "quote texts that contain a tab" if delimiter == "\t" else "quote texts with commas"
    return (
        f"row {row} (line {line}) has {len(fields)} fields and the header has {len(header)}; "
        f"{quote}, or {_by_hand(f'sep={delimiter!r}, quoting=...')}"
    )


def _read_csv(path: Path) -> pd.DataFrame:
    return _read_delimited(path, ",")


def _read_tsv(path: Path) -> pd.DataFrame:
    frame = _read_delimited(path, "\t")
    for position, name in enumerate(frame.columns):
        if any(isinstance(value, str) and "\t" in value for value in frame.iloc[:, position]):
            msg = (
                f"the column {name!r} contains a tab, so a quotation mark may have swallowed "
                "what follows it; " + _by_hand(r"sep='\t', quoting=3")
            )
            raise ValueError(msg)
    return frame


def _read_json_lines(path: Path) -> pd.DataFrame:
    records: list[dict[str, object]] = []
    for number, line in _lines(path):
        try:
            record = json.loads(line, object_pairs_hook=_unrepeated)
        except json.JSONDecodeError as error:
            msg = f"line {number} is not JSON: {error}"
            raise ValueError(msg) from error
        if not isinstance(record, dict):
            msg = f"line {number} is {short(record)}, not an object with names and values."
            raise ValueError(msg)  # noqa: TRY004 - unfit data, like the rest
        records.append(record)
    return _from_records(records)


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of JSON, unless it gives one name two values."""
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        msg = f"the name {max(names, key=names.count)!r} is given twice in one line; keep one."
        raise ValueError(msg)
    return record


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_json_lines,
    ".parquet": read_parquet,
}


def _read(path: Path) -> pd.DataFrame:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        msg = f"Cannot read {path.name!r}; use a file ending in {', '.join(_READERS)}."
        raise ValueError(msg)
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; check the path."
        raise FileNotFoundError(msg)
    try:
        return reader(path)
    except UnicodeDecodeError as error:
        msg = f"{path.name!r} is not in UTF-8; {_by_hand('encoding=...')}"
        raise ValueError(msg) from error
    except (ValueError, OSError) as error:  # Arrow's own errors are among these
        msg = f"Cannot read {path.name!r}: {' '.join(str(error).split())}"
        raise ValueError(msg) from error


def _by_hand(options: str) -> str:
    return f"read it with pandas.read_csv(path, {options}) and pass the DataFrame."


def _with_label_names(split: Any, label: str | Sequence[str]) -> pd.DataFrame:  # noqa: ANN401
    """Read a `datasets` split or another table, with label names in place of ClassLabel numbers."""
    frame: pd.DataFrame = split.to_pandas()
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


def check_columns(frame: pd.DataFrame, **wanted: Sequence[str]) -> None:
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
            if name in frame.columns:
                continue
            hint = f"name the right one with {option}=."
            if len(columns) == 1 and set(";\t|") & set(columns[0]):
                hint = _by_hand("sep=...")
            shown = listed(columns) or "no columns"
            msg = f"There is no column {name!r}; the data has {shown}: {hint}"
            raise ValueError(msg)
