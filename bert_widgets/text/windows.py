"""Text longer than a model reads: overlapping windows, cut where sentences end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import regex

from .encoding import Encoding, encode, token_offsets, trim
from .words import unspaced_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

_SENTENCE_END = regex.compile(r"""[.!?…]+["'”’)\]]*(?=\s)|[。！？]+[”’」』）]*|\n+""")


@dataclass(frozen=True, eq=False)
class Window:
    """A part of a text that a model reads at once.

    Attributes
    ----------
    encoding
        The encoded part.
    owner
        The index of the text that it is a part of.
    starts
        How many characters come before it in the text, and in the second text of a pair.
    """

    encoding: Encoding
    owner: int
    starts: tuple[int, int]


def encode_windows(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    pairs: Sequence[str] | None,
    *,
    limit: int,
    overlap: int | None = None,
) -> list[Window]:
    """Encode texts or pairs, each in as many windows as it needs.

    Of a pair, the longer text is cut. Each window holds one part of it and the whole shorter text,
    or the start of the shorter text if that would fill more than half of the window.

    Parameters
    ----------
    tokenizer
        The tokenizer.
    texts, pairs
        The strings; ``pairs``, if given, has the same length.
    limit
        The most tokens in a window, special tokens included.
    overlap
        As for `windows`; None takes an eighth of the window.

    Returns
    -------
    list of Window
        In the order of the texts.
    """
    return cut_windows(tokenizer, encode(tokenizer, texts, pairs), limit=limit, overlap=overlap)


def cut_windows(
    tokenizer: PreTrainedTokenizerBase,
    encodings: Sequence[Encoding],
    *,
    limit: int,
    overlap: int | None = None,
) -> list[Window]:
    """Return the windows of texts that are encoded already, as `encode_windows` does."""
    result: list[Window] = []
    for owner, whole in enumerate(encodings):
        fits = len(whole) <= limit
        parts = [(whole, (0, 0))] if fits else _cut(tokenizer, whole, limit, overlap)
        result += [Window(encoding, owner, starts) for encoding, starts in parts]
    return result


def check_limit(
    tokenizer: PreTrainedTokenizerBase, limit: int, max_length: int, *, pair: bool
) -> None:
    """Raise ValueError if windows of ``limit`` tokens hold no text or are more than is read."""
    shortest = tokenizer.num_special_tokens_to_add(pair=pair) + 1
    if not shortest <= limit <= max_length:
        msg = f"A window of {limit} tokens does not fit; use {shortest} to {max_length}."
        raise ValueError(msg)


def shares(windows: Sequence[Window]) -> NDArray[np.float64]:
    """Return the weight of each window in the prediction for its text: its share of the tokens.

    Returns
    -------
    float64 array (len(windows),)
        The weights of the windows of one text add up to one.
    """
    owners = np.array([window.owner for window in windows], np.int64)
    tokens = np.array([max(int(np.sum(w.encoding.segments >= 0)), 1) for w in windows], np.float64)
    return np.asarray(tokens / np.bincount(owners, weights=tokens)[owners])


