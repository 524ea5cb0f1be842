"""The forms in which texts are given: strings, lists, Series, pairs or a `TextData`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._common.characters import check_characters
from .text_data import TextData

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    import pandas as pd

    Texts: TypeAlias = (
        "str | tuple[str, str] | Sequence[str] | Sequence[tuple[str, str]] | pd.Series[Any] | "
        "TextData"
    )

_FILE_NAME = re.compile(r"\S+\.(csv|tsv|txt|jsonl?|parquet|xlsx?)", re.IGNORECASE)


def as_texts(
    texts: Texts,
) -> tuple[list[str], list[str] | None, tuple[Any, ...]]:
    """Return the texts, the second texts of pairs if they are pairs, and all as given.

    Raises
    ------
    TypeError
        If something is not a string or a pair of strings; its position is named. Or if the texts
        are a path, or one string that is the name of a file.
    ValueError
        If a text holds a lone surrogate; its position is named.
    """
    items = _listed(texts)
    paired = bool(items) and isinstance(items[0], tuple | list)
    for i, item in enumerate(items):
        if not (_is_pair(item) if paired else isinstance(item, str)):
            expected = "a pair of strings" if paired else "a string"
            msg = f"Text {i} is {item!r:.80}, not {expected}."
            raise TypeError(msg)
        for text in item if paired else (item,):
            check_characters(text, f"Text {i}")
    if paired:
        return [a for a, _ in items], [b for _, b in items], tuple(map(tuple, items))
    return [str(item) for item in items], None, tuple(items)


def _listed(texts: object) -> list[Any]:
    if isinstance(texts, Path) or (isinstance(texts, str) and _FILE_NAME.fullmatch(texts)):
        msg = (
            f"{str(texts)!r} is the name of a file; read it first, for example with pandas, and "
            f"give its column of texts, or [{str(texts)!r}] if the name itself is the text."
        )
        raise TypeError(msg)
    if isinstance(texts, str) or (isinstance(texts, tuple) and _is_pair(texts)):
        return [texts]
    if isinstance(texts, TextData):
        return list(
            texts.texts if texts.pairs is None else zip(texts.texts, texts.pairs, strict=True)
        )
    if isinstance(texts, Mapping) or hasattr(texts, "columns"):
        # Read as a list, a table would be the names of its columns.
        kind = type(texts).__name__
        msg = f"Texts are a list of strings, not a {kind}; give a column of it, as data['text']."
        raise TypeError(msg)
    if not isinstance(texts, Iterable):
        msg = f"Texts are a string or a list of strings, not {texts!r:.80}."
        raise TypeError(msg)
    return list(texts)


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2  # noqa: PLR2004
        and all(isinstance(part, str) for part in value)
    )
