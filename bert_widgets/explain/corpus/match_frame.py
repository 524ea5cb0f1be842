"""Matches of a search as a table: each with its word, its position and what it attends to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..reading import Reading, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ...text.encoding import Encoding

    Tagger = Callable[[str], Sequence[tuple[int, int, str]]]


class Match(NamedTuple):
    """A token of a corpus: its text, its number, its similarity, and its largest attention."""

    row: int
    token: int
    similarity: float
    attends_to: int
    attention: float


def match_frame(
    matches: Sequence[Match],
    encodings: Sequence[Encoding],
    tags: Tagger | None,
    labels: Sequence[Any] | None,
) -> pd.DataFrame:
    """Return matches as a table with the columns that `Corpus.similar` describes.

    Parameters
    ----------
    matches
        In the order of the rows.
    encodings
        The encodings of all texts of the corpus.
    tags, labels
        The tagger and the labels of the corpus, if it has them.
    """
    import pandas as pd

    read: dict[int, Reading] = {}
    rows = []
    for match in matches:
        text = read.setdefault(match.row, Reading(**reading(encodings[match.row])))
        start, end = text.token_offsets[match.token].tolist()
        rows.append(
            {
                "row": match.row,
                "text": text.text,
                "pair": text.pair,
                "segment": int(text.token_segments[match.token]),
                "token": text.token_texts[match.token],
                "word": _word(text, match.token),
                "start": start,
                "end": end,
                "similarity": match.similarity,
                "attends_to": text.token_texts[match.attends_to],
                "attends_to_word": _word(text, match.attends_to),
                "attention": match.attention,
                "tag": _tag(tags, text, match.token),
                "attends_to_tag": _tag(tags, text, match.attends_to),
                "label": None if labels is None else labels[match.row],
            }
        )
    absent = [
        *([] if encodings[0].pair is not None else ["pair", "segment"]),
        *([] if tags is not None else ["tag", "attends_to_tag"]),
        *([] if labels is not None else ["label"]),
    ]
    return pd.DataFrame(rows).drop(columns=absent)


def _word(text: Reading, token: int) -> str:
    word = int(text.word_of_token[token])
    return text.words[word] if word >= 0 else text.token_texts[token]


def _tag(tags: Tagger | None, text: Reading, token: int) -> str:
    """Return the tag of the characters at which a token begins; empty if they have none."""
    segment = text.token_segments[token]
    if tags is None or segment < 0:
        return ""
    start = text.token_offsets[token, 0]
    spans = tags(text.pair or "" if segment else text.text)
    return next((str(tag) for first, last, tag in spans if first <= start < last), "")
