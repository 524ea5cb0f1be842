"""Arguments of a corpus search: the texts to search, and the token to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._common.options import unknown
from ...data.inputs import as_texts
from ...data.text_data import TextData

if TYPE_CHECKING:
    import pandas as pd

    from ...data.inputs import Texts
    from ...text.encoding import Encoding


def texts_of(
    source: Texts | pd.DataFrame | TextData, text: str, pair: str | None, label: str
) -> tuple[list[str], list[str] | None, list[Any] | None]:
    """Return texts, second texts of pairs, and labels, the latter two None if there are none."""
    import pandas as pd

    if isinstance(source, TextData):
        pairs = None if source.pairs is None else list(source.pairs)
        return list(source.texts), pairs, source.label_names()
    if not isinstance(source, pd.DataFrame):
        return *as_texts(source)[:2], None
    for name in (text,) if pair is None else (text, pair):
        if name not in source:
            raise ValueError(unknown("column", name, map(str, source.columns)))
    columns = [source[name].tolist() for name in ((text,) if pair is None else (text, pair))]
    texts = columns[0] if pair is None else list(zip(*columns, strict=True))
    labels = source[label].tolist() if label in source else None
    return *as_texts(texts)[:2], labels


def number_of(encoding: Encoding, token: int | str) -> int:
    """Return the number of a token, or of the first token of a word."""
    words = encoding.words
    if isinstance(token, str):
        if token not in words.strings:
            raise ValueError(unknown("word of the text", token, dict.fromkeys(words.strings)))
        return int(np.flatnonzero(words.of_token == words.strings.index(token))[0])
    if not 0 <= token < len(encoding):
        msg = f"There is no token {token}; use 0 to {len(encoding) - 1}."
        raise ValueError(msg)
    if encoding.segments[token] < 0:
        name = encoding.tokens[token]
        msg = f"Token {token} is {name}, a special token; choose a token of the text."
        raise ValueError(msg)
    return token
