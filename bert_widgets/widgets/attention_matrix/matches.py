"""Tokens of a corpus that are like the chosen one, as an attention widget shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from ...explain.corpus.corpus import Corpus

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...explain.attention.maps import AttentionMaps
    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding

_MATCHES = 50
_AROUND = 90  # characters of context on either side
_MOST_COUNTS = 8


class Wanted(NamedTuple):
    """Which tokens are looked for."""

    token: int
    layer: int
    by: str
    heads: tuple[int, ...]


def as_trait(wanted: Wanted) -> dict[str, Any]:
    """Return what the page compares with the tokens it wants."""
    return {**wanted._asdict(), "heads": list(wanted.heads)}


def check_corpus(corpus: object, clf: BertClassifier) -> None:
    """Raise if what was given as a corpus is none, or is another classifier's."""
    if corpus is not None and not isinstance(corpus, Corpus):
        msg = f"The corpus must be a bw.Corpus, not {corpus!r:.80}; make one of the texts."
        raise TypeError(msg)
    if corpus is not None and corpus.clf is not clf:
        msg = "The corpus was made with another classifier; make it with this one."
        raise ValueError(msg)


def token_in_view(maps: AttentionMaps, token: int | None, selected: int | None) -> int | None:
    """Return the piece looked at: the one chosen, unless another word is selected."""
    if token is not None and (selected is None or maps.word_of_token[token] == selected):
        return token
    if selected is None:
        return None
    return next((i for i, word in enumerate(maps.word_of_token) if word == selected), None)


def search(
    corpus: Corpus,
    encoding: Encoding,
    wanted: Wanted,
    progress: Callable[[float], None],
) -> pd.DataFrame:
    """Search the corpus for tokens like one of a text, and tell how much of it has been read."""
    for index in corpus.reading(wanted.layer, wanted.by):  # type: ignore[arg-type] # checked
        progress(index.share)
    # Most heads look at special tokens most of the time, which says little about a match.
    return corpus.nearest(
        index, encoding, wanted.token, heads=wanted.heads, n=_MATCHES, specials=False
    )


def match_rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the matches, each with its context, ready for JSON.

    ``match`` is the word, in three parts: before the matched piece, the piece, and after it.
    """
    return [_row(match) for match in found.to_dict("records")]


def _row(match: dict[Any, Any]) -> dict[str, Any]:
    text = match["pair"] if match.get("segment") else match["text"]
    start, end = match["start"], match["end"]
    first = text.find(match["word"], max(0, end - len(match["word"])))
    last = first + len(match["word"])
    return {
        "row": match["row"],
        "before": ("…" if first > _AROUND else "") + text[max(0, first - _AROUND) : first],
        "match": [text[first:start], text[start:end], text[end:last]],
        "after": text[last : last + _AROUND] + ("…" if last + _AROUND < len(text) else ""),
        "similarity": round(match["similarity"], 4),
        "attends_to": match["attends_to_word"],
        "tag": match.get("tag", ""),
        "label": str(match.get("label", "")),
    }


def match_counts(found: pd.DataFrame) -> list[list[Any]]:
    """Return what the matches have in common: for each heading the most frequent values."""
    words = {"Matched words": found["word"], "They look most at": found["attends_to_word"]}
    headings = {"Labels": "label", "Their tags": "tag", "Tags they look at": "attends_to_tag"}
    values = {heading: column.str.lower() for heading, column in words.items()}
    values |= {heading: found[name] for heading, name in headings.items() if name in found}
    return [
        [heading, [list(each) for each in Counter(map(str, column)).most_common(_MOST_COUNTS)]]
        for heading, column in values.items()
    ]
