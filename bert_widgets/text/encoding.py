"""Text to tokens and back: the forms texts come in, character offsets, words built from tokens.

Offsets are indices of Python's ``str`` (Unicode code points), half open, into the original text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .alignment import align
from .words import word_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase


SPECIAL = -1
"""Segment and word number of a special token such as ``[CLS]``."""


@dataclass(frozen=True, eq=False)
class Encoding:
    """One text (or pair of texts) as a model reads it.

    Attributes
    ----------
    text, pair
        The original strings; ``pair`` is None for a single text.
    input_ids, token_type_ids
        Token ids and segment ids, special tokens included; length n.
    tokens
        The n tokens as the tokenizer spells them.
    offsets
        int32 array (n, 2): the characters of each token; (0, 0) for special tokens.
    segments
        int8 array (n,): 0 for a token of ``text``, 1 for one of ``pair``, -1 for a special token.
    """

    text: str
    pair: str | None
    input_ids: list[int]
    token_type_ids: list[int]
    tokens: list[str]
    offsets: NDArray[np.int32]
    segments: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.input_ids)

    @cached_property
    def words(self) -> Words:
        """The words that the tokens make up."""
        return _assemble(self)


@dataclass(frozen=True, eq=False)
class Words:
    """The words of an `Encoding`, the same for WordPiece, BPE and SentencePiece tokenizers.

    Attributes
    ----------
    strings
        The m words as they stand in the original text.
    offsets
        int32 array (m, 2): the characters of each word.
    segments
        int8 array (m,): 0 where the word stands in ``text``, 1 in ``pair``.
    of_token
        int32 array (n,): the word that each token belongs to, -1 for special tokens.
    """

    strings: list[str]
    offsets: NDArray[np.int32]
    segments: NDArray[np.int8]
    of_token: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.strings)

    def sum(self, token_values: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Add up one value per token (n,) to one value per word (m,)."""
        inside = self.of_token >= 0
        totals = np.bincount(
            self.of_token[inside], weights=token_values[inside], minlength=len(self)
        )
        return totals.astype(np.float32)


def encode(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    pairs: Sequence[str] | None = None,
    *,
    max_length: int | None = None,
) -> list[Encoding]:
    """Tokenise texts, or pairs of texts, with character offsets.

    Parameters
    ----------
    tokenizer
        The tokenizer; of one without offsets (a slow one), they are found by `align`.
    texts, pairs
        The strings; ``pairs``, if given, has the same length.
    max_length
        Cut longer input to this many tokens (the longer text of a pair first); None keeps all.

    Returns
    -------
    list of Encoding
        One for each text, in order.

    Raises
    ------
    ValueError
        If the tokens of a slow tokenizer cannot be found in the text.

    Examples
    --------
    >>> encode(clf.tokenizer, ["not bad"])[0].tokens
    ['[CLS]', 'not', 'bad', '[SEP]']
    """
    if not texts:
        return []
    if not tokenizer.is_fast:
        return [
            _aligned(tokenizer, text, None if pairs is None else pairs[i], max_length)
            for i, text in enumerate(texts)
        ]
    batch = tokenizer(
        list(texts),
        None if pairs is None else list(pairs),
        truncation=max_length is not None,
        max_length=max_length,
        # Longer than the model is no mistake here: such texts are read in windows.
        verbose=False,
    ).encodings
    return [
        _encoding(raw, text, None if pairs is None else pairs[i])
        for i, (raw, text) in enumerate(zip(batch or (), texts, strict=True))
    ]


def token_offsets(tokenizer: PreTrainedTokenizerBase, text: str) -> NDArray[np.int32]:
    """Return the characters (start, end) of each token of a text, special tokens left out."""
    if not tokenizer.is_fast:
        return align(tokenizer, text, tokenizer.tokenize(text))
    batch = tokenizer(text, add_special_tokens=False, verbose=False).encodings
    return np.array([raw.offsets for raw in batch or ()], np.int32).reshape(-1, 2)


def _encoding(raw: Any, text: str, pair: str | None) -> Encoding:  # noqa: ANN401
    segments = np.array([SPECIAL if s is None else s for s in raw.sequence_ids], np.int8)
    offsets = np.array(raw.offsets, np.int32).reshape(-1, 2)
    offsets[segments == SPECIAL] = 0
    trim(offsets, segments, (text, pair or ""))
    return Encoding(text, pair, raw.ids, raw.type_ids, raw.tokens, offsets, segments)


