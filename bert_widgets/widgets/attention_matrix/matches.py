"""Tokens of a corpus that are similar to the selected one, as an attention widget shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ...explain.corpus.corpus import Corpus

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding
    from .questions import SearchQuestion

_MATCHES = 50
_CONTEXT = 90  # characters on either side
_MOST_COUNTS = 8


def check_corpus(corpus: object, clf: BertClassifier) -> None:
    """Raise if a value is not a corpus, or was made with another classifier."""
    if corpus is not None and not isinstance(corpus, Corpus):
        msg = f"The corpus must be a bw.Corpus, not {corpus!r:.80}; make one of the texts."
        raise TypeError(msg)
    if corpus is not None and corpus.clf is not clf:
        msg = "The corpus was made with another classifier; make it with this one."
        raise ValueError(msg)


def search(
    corpus: Corpus,
    encoding: Encoding,
    question: SearchQuestion,
    progress: Callable[[float], None],
) -> pd.DataFrame:
    """Search the corpus for tokens similar to one of a text, and report the share that was read."""
    # Most heads look at special tokens most of the time, which says little about a match.
    return corpus.search(
        encoding,
        question.token,
        layer=question.layer,
        by=question.by,  # type: ignore[arg-type] # the trait allows no other
        heads=question.heads,
        n=_MATCHES,
        specials=False,
        report=progress,
    )


def match_traits(matches: pd.DataFrame, question: SearchQuestion) -> dict[str, Any]:
    """Return the traits that show the matches of a search."""
    return {
        "matches": [_row(match) for match in matches.to_dict("records")],
        "match_counts": _counts(matches),
        "_matches_of": {
            "token": question.token,
            "layer": question.layer,
            "by": question.by,
            "heads": list(question.heads),
        },
    }


def _row(match: dict[Any, Any]) -> dict[str, Any]:
    """Return a match with its context; ``match`` is its word, split around the matched token."""
    text = match["pair"] if match.get("segment") else match["text"]
    start, end = match["start"], match["end"]
    first = text.find(match["word"], max(0, end - len(match["word"])))
    last = first + len(match["word"])
    return {
        "row": match["row"],
        "before": ("…" if first > _CONTEXT else "") + text[max(0, first - _CONTEXT) : first],
        "match": [text[first:start], text[start:end], text[end:last]],
        "after": text[last : last + _CONTEXT] + ("…" if last + _CONTEXT < len(text) else ""),
        "similarity": round(match["similarity"], 4),
        "attends_to": match["attends_to_word"],
        "tag": match.get("tag", ""),
        "label": str(match.get("label", "")),
    }


def _counts(matches: pd.DataFrame) -> list[list[Any]]:
    """Return what the matches have in common: for each heading the most frequent values."""
    words = {"Matched words": matches["word"], "They look most at": matches["attends_to_word"]}
    headings = {"Labels": "label", "Their tags": "tag", "Tags they look at": "attends_to_tag"}
    values = {heading: column.str.lower() for heading, column in words.items()}
    values |= {heading: matches[name] for heading, name in headings.items() if name in matches}
    return [
        [heading, [list(pair) for pair in Counter(map(str, column)).most_common(_MOST_COUNTS)]]
        for heading, column in values.items()
    ]
