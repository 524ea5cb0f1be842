"""What the traits of an attention widget ask: one question for each thing that is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .choices import token_in_view
from .map_key import MapKey, line_keys, map_key, neighbour_keys

if TYPE_CHECKING:
    from .traits import AttentionTraits


class TextQuestion(NamedTuple):
    """The text to read: with the second one of a pair or ``""``, and the masked tokens."""

    text: str
    pair: str
    masked: tuple[int, ...]


class MatrixQuestion(NamedTuple):
    """The displayed matrix, whether its rows are words, and whether special tokens are kept."""

    text: TextQuestion
    key: MapKey
    words: bool
    specials: bool


class NearbyQuestion(NamedTuple):
    """The matrices that are drawn with the displayed one or, ahead, likely to be opened next."""

    matrix: MatrixQuestion
    keys: tuple[MapKey, ...]
    ahead: bool


class AblationQuestion(NamedTuple):
    """The heads (layer, head) to switch off."""

    text: TextQuestion
    heads: frozenset[tuple[int, int]]


class HeadQuestion(NamedTuple):
    """The head whose queries and keys are displayed."""

    text: TextQuestion
    layer: int
    head: int


class EffectsQuestion(NamedTuple):
    """The label whose logit the heads are measured by."""

    text: TextQuestion
    label: str


class SearchQuestion(NamedTuple):
    """The token, layer and comparison for which similar tokens are searched."""

    text: TextQuestion
    token: int
    layer: int
    by: str
    heads: tuple[int, ...]


def text_question(widget: AttentionTraits) -> TextQuestion:
    """Return which text is to be read."""
    return TextQuestion(widget.text, widget.pair, tuple(widget.masked))


def matrix_question(widget: AttentionTraits) -> MatrixQuestion:
    """Return which matrix is to be shown."""
    key = map_key(widget.measure, widget.layer, widget.head, widget.target)
    return MatrixQuestion(text_question(widget), key, widget.unit == "words", widget.specials)


def nearby_question(widget: AttentionTraits) -> NearbyQuestion:
    """Return which matrices the page needs besides the displayed one."""
    question = matrix_question(widget)
    if widget.view == "lines":
        lines = tuple(line_keys(question.key, widget.line_heads))
        return NearbyQuestion(question, lines, ahead=False)
    keys = neighbour_keys(question.key, widget.layers, widget.heads)
    return NearbyQuestion(question, tuple(keys), ahead=True)


def ablation_question(widget: AttentionTraits) -> AblationQuestion:
    """Return which heads are to be switched off."""
    heads = frozenset((layer, head) for layer, head in widget.ablated)
    return AblationQuestion(text_question(widget), heads)


def query_key_question(widget: AttentionTraits) -> HeadQuestion | None:
    """Return whose queries and keys are to be shown, if any."""
    if widget.view != "query_key" or widget.layer < 0 or widget.head < 0:
        return None
    return HeadQuestion(text_question(widget), widget.layer, widget.head)


def estimates_question(widget: AttentionTraits) -> EffectsQuestion:
    """Return what effects are to be estimated for."""
    return EffectsQuestion(text_question(widget), widget.target)


def effects_question(widget: AttentionTraits) -> EffectsQuestion | None:
    """Return what effects are to be measured for, if that is requested."""
    return estimates_question(widget) if widget.measuring else None


def search_question(widget: AttentionTraits) -> SearchQuestion | None:
    """Return what to search the corpus for, if anything: never special tokens."""
    token = token_in_view(widget.word_of_token, widget.token, widget.selected)
    if widget.view != "similar" or widget.layer < 0:
        return None
    if token is None or widget.word_of_token[token] < 0:
        return None
    heads = tuple(widget.line_heads)
    return SearchQuestion(text_question(widget), token, widget.layer, widget.similar_by, heads)
