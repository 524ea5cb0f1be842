"""Files of texts and labels, by their endings.

Files are read as written: a label such as 01 or a number of 20 digits stays what it is, "NA" and
"null" are texts like any others, and a row with too many or too few fields is refused by number.
"""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import pandas as pd

from .._common.options import short
from .labelled_lines import labelled_lines
from .parquet import read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path


def _read_delimited(
    path: Path, delimiter: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # texts are longer than its usual 131,072
    rows: list[list[str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            header = next(lines, None) if columns is None else list(columns)
            if header is None:
                msg = "it is empty; the first line must name the columns."
                raise ValueError(msg)
            named_by = "the header has" if columns is None else "columns= names"
            for fields in lines:
                if not fields:
                    continue  # an empty line
                if len(fields) != len(header):
                    place = f"row {len(rows)} (line {lines.line_num}) has {len(fields)} fields"
                    msg = f"{place} and {named_by} {len(header)}; {_unragged(delimiter)}"
                    raise ValueError(msg)
                rows.append(fields)
        except csv.Error as error:
            msg = f"line {lines.line_num}: {error}; {by_hand(f'sep={delimiter!r}, quoting=...')}"
            raise ValueError(msg) from error
    fields_of = zip(*rows, strict=True) if rows else [[] for _ in header]
    # Only an empty field is missing. Names may repeat; `check_columns` sees to those asked for.
    series = [pd.Series([v or None for v in values], dtype=object) for values in fields_of]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    frame.columns = pd.Index(header)
    return frame


def _unragged(delimiter: str) -> str:
    quote = "quote texts that contain a tab" if delimiter == "\t" else "quote texts with commas"
    return f"{quote}, or {by_hand(f'sep={delimiter!r}, quoting=...')}"


def _read_csv(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    return _read_delimited(path, ",", columns)


def _read_tsv(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    frame = _read_delimited(path, "\t", columns)
    for position, name in enumerate(frame.columns):
        if any(isinstance(value, str) and "\t" in value for value in frame.iloc[:, position]):
            msg = (
                f"the column {name!r} contains a tab, so a quotation mark may have swallowed "
                "what follows it; " + by_hand(r"sep='\t', quoting=3")
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
    return table_of(records)


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


_WITHOUT_NAMES: dict[str, Callable[[Path, Sequence[str] | None], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
}
"""Readers of files whose first line may name the columns or be a row."""

_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".jsonl": _read_json_lines,
    ".parquet": read_parquet,
}
READABLE = (*_WITHOUT_NAMES, *_READERS)
"""The endings of files that can be read."""

_ADVICE = {
    ".json": "read it with pandas.read_json(path) and pass the DataFrame.",
    ".xls": "read it with pandas.read_excel(path) and pass the DataFrame.",
    ".xlsx": "read it with pandas.read_excel(path) and pass the DataFrame.",
}


def read_file(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the table in a file; ``columns`` names the columns of one without a header."""
    suffix = path.suffix.lower()
    if suffix not in _READERS and suffix not in _WITHOUT_NAMES:
        advice = _ADVICE.get(suffix) or f"use a file ending in {', '.join(READABLE)}."
        msg = f"Cannot read {path.name!r}; {labelled_lines(path) or advice}"
        raise ValueError(msg)
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; check the path."
        raise FileNotFoundError(msg)
    if columns is not None and suffix not in _WITHOUT_NAMES:
        msg = (
            f"columns= names the columns of a .csv or .tsv file; {path.name!r} has names already, "
            "which text= and label= choose from."
        )
        raise ValueError(msg)
    if isinstance(columns, str):
        msg = f"columns={columns!r} is one name; give a list with the name of each column."
        raise ValueError(msg)  # noqa: TRY004 - like the others
    try:
        if suffix in _WITHOUT_NAMES:
            return _WITHOUT_NAMES[suffix](path, columns)
        return _READERS[suffix](path)
    except UnicodeDecodeError as error:
        msg = f"{path.name!r} is not in UTF-8; {by_hand('encoding=...')}"
        raise ValueError(msg) from error
    except (ValueError, OSError) as error:  # Arrow's own errors are among these
        msg = f"Cannot read {path.name!r}: {' '.join(str(error).split())}"
        raise ValueError(msg) from error


def by_hand(options: str) -> str:
    """Return the advice to read a file with other options."""
    return f"read it with pandas.read_csv(path, {options}) and pass the DataFrame."


def table_of(records: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return a table of mappings from a column's name to its value."""
    names = list(dict.fromkeys(name for record in records for name in record))
    # As objects: whole numbers of any length stay exact, and a gap turns none of them into floats.
    return pd.DataFrame(
        {name: pd.Series([record.get(name) for record in records], dtype=object) for name in names}
    )