def _aligned(
    tokenizer: PreTrainedTokenizerBase, text: str, pair: str | None, max_length: int | None
) -> Encoding:
    """Encode with a slow tokenizer, whose tokens are then found in the text."""
    fields = tokenizer(
        text,
        pair,
        truncation=max_length is not None,
        max_length=max_length,
        return_special_tokens_mask=True,
        verbose=False,
    )
    ids: list[int] = fields["input_ids"]
    special = np.array(fields["special_tokens_mask"], bool)
    strings = (text,) if pair is None else (text, pair)
    parts = [tokenizer.tokenize(string) for string in strings]
    spans = _left_after_truncation(tokenizer, parts, np.array(ids)[~special].tolist())
    segments = np.full(len(ids), SPECIAL, np.int8)
    segments[~special] = np.repeat([0, 1][: len(parts)], [stop - start for start, stop in spans])
    offsets = np.zeros((len(ids), 2), np.int32)
    for segment, (string, tokens, (start, stop)) in enumerate(
        zip(strings, parts, spans, strict=True)
    ):
        offsets[segments == segment] = align(tokenizer, string, tokens)[start:stop]
    types = fields.get("token_type_ids", [0] * len(ids))
    trim(offsets, segments, (text, pair or ""))
    read: Any = tokenizer.convert_ids_to_tokens(ids)
    return Encoding(text, pair, ids, types, read, offsets, segments)


def _left_after_truncation(
    tokenizer: PreTrainedTokenizerBase, parts: list[list[str]], ids: list[int]
) -> list[tuple[int, int]]:
    """Return which tokens (start, stop) of each text are left after truncation."""
    whole: list[Any] = [
        [tokenizer.convert_tokens_to_ids(token) for token in part] for part in parts
    ]

    def cut(part: list[int], count: int) -> tuple[int, int]:
        left = tokenizer.truncation_side == "left"
        return (len(part) - count, len(part)) if left else (0, count)

    counts = [(len(ids),)] if len(parts) == 1 else [(n, len(ids) - n) for n in range(len(ids) + 1)]
    # The longer text is cut first, so the most even of the possible divisions is the one.
    for division in sorted(counts, key=lambda pair: (abs(pair[0] - pair[-1]), pair)):
        if any(n > len(part) for n, part in zip(division, whole, strict=True)):
            continue
        spans = [cut(part, n) for n, part in zip(division, whole, strict=True)]
        left_ids = [i for part, (a, b) in zip(whole, spans, strict=True) for i in part[a:b]]
        if left_ids == ids:
            return spans
    msg = (
        f"{type(tokenizer).__name__} adds tokens to a text that are not of it; use a model with "
        "another tokenizer."
    )
    raise ValueError(msg)


def trim(offsets: NDArray[np.int32], segments: NDArray[np.int8], texts: tuple[str, str]) -> None:
    """Remove white space from the span of each token; some tokenizers include it."""
    for i in np.flatnonzero(segments != SPECIAL):
        token = texts[segments[i]][offsets[i, 0] : offsets[i, 1]]
        offsets[i, 0] += len(token) - len(token.lstrip())
        offsets[i, 1] = offsets[i, 0] + len(token.strip())


def _assemble(encoding: Encoding) -> Words:
    """Group tokens into the words of the text; words that share a token are joined."""
    strings: list[str] = []
    spans: list[tuple[int, int]] = []
    owners: list[int] = []
    of_token = np.full(len(encoding), SPECIAL, np.int32)
    for segment, text in enumerate((encoding.text, encoding.pair or "")):
        numbers = np.flatnonzero(encoding.segments == segment)
        if not len(numbers):
            continue
        members = _join(word_spans(text), encoding.offsets[numbers])
        for span, tokens in members:
            of_token[numbers[tokens]] = len(strings)
            strings.append(text[slice(*span)])
            spans.append(span)
            owners.append(segment)
    return Words(
        strings, np.array(spans, np.int32).reshape(-1, 2), np.array(owners, np.int8), of_token
    )


def _join(
    words: list[tuple[int, int]], offsets: NDArray[np.int32]
) -> list[tuple[tuple[int, int], list[int]]]:
    """Match tokens with words, both in text order; return the span and the tokens of each word.

    A token without characters (a word-start mark) goes to the next word. A word without tokens
    (cut off by truncation) is left out.
    """
    groups: list[tuple[tuple[int, int], list[int]]] = []
    waiting: list[int] = []
    word = 0
    for i, (start, end) in enumerate(offsets.tolist()):
        if start == end:
            waiting.append(i)
            continue
        while word < len(words) and words[word][1] <= start:
            word += 1
        first, last = (words[word][0], words[word][1]) if word < len(words) else (start, end)
        while word + 1 < len(words) and words[word + 1][0] < end:
            word += 1
            last = words[word][1]
        span = (min(first, start), max(last, end))
        if groups and groups[-1][0][1] > span[0]:
            (before, _), tokens = groups[-1]
            groups[-1] = ((before, max(groups[-1][0][1], span[1])), [*tokens, *waiting, i])
        else:
            groups.append((span, [*waiting, i]))
        waiting = []
    if waiting and groups:
        groups[-1][1].extend(waiting)
    return groups
