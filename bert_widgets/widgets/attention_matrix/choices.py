"""What may be chosen in `AttentionMatrix`: names, and plain functions that check one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from ..._common.options import unknown
from ...explain.corpus.token_index import BY
from .map_key import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

STATISTICS = (
    ("entropy", "Entropy", "bits", "How evenly a row is spread: 0 means a single token."),
    ("distance", "Distance", "tokens", "How far away, on average, a head looks."),
    ("to_first", "To [CLS]", "share", "The share that all tokens give to the first token."),
    (
        "to_other_special",
        "To [SEP]",
        "share",
        "The share that all tokens give to the other special tokens.",
    ),
    ("previous", "Previous", "share", "The share that tokens give to the one before them."),
    ("next", "Next", "share", "The share that tokens give to the one after them."),
    (
        "same_word",
        "Same word",
        "share",
        "The share that tokens give to other tokens of the same word.",
    ),
)
"""The statistics of a head: name, title, unit and explanation."""

_SORT_NAMES = ("", "effect", *(name for name, *_ in STATISTICS))
NAMES: dict[str, tuple[str, ...]] = {
    "view": ("mosaic", "matrix", "lines", "query_key", "similar"),
    "similar_by": BY,
    "measure": MEASURES,
    "unit": ("tokens", "words"),
    "pairs_filter": ("all", "ab", "ba", "aa", "bb"),
    "order": _SORT_NAMES,
    "colour": _SORT_NAMES,
}
"""The traits whose value is one of some names, with these names."""

_MOST_LINES = 6


def check_name(trait: str, value: str) -> str:
    """Return a name if the trait has it, or raise ``TraitError``."""
    if value not in NAMES[trait]:
        raise t.TraitError(unknown(trait, value, NAMES[trait]))
    return value


def check_layer_or_head(name: str, value: int, count: int) -> int:
    """Return the number of a layer or head, -1 for the mean, or raise ``TraitError``."""
    if not -1 <= value < count:
        msg = f"There is no {name} {value!r}; use 0 to {count - 1}, or -1 for the mean."
        raise t.TraitError(msg)
    return value


def check_ablated(heads: list[list[int]], layers: int, heads_per_layer: int) -> list[list[int]]:
    """Return heads [layer, head] sorted and without repetition, or raise ``TraitError``."""
    for head in heads:
        is_pair = len(head) == 2  # noqa: PLR2004
        if not (is_pair and 0 <= head[0] < layers and 0 <= head[1] < heads_per_layer):
            msg = (
                f"There is no head {head!r:.40}; give [layer, head] with layers 0 to "
                f"{layers - 1} and heads 0 to {heads_per_layer - 1}."
            )
            raise t.TraitError(msg)
    return [list(head) for head in sorted({(layer, head) for layer, head in heads})]


def check_masked(
    tokens: list[int], token_texts: Sequence[str], word_of_token: NDArray[np.int32]
) -> list[int]:
    """Return token numbers sorted and without repetition, or raise ``TraitError``."""
    for token in tokens:
        check_token(token, len(token_texts), " to mask")
        if word_of_token[token] < 0:
            msg = f"Token {token} is {token_texts[token]}, a special token, which cannot be masked."
            raise t.TraitError(msg)
    return sorted(set(tokens))


def check_token(token: int, count: int, purpose: str = "") -> int:
    """Return the number of a token if there is one, or raise ``TraitError``."""
    if not 0 <= token < count:
        msg = f"There is no token {token!r}{purpose}; use 0 to {count - 1}."
        raise t.TraitError(msg)
    return token


def check_line_heads(heads: list[int], count: int) -> list[int]:
    """Return head numbers sorted and without repetition, or raise ``TraitError``."""
    known = all(0 <= head < count for head in heads)
    if not known or not 1 <= len(set(heads)) <= _MOST_LINES:
        msg = (
            f"Lines can be drawn for 1 to {_MOST_LINES} heads from 0 to {count - 1}, "
            f"not for {heads!r:.80}."
        )
        raise t.TraitError(msg)
    return sorted(set(heads))


def check_threshold(value: float) -> float:
    """Return a share from 0 to 1, or raise ``TraitError``."""
    if not 0 <= value <= 1:
        msg = f"The threshold {value!r} is not a share of the largest weight; use 0 to 1."
        raise t.TraitError(msg)
    return value


def check_target(label: str, labels: Sequence[str]) -> str:
    """Return a label if the model has it, or raise ``TraitError``."""
    if label not in labels:
        raise t.TraitError(unknown("target", label, labels))
    return label


def token_in_view(word_of_token: Any, token: int | None, selected: int | None) -> int | None:  # noqa: ANN401
    """Return the selected token: the chosen one, unless a different word is selected."""
    if token is not None and (selected is None or word_of_token[token] == selected):
        return token
    if selected is None:
        return None
    return next((i for i, word in enumerate(word_of_token) if word == selected), None)
