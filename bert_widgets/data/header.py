"""Whether the first line of a file names its columns or is a row: by evidence, or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .._common.options import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+")
_WORDS_OF_A_TEXT = 4


def check_header(frame: pd.DataFrame, text: Sequence[str], label: Sequence[str]) -> None:
    """Raise if the header of a file is rather its first row, which would be lost.

    Parameters
    ----------
    frame
        The file, read with a header.
    text, label
        The columns that are used.
    """
    if all(_is_text(frame, name) for name in text) and all(
        _is_label(frame, name) for name in label
    ):
        msg = (
            f"The first line, {short(list(frame.columns))}, looks like a row and not like names of "
            "columns; name them with columns=[...], one for each, or, if it does name them, pass "
            "the DataFrame that pandas.read_csv(path) returns."
        )
        raise ValueError(msg)


def check_no_header(frame: pd.DataFrame, text: Sequence[str], label: Sequence[str]) -> None:
    """Raise if the first row of a file that was read without a header is rather its header.

    Parameters
    ----------
    frame
        The file, read with ``columns=``.
    text, label
        The columns that are used.
    """
    if frame.empty:
        return
    first = [str(value or "").strip() for value in frame.iloc[0]]
    same = {value.casefold() for value in first} & {name.casefold() for name in frame.columns}
    rest = frame.iloc[1:]
    if same or (
        not any(" " in str(frame[name].iloc[0] or "") for name in text)
        and all(_is_name(str(frame[name].iloc[0] or ""), rest[name]) for name in label)
    ):
        msg = (
            f"The first line, {short(first)}, looks like names of columns and not like a row; "
            "leave out columns= and use its names, or, if it is a row, pass "
            "pandas.read_csv(path, header=None, names=[...])."
        )
        raise ValueError(msg)


def looks_like_a_row(frame: pd.DataFrame) -> bool:
    """Say whether some column is named as one of its values is, or by a text."""
    names = list(frame.columns)
    return any(
        _is_text(frame, name) for name in names if isinstance(name, str) and names.count(name) == 1
    )


def _is_text(frame: pd.DataFrame, name: str) -> bool:
    return len(name.split()) >= _WORDS_OF_A_TEXT or _occurs(frame, name)


def _is_label(frame: pd.DataFrame, name: str) -> bool:
    return _NUMBER.fullmatch(name) is not None or _occurs(frame, name)


def _occurs(frame: pd.DataFrame, name: str) -> bool:
    return bool((frame[name] == name).any())


def _is_name(first: str, rest: pd.Series) -> bool:
    """Say whether the first value of a column is unlike all others, which are numbers or repeat."""
    others = rest.dropna().astype(str)
    if others.empty or (others == first).any() or _NUMBER.fullmatch(first):
        return False
    return bool(others.str.fullmatch(_NUMBER.pattern).all() or others.value_counts().min() > 1)
