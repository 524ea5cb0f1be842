"""The units that get a score: words, tokens, sentences, or spans of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..._common.options import unknown
from ...text.encoding import SPECIAL, Words
from ...text.windows import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from ...text.encoding import Encoding

    Span: TypeAlias = tuple[int, int] | tuple[int, int, int]
    Unit: TypeAlias = str | Sequence[Span]

UNITS = {
    "words": "each word",
    "tokens": "each subword token",
    "sentences": "each sentence",
}
"""Every named unit, with a description."""


def check_unit(unit: Unit) -> None:
    """Raise if ``unit`` is neither a name nor a list of spans."""
    if isinstance(unit, str):
        if unit not in UNITS:
            raise ValueError(unknown("unit", unit, UNITS))
        return
    for span in unit:
        whole = isinstance(span, tuple | list) and all(
            isinstance(part, int | np.integer) and not isinstance(part, bool) for part in span
        )
        if not (
            whole
            and len(span) in (2, 3)
            and 0 <= span[0] < span[1]
            and tuple(span)[2:] in ((), (0,), (1,))
        ):
            msg = (
                f"{span!r:.80} is not a valid span; use (start, end) in characters, or "
                "(start, end, 1) for a span of the second text."
            )
            raise ValueError(msg)


def units(encoding: Encoding, unit: Unit) -> Words:
    """Group the tokens of a text into units.

    Parameters
    ----------
    encoding
        The text.
    unit
        A key of `UNITS`, or spans (start, end) or (start, end, segment) in characters: the words
        that a span overlaps form one unit; each other word is a separate unit.

    Returns
    -------
    Words
        The units, in the order of the text. A word belongs to one unit only: to the sentence in
        which it begins, or to the first span that overlaps it.
    """
    words = encoding.words
    if isinstance(unit, str):
        if unit == "words":
            return words
        if unit == "tokens":
            return _tokens(encoding)
        texts = (encoding.text, encoding.pair or "")
        spans: list[Span] = [
            (start, end, segment)
            for segment, text in enumerate(texts)
            for start, end in sentence_spans(text)
        ]
        return _joined(encoding, [_beginning_in(words, span) for span in spans])
    return _joined(encoding, [_overlapping(words, span) for span in unit])


def _tokens(encoding: Encoding) -> Words:
    """Make each token with characters a unit; one without belongs to the next that has some."""
    texts = (encoding.text, encoding.pair or "")
    visible = (encoding.segments != SPECIAL) & (encoding.offsets[:, 0] < encoding.offsets[:, 1])
    numbers = np.cumsum(visible) - 1
    of_token = np.where(visible, numbers, np.minimum(numbers + 1, visible.sum() - 1))
    of_token[encoding.segments == SPECIAL] = SPECIAL
    offsets, segments = encoding.offsets[visible], encoding.segments[visible]
    strings = [
        texts[segment][start:end]
        for segment, (start, end) in zip(segments, offsets.tolist(), strict=True)
    ]
    return Words(strings, offsets, segments, of_token.astype(np.int32))


def _beginning_in(words: Words, span: Span) -> list[int]:
    start, end, segment = _full(span)
    begins = words.offsets[:, 0]
    inside = (begins >= start) & (begins < end) & (words.segments == segment)
    return [int(i) for i in np.flatnonzero(inside)]


def _overlapping(words: Words, span: Span) -> list[int]:
    start, end, segment = _full(span)
    inside = (
        (words.offsets[:, 1] > start) & (words.offsets[:, 0] < end) & (words.segments == segment)
    )
    return [int(i) for i in np.flatnonzero(inside)]


def _full(span: Span) -> tuple[int, int, int]:
    return (span[0], span[1], span[2] if len(span) == 3 else 0)  # noqa: PLR2004


def _joined(encoding: Encoding, groups: list[list[int]]) -> Words:
    """Join groups of neighbouring words into units; words of no group stay single."""
    words = encoding.words
    texts = (encoding.text, encoding.pair or "")
    first = np.arange(len(words))  # the first word of each word's unit
    taken = np.zeros(len(words), bool)
    for group in groups:
        free = [i for i in group if not taken[i]]
        first[free] = min(free, default=0)
        taken[free] = True
    leaders, number = np.unique(first, return_inverse=True)
    offsets = np.array(
        [
            (words.offsets[number == i, 0].min(), words.offsets[number == i, 1].max())
            for i in range(len(leaders))
        ],
        np.int32,
    ).reshape(-1, 2)
    segments = words.segments[leaders]
    strings = [
        texts[segment][start:end]
        for segment, (start, end) in zip(segments, offsets.tolist(), strict=True)
    ]
    of_token = np.full(len(encoding), SPECIAL, np.int32)
    inside = words.of_token >= 0
    of_token[inside] = number[words.of_token[inside]]
    return Words(strings, offsets, segments, of_token)
