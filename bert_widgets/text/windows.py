"""Text longer than a model reads: overlapping windows, cut where sentences end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import regex

from .encoding import Encoding, encode, trim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_SENTENCE_END = regex.compile(r"""[.!?…]+["'”’)\]]*(?=\s)|[。！？]+[”’」』）]*|\n+""")


@dataclass(frozen=True, eq=False)
class Window:
    """A part of a text that a model reads at once.

    Attributes
    ----------
    encoding
        The part, as a text of its own.
    owner
        The number of the text it is a part of.
    starts
        The characters before it in the text, and in the second text of a pair.
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

    Of a pair, the longer text is cut, beside the shorter one (or the start of it, where that too
    would fill more than half of the window).

    Parameters
    ----------
    tokenizer
        A fast tokenizer.
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
    special = tokenizer.num_special_tokens_to_add(pair=pairs is not None)
    found: list[Window] = []
    for owner, whole in enumerate(encode(tokenizer, texts, pairs)):
        fits = len(whole) <= limit
        parts = [(whole, (0, 0))] if fits else _cut(tokenizer, whole, limit, special, overlap)
        found += [Window(encoding, owner, starts) for encoding, starts in parts]
    return found


def shares(windows: Sequence[Window]) -> NDArray[np.float64]:
    """Return each window's weight in the prediction for its text: its share of the tokens.

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
    special: int,
    overlap: int | None,
) -> list[tuple[Encoding, tuple[int, int]]]:
    """Return the windows of a text, each with the characters before it in text and second text."""
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
    """Cut a text where sentences end: spans of characters that cover it, in order."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    starts = [0, *(end for end in ends if end < len(text))]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def windows(
    tokenizer: PreTrainedTokenizerBase, text: str, *, length: int, overlap: int
) -> list[tuple[int, int]]:
    """Cut a text into overlapping windows that a model can read.

    A window ends at the last sentence end in its second half, else at the last word end, else
    (a single word longer than the window) between two pieces. Together the windows cover the text.

    Parameters
    ----------
    tokenizer
        A fast tokenizer.
    text
        The whole text.
    length
        The most tokens in a window, special tokens not counted; at least 1.
    overlap
        The least number of tokens that two neighbours share, up to a word; below ``length``.

    Returns
    -------
    list of (int, int)
        Character spans in order; one span for a text that fits.

    Raises
    ------
    ValueError
        If ``length`` is below 1 or ``overlap`` is not in [0, length).
    """
    if length < 1:
        msg = f"A window of {length} tokens holds no text; use at least 1."
        raise ValueError(msg)
    if not 0 <= overlap < length:
        msg = f"An overlap of {overlap} does not fit windows of {length}; use 0 to {length - 1}."
        raise ValueError(msg)
    offsets = np.array(
        tokenizer(text, add_special_tokens=False, verbose=False).encodings[0].offsets, np.int32
    ).reshape(-1, 2)
    if len(offsets) <= length:
        return [(0, len(text))]
    trim(offsets, np.zeros(len(offsets), np.int8), (text, ""))
    # A window may begin where a piece does, but not at one without characters of its own, nor
    # between two pieces of one character.
    visible = np.flatnonzero(offsets[:, 0] < offsets[:, 1])
    if not len(visible):
        return [(0, len(text))]
    tokens = visible[np.diff(offsets[visible, 0], prepend=-1) > 0]
    tokens[0] = 0
    starts = offsets[tokens, 0].tolist()
    before = [0, *offsets[tokens[1:] - 1, 1].tolist()]
    tokens = np.append(tokens, len(offsets))
    sentence_ends = {m.end() for m in _SENTENCE_END.finditer(text)}
    opens_word = [_opens_word(text, start) for start in starts] + [True]
    opens_sentence = [
        opens and any(end in sentence_ends for end in range(end_before, start + 1))
        for opens, end_before, start in zip(opens_word, before, starts, strict=False)
    ] + [True]

    spans: list[tuple[int, int]] = []
    first = 0
    while first < len(starts):
        last = _reach(tokens, first, length)
        if last < len(starts):
            middle = _reach(tokens, first, length // 2)
            last = _last(opens_sentence, middle, last) or _last(opens_word, first, last) or last
        end = len(text) if last == len(starts) else starts[last]
        spans.append((starts[first] if spans else 0, len(text[:end].rstrip())))
        if last == len(starts):
            break
        back = int(np.searchsorted(tokens, tokens[last] - overlap, "right")) - 1
        first = max(_last(opens_word, first, back) or back, first + 1)
    return [*spans[:-1], (spans[-1][0], len(text))]


def _reach(tokens: NDArray[np.int64], first: int, length: int) -> int:
    """Return the largest i with at most ``length`` tokens from place ``first`` to place i."""
    return max(first + 1, int(np.searchsorted(tokens, tokens[first] + length, "right")) - 1)


def _opens_word(text: str, start: int) -> bool:
    return start == 0 or text[start - 1].isspace() or bool(_UNSPACED.match(text, start))


def _last(flags: list[bool], after: int, upto: int) -> int | None:
    """Return the largest i with flags[i] and after < i <= upto."""
    return next((i for i in range(upto, after, -1) if flags[i]), None)
