"""A table of texts and labels, from a DataFrame, a file, a `datasets` split or a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd


def read_table(source: object, text: str, label: str) -> pd.DataFrame:
    """Return a table of what is given; a list's columns are called ``text`` and ``label``."""
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | Path):
        return _read(Path(source))
    if hasattr(source, "to_pandas"):
        return _named_labels(source, label)
    if isinstance(source, Sequence):
        for row, item in enumerate(source):
            if not (isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2):  # noqa: PLR2004
                msg = f"Row {row} is {short(item)}; each row of a list must be (text, label)."
                raise ValueError(msg)
        return pd.DataFrame({text: [t for t, _ in source], label: [v for _, v in source]})
    msg = (
        f"Cannot read labelled texts from {type(source).__name__}; give a DataFrame, "
        "a path, a datasets.Dataset or a list of (text, label)."
    )
    raise TypeError(msg)


def _read_csv(path: Path, sep: str = ",") -> pd.DataFrame:
    # "None", "null" and "NA" are texts and labels like any others: only what is empty is missing.
    frame: pd.DataFrame = pd.read_csv(path, sep=sep, keep_default_na=False, na_values=[""])
    return frame


def _read_tsv(path: Path) -> pd.DataFrame:
    frame = _read_csv(path, "\t")
    for name in frame:
        if any(isinstance(value, str) and "\t" in value for value in frame[name]):
            msg = (
                f"a tab stands in the column {name!r}, so a quotation mark may have swallowed "
                "what follows it; " + _by_hand(r"sep='\t', quoting=3")
            )
            raise ValueError(msg)
    return frame


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": lambda path: pd.read_json(path, lines=True),
    ".parquet": pd.read_parquet,
}


def _read(path: Path) -> pd.DataFrame:
    if path.suffix not in _READERS:
        msg = f"Cannot read {path.name!r}; use a file ending in {', '.join(_READERS)}."
        raise ValueError(msg)
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; check the path."
        raise FileNotFoundError(msg)
    try:
        return _READERS[path.suffix](path)
    except UnicodeDecodeError as error:
        msg = f"{path.name!r} is not in UTF-8; {_by_hand('encoding=...')}"
        raise ValueError(msg) from error
    except ValueError as error:
        msg = f"Cannot read {path.name!r}: {str(error).strip()}"
        raise ValueError(msg) from error


def _by_hand(options: str) -> str:
    return f"read it with pandas.read_csv(path, {options}) and give the DataFrame."


def _named_labels(split: Any, label: str) -> pd.DataFrame:  # noqa: ANN401
    """Read a `datasets` split, with label names in place of ClassLabel numbers."""
    frame: pd.DataFrame = split.to_pandas()
    names = getattr(split.features.get(label), "names", None)
    if names:
        frame[label] = [names[i] if i >= 0 else None for i in frame[label]]
    return frame


def check_columns(frame: pd.DataFrame, **wanted: str | None) -> None:
    """Raise if a column is missing; each is given by the option that names it."""
    there = [str(column) for column in frame.columns]
    for option, name in wanted.items():
        if name is None or name in frame.columns:
            continue
        hint = f"name the right one with {option}=."
        if len(there) == 1 and set(";\t|") & set(there[0]):
            hint = _by_hand("sep=...")
        shown = ", ".join(map(repr, there)) or "no columns"
        msg = f"There is no column {name!r}; the data has {shown}: {hint}"
        raise ValueError(msg)


def short(value: object) -> str:
    """Return a value as Python writes it, cut to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004
