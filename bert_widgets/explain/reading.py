"""What a model reads of a text: tokens, words, and a warning if the text is cut."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._common.characters import check_characters
from ..model.classifier import check_classifier
from ..text import encoding as bw_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..model.classifier import BertClassifier
    from ..text.encoding import Encoding


@dataclass(frozen=True, eq=False, kw_only=True)
class Reading:
    """A text, or pair of texts, as the model read it: n tokens that make up m words.

    Attributes
    ----------
    text, pair
        The original strings; ``pair`` is None for a single text.
    tokens
        The n subword tokens, special tokens included.
    token_offsets
        int32 array (n, 2): the characters each token covers; (0, 0) for special tokens.
    token_segments
        int8 array (n,): 0 for a token of ``text``, 1 for one of ``pair``, -1 for a special token.
    words
        The m words as written in the text.
    word_offsets
        int32 array (m, 2): the characters of each word.
    word_segments
        int8 array (m,): 0 for a word of ``text``, 1 for one of ``pair``.
    word_of_token
        int32 array (n,): the word each token belongs to, -1 for special tokens.
    """

    text: str
    pair: str | None
    tokens: tuple[str, ...]
    token_offsets: NDArray[np.int32]
    token_segments: NDArray[np.int8]
    words: tuple[str, ...]
    word_offsets: NDArray[np.int32]
    word_segments: NDArray[np.int8]
    word_of_token: NDArray[np.int32]

    @property
    def token_texts(self) -> tuple[str, ...]:
        """The n tokens in readable form: without the marks and byte codes of BPE tokenizers."""
        texts = (self.text, self.pair or "")
        return tuple(
            _readable(token, texts[segment][start:end])
            for token, segment, (start, end) in zip(
                self.tokens, self.token_segments, self.token_offsets.tolist(), strict=True
            )
        )

    @property
    def unread(self) -> str:
        """The end of the text, or of the second text, that was cut off; empty if nothing was."""
        for segment, text in enumerate((self.text, self.pair or "")):
            ends = self.word_offsets[self.word_segments == segment, 1]
            rest = text[ends.max(initial=0) :].strip()
            if any(character.isalnum() for character in rest):
                return rest
        return ""


def _readable(token: str, letters: str) -> str:
    """Return the token, or the letters of the text if the token contains others."""
    known = letters + letters.lower()
    foreign = any(not character.isascii() and character not in known for character in token)
    return letters if letters and foreign else token


def reading(encoding: Encoding, units: bw_text.Words | None = None) -> dict[str, Any]:
    """Return the fields of a `Reading`, with other units instead of words if given."""
    words = encoding.words if units is None else units
    return {
        "text": encoding.text,
        "pair": encoding.pair,
        "tokens": tuple(encoding.tokens),
        "token_offsets": encoding.offsets,
        "token_segments": encoding.segments,
        "words": tuple(words.strings),
        "word_offsets": words.offsets,
        "word_segments": words.segments,
        "word_of_token": words.of_token,
    }


def masked(clf: BertClassifier, encoding: Encoding, positions: Sequence[int]) -> Encoding:
    """Replace tokens by the mask token; words and offsets remain those of the text.

    Parameters
    ----------
    clf
        The classifier.
    encoding
        The text.
    positions
        The positions of the tokens.

    Raises
    ------
    ValueError
        If a position is invalid or that of a special token, or the model has no mask token.
    """
    if not positions:
        return encoding
    mask = clf.tokenizer.mask_token_id
    if mask is None:
        msg = "This model's tokenizer has no mask token, so no token can be masked."
        raise ValueError(msg)
    ids, tokens = list(encoding.input_ids), list(encoding.tokens)
    for position in positions:
        if not 0 <= position < len(encoding):
            msg = f"There is no token {position} to mask; use 0 to {len(encoding) - 1}."
            raise ValueError(msg)
        if encoding.segments[position] < 0:
            msg = (
                f"Token {position} is the special token {tokens[position]}, which cannot be masked."
            )
            raise ValueError(msg)
        ids[position], tokens[position] = mask, str(clf.tokenizer.mask_token)
    return replace(encoding, input_ids=ids, tokens=tokens)


def encode_cut(
    clf: BertClassifier, texts: Sequence[str], pairs: Sequence[str] | None, *, stacklevel: int
) -> list[Encoding]:
    """Encode texts, each cut to what the model reads at once; warn once if any was cut.

    Parameters
    ----------
    clf
        The classifier.
    texts, pairs
        The strings; ``pairs``, if given, has the same length.
    stacklevel
        The stack level of the warning, relative to this function.
    """
    encodings = clf.encode(texts, pairs)
    full = [i for i, encoding in enumerate(encodings) if len(encoding) >= clf.max_length]
    with clf.lock:
        whole = bw_text.encode(
            clf.tokenizer,
            [texts[i] for i in full],
            None if pairs is None else [pairs[i] for i in full],
        )
    cut = sum(len(encoding) > clf.max_length for encoding in whole)
    if cut:
        share = "The text is" if len(texts) == 1 else f"{cut} of {len(texts)} texts are"
        warnings.warn(
            f"{share} longer than the {clf.max_length} tokens the model reads at once; "
            "only the part it reads is explained.",
            stacklevel=stacklevel,
        )
    return encodings


def encode_one(clf: BertClassifier, text: str, pair: str | None, *, stacklevel: int) -> Encoding:
    """Encode a text, or a pair, as `encode_cut` does; raise a TypeError for other types."""
    check_classifier(clf)
    strings: tuple[object, ...] = (text,) if pair is None else (text, pair)
    for value in strings:
        if not isinstance(value, str):
            msg = f"A text must be a string, not {value!r:.80}."
            raise TypeError(msg)
        check_characters(value, "The text")
    pairs = None if pair is None else [pair]
    return encode_cut(clf, [text], pairs, stacklevel=stacklevel + 1)[0]