def _cut(
    tokenizer: PreTrainedTokenizerBase,
    whole: Encoding,
    limit: int,
    overlap: int | None,
) -> list[tuple[Encoding, tuple[int, int]]]:
    """Return the windows of a text, and how many characters come before each (`Window.starts`)."""
    special = tokenizer.num_special_tokens_to_add(pair=whole.pair is not None)
    counts = [int(np.sum(whole.segments == segment)) for segment in (0, 1)]
    cut_second = counts[1] > counts[0]
    length = limit - special - min(*counts, (limit - special) // 2)
    long = (whole.pair or "") if cut_second else whole.text
    spans = windows(
        tokenizer,
        long,
        length=length,
        overlap=min(length // 8 if overlap is None else overlap, length - 1),
    )
    parts = [long[start:end] for start, end in spans]
    if whole.pair is None:
        encodings = encode(tokenizer, parts, max_length=limit)
    else:
        other = [whole.text if cut_second else whole.pair] * len(parts)
        first, second = (other, parts) if cut_second else (parts, other)
        encodings = encode(tokenizer, first, second, max_length=limit)
    return [
        (encoding, (0, start) if cut_second else (start, 0))
        for encoding, (start, _) in zip(encodings, spans, strict=True)
    ]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Split a text into sentences: character spans that cover it, in order."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    starts = [0, *(end for end in ends if end < len(text))]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def windows(
    tokenizer: PreTrainedTokenizerBase, text: str, *, length: int, overlap: int
) -> list[tuple[int, int]]:
    """Cut a text into overlapping windows that a model can read.

    A window ends at the last sentence end in its second half, else at the last word end, else
    (for a word longer than the window) between two tokens. Together the windows cover the text.

    Parameters
    ----------
    tokenizer
        The tokenizer.
    text
        The whole text.
    length
        The most tokens in a window, special tokens not counted; at least 1.
    overlap
        The least number of tokens that two neighbours share; below ``length``. They share more
        where a window would otherwise begin inside a word, and fewer if the first of them has no
        more than that.

    Returns
    -------
    list of (int, int)
        Character spans in order; one span for a text that fits.

    Raises
    ------
    ValueError
        If ``length`` is below 1 or ``overlap`` is not in [0, length).
    """
    _check_sizes(length, overlap)
    offsets = token_offsets(tokenizer, text)
    if len(offsets) <= length:
        return [(0, len(text))]
    trim(offsets, np.zeros(len(offsets), np.int8), (text, ""))
    if not (offsets[:, 0] < offsets[:, 1]).any():
        return [(0, len(text))]
    places = _places(text, offsets)
    final = len(places.characters) - 1
    spans: list[tuple[int, int]] = []
    first = last = 0
    while last < final:
        last = _end(places, first, length)
        end = len(text[: places.characters[last]].rstrip())
        spans.append((places.characters[first], end))
        first = _next_start(places, first, last, overlap)
    return [*spans[:-1], (spans[-1][0], len(text))]


def _check_sizes(length: int, overlap: int) -> None:
    if length < 1:
        msg = f"A window of {length} tokens holds no text; use at least 1."
        raise ValueError(msg)
    if not 0 <= overlap < length:
        msg = f"An overlap of {overlap} does not fit windows of {length}; use 0 to {length - 1}."
        raise ValueError(msg)


class _Places(NamedTuple):
    """The n places at which a window may begin and, as the last entry, the end of the text."""

    tokens: NDArray[np.int64]
    """The number of tokens before each place."""
    characters: list[int]
    """The number of characters before each place."""
    opens_word: list[bool]
    opens_sentence: list[bool]


def _places(text: str, offsets: NDArray[np.int32]) -> _Places:
    # A window may begin at a token, but not at one without characters, nor between two tokens of
    # the same character.
    visible = np.flatnonzero(offsets[:, 0] < offsets[:, 1])
    tokens = visible[np.diff(offsets[visible, 0], prepend=-1) > 0]
    tokens[0] = 0
    starts = offsets[tokens, 0].tolist()
    previous_ends = [0, *offsets[tokens[1:] - 1, 1].tolist()]
    sentence_ends = {match.end() for match in _SENTENCE_END.finditer(text)}
    unspaced = unspaced_starts(text)
    opens_word = [start == 0 or text[start - 1].isspace() or start in unspaced for start in starts]
    opens_sentence = [
        opens and not sentence_ends.isdisjoint(range(previous_end, start + 1))
        for opens, previous_end, start in zip(opens_word, previous_ends, starts, strict=True)
    ]
    return _Places(
        np.append(tokens, len(offsets)),
        [0, *starts[1:], len(text)],
        [*opens_word, True],
        [*opens_sentence, True],
    )


def _end(places: _Places, first: int, length: int) -> int:
    """Return the place before which the window that begins at place ``first`` ends."""
    last = _reach(places.tokens, first, length)
    if last == len(places.characters) - 1:
        return last
    middle = _reach(places.tokens, first, length // 2)
    return (
        _last_true(places.opens_sentence, middle, last)
        or _last_true(places.opens_word, first, last)
        or last
    )


def _next_start(places: _Places, first: int, last: int, overlap: int) -> int:
    """Return the place at which the window after the one from ``first`` to ``last`` begins."""
    back = int(np.searchsorted(places.tokens, places.tokens[last] - overlap, "right")) - 1
    return max(_last_true(places.opens_word, first, back) or back, first + 1)


def _reach(tokens: NDArray[np.int64], first: int, length: int) -> int:
    """Return the last place with at most ``length`` tokens between it and place ``first``."""
    return max(first + 1, int(np.searchsorted(tokens, tokens[first] + length, "right")) - 1)


def _last_true(flags: list[bool], after: int, until: int) -> int | None:
    """Return the largest i with flags[i] and after < i <= until."""
    return next((i for i in range(until, after, -1) if flags[i]), None)
