"""Which characters of a text the tokens of a slow tokenizer stand for.

A slow tokenizer (one written in Python) returns tokens without offsets, and may have changed the
text: Unicode forms, case, accents, whole words such as links. Tokens are matched with the text
word by word. Where the match is not unique or the text was rewritten, the characters of a token
are all those that it may stand for, so a token's true characters are always among them.
"""

from __future__ import annotations

import difflib
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

Span: TypeAlias = tuple[int, int]

_CHUNK = regex.compile(r"\S+\n?")
"""A word; BERTweet reads a line break with the word before it."""

_MARKS = regex.compile(r"^(?:##|▁)(?=.)|(?<=.)(?:@@|</w>)$")
"""What tokenizers add to a token that continues or begins a word."""


def align(
    tokenizer: PreTrainedTokenizerBase, text: str, tokens: Sequence[str]
) -> NDArray[np.int32]:
    """Find the characters of each token.

    Parameters
    ----------
    tokenizer
        Tokenises parts of the text.
    text
        The text.
    tokens
        What ``tokenizer.tokenize(text)`` returned.

    Returns
    -------
    int32 array (len(tokens), 2)
        The characters (start, end) of each token; starts never decrease, nor do ends.
    """
    exact = None if tokenizer.unk_token in tokens else _fit(text, list(tokens))
    if exact is not None:
        return np.array(exact, np.int32).reshape(-1, 2)
    chunks = [match.span() for match in _CHUNK.finditer(text)]
    parts = [tokenizer.tokenize(text[start:end]) for start, end in chunks]
    spans: list[Span] = []
    for first, last, members in _matched(parts, tokens):
        # Tokens that come from no chunk stand for the white space between two of them.
        start = chunks[first][0] if first < last else (chunks[first - 1][1] if first else 0)
        end = chunks[last - 1][1] if first < last else start
        spans += _within(text, (start, end), members, tokenizer)
    return np.array(spans, np.int32).reshape(-1, 2)


def _matched(parts: list[list[str]], tokens: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """Return (first chunk, last chunk + 1, tokens): which chunks the tokens come from, in order.

    Mostly a chunk at a time; several chunks where the tokenizer reads them differently together.
    """
    owners = [chunk for chunk, part in enumerate(parts) for _ in part]
    alone = [token for part in parts for token in part]
    if alone == list(tokens):
        return [(chunk, chunk + 1, part) for chunk, part in enumerate(parts)]
    # Chunks of which all tokens are found stand alone; what lies between them is joined.
    partner = dict[int, int]()
    blocks = difflib.SequenceMatcher(None, alone, tokens, autojunk=False).get_matching_blocks()
    for block in blocks:
        partner |= {block.a + i: block.b + i for i in range(block.size)}
    matched: list[tuple[int, int, list[str]]] = []
    chunks_before = tokens_before = 0
    for chunk, group in groupby(range(len(owners)), owners.__getitem__):
        numbers = [partner.get(i, -1) for i in group]
        if numbers[0] < tokens_before or numbers != list(range(numbers[0], numbers[-1] + 1)):
            continue
        if (chunk > chunks_before) != (numbers[0] > tokens_before):
            continue  # tokens without a chunk, or chunks without a token, are beside it
        if chunk > chunks_before:
            matched.append((chunks_before, chunk, list(tokens[tokens_before : numbers[0]])))
        matched.append((chunk, chunk + 1, list(tokens[numbers[0] : numbers[-1] + 1])))
        chunks_before, tokens_before = chunk + 1, numbers[-1] + 1
    if chunks_before < len(parts) or tokens_before < len(tokens):
        matched.append((chunks_before, len(parts), list(tokens[tokens_before:])))
    return matched


def _within(
    text: str, chunk: Span, tokens: list[str], tokenizer: PreTrainedTokenizerBase
) -> list[Span]:
    """Return the span of each token of a chunk of the text; the whole chunk where not found."""
    start, end = chunk
    for fold in (_same, _solid, _compatible, _bare):
        characters = [(c, i) for i in range(start, end) for c in fold(text[i])]
        literals = [
            None if token == tokenizer.unk_token else fold(_MARKS.sub("", token))
            for token in tokens
        ]
        if "" in literals:
            continue
        folded = "".join(c for c, _ in characters)
        spans = _fit(folded, literals)
        if spans is None:
            continue
        sources = [i for _, i in characters]
        following = [*sources, end]
        # A character that folds to nothing (an accent) belongs to the one before.
        return [(sources[a] if a else start, _next(following, b)) for a, b in spans]
    return [chunk] * len(tokens)


def _next(following: list[int], end: int) -> int:
    """Return where in the text the folded characters before ``end`` end."""
    # Several folded characters may come from one character of the text.
    return max(following[end], following[end - 1] + 1)


def _fit(text: str, literals: list[str | None]) -> list[Span] | None:
    """Place literals in order so that they and the wildcards (None) cover a text.

    Returns
    -------
    list of (int, int) or None
        For each, from its leftmost start to its rightmost end; None if they do not fit.
    """
    left = _leftmost(text, literals)
    if left is None:
        return None
    backwards = [literal and literal[::-1] for literal in reversed(literals)]
    right = _leftmost(text[::-1], backwards)
    if right is None:
        return None
    ends = [len(text) - start for start in reversed(right)]
    return list(zip(left, ends, strict=True))


def _leftmost(text: str, literals: list[str | None]) -> list[int] | None:
    """Return the leftmost start of each; a wildcard takes at least one character."""
    starts: list[int] = []
    position = 0
    gap = False
    groups = [(wild, list(g)) for wild, g in groupby(literals, lambda literal: literal is None)]
    for number, (wild, group) in enumerate(groups):
        if wild:
            starts += range(position, position + len(group))
            position += len(group)
            gap = True
            continue
        literal = "".join(part for part in group if part is not None)
        last = number == len(groups) - 1
        earliest = max(position, len(text) - len(literal)) if last else position
        start = text.find(literal, earliest)
        if start < 0 or (start > position and not gap):
            return None
        for part in group:
            starts.append(start)
            start += len(part or "")
        position, gap = start, False
    fits = position <= len(text) if gap else position == len(text)
    return starts if fits else None


def _same(text: str) -> str:
    return text


def _solid(text: str) -> str:
    return "".join(text.split())


def _compatible(text: str) -> str:
    """Fold case and compatibility forms, each character alone; white space is left out."""
    return _solid("".join(unicodedata.normalize("NFKD", c.casefold()).casefold() for c in text))


def _bare(text: str) -> str:
    """Fold accents and characters that are not seen too."""
    return "".join(
        c
        for c in _compatible(text)
        if unicodedata.category(c) not in {"Mn", "Cc", "Cf"} and c != "\ufffd"
    )
