"""The state of an attention widget, and what may be set in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t

from ..._common.options import unknown
from ...explain.corpus.token_index import BY
from ..shared.array_trait import Array
from ..shared.text_widget import TextWidget
from .map_key import MEASURES

VIEWS = ("mosaic", "matrix", "lines", "query_key", "similar")
UNITS = ("tokens", "words")
FILTERS = ("all", "ab", "ba", "aa", "bb")
STATISTICS = (
    ("entropy", "Entropy", "bits", "How evenly a row is spread: 0 looks at one piece only."),
    ("distance", "Distance", "tokens", "How far away, on average, a head looks."),
    ("to_first", "To [CLS]", "share", "What all pieces give to the first token."),
    ("to_other_special", "To [SEP]", "share", "What all pieces give to the other special tokens."),
    ("previous", "Previous", "share", "What pieces give to the one before them."),
    ("next", "Next", "share", "What pieces give to the one after them."),
    ("same_word", "Same word", "share", "What pieces give to others of the same word."),
)
_NAMES = ("", "effect", *(name for name, *_ in STATISTICS))
_MOST_LINES = 6
_CHOICES = {
    "view": VIEWS,
    "similar_by": BY,
    "measure": MEASURES,
    "unit": UNITS,
    "pairs_filter": FILTERS,
    "order": _NAMES,
    "colour": _NAMES,
}


class AttentionTraits(TextWidget):
    """See `AttentionMatrix`, which documents the traits."""

    token_texts = t.List(t.Unicode()).tag(sync=True)
    word_of_token = Array("int32")
    token_segments = Array("int8")
    labels = t.List(t.Unicode()).tag(sync=True)
    logits = Array("float32")
    probabilities = Array("float32")
    target = t.Unicode().tag(sync=True, page=True)
    chosen_target = t.Unicode().tag(sync=True, page=True)
    layers = t.Int().tag(sync=True)
    heads = t.Int().tag(sync=True)
    view = t.Unicode("matrix").tag(sync=True, page=True)
    layer = t.Int().tag(sync=True, page=True)
    head = t.Int().tag(sync=True, page=True)
    measure = t.Unicode("weights").tag(sync=True, page=True)
    unit = t.Unicode("tokens").tag(sync=True, page=True)
    specials = t.Bool(default_value=True).tag(sync=True, page=True)
    row_labels = t.List(t.Unicode()).tag(sync=True)
    _row_tokens = Array("int32")
    order = t.Unicode().tag(sync=True, page=True)
    colour = t.Unicode().tag(sync=True, page=True)
    _statistic_names = t.List(t.List(t.Unicode()), [list(each) for each in STATISTICS]).tag(
        sync=True
    )
    estimates = Array("float32")
    effects = Array("float32")
    effects_progress = t.Float(0.0).tag(sync=True)
    measuring = t.Bool(default_value=False).tag(sync=True)
    ablated = t.List(t.List(t.Int())).tag(sync=True, page=True)
    ablated_probabilities = Array("float32")
    masked = t.List(t.Int()).tag(sync=True, page=True)
    _maskable = t.Bool(default_value=True).tag(sync=True)
    unmasked_probabilities = Array("float32")
    line_heads = t.List(t.Int(), [0]).tag(sync=True, page=True)
    threshold = t.Float(0.25).tag(sync=True, page=True)
    pairs_filter = t.Unicode("all").tag(sync=True, page=True)
    token = t.Int(None, allow_none=True).tag(sync=True, page=True)
    _query_key_of = t.List(t.Int()).tag(sync=True)
    _query_key_size = t.Int().tag(sync=True)
    _query_key_scales = t.List(t.Float()).tag(sync=True)
    _query_key_complete = t.Bool(default_value=True).tag(sync=True)
    _corpus_size = t.Int().tag(sync=True)
    similar_by = t.Unicode("embedding").tag(sync=True, page=True)
    matches = t.List(t.Dict()).tag(sync=True)
    match_counts = t.List(t.List()).tag(sync=True)
    _search_progress = t.Float(0.0).tag(sync=True)
    _matches_of = t.Dict().tag(sync=True)
    _note = t.Unicode().tag(sync=True)
    _query = Array("int8")
    _key = Array("int8")
    _statistics = Array("float32")
    _thumbnails = Array("uint8")
    _side = t.Int().tag(sync=True)
    _left_out = Array("float32")
    _slots = t.List(t.List(t.Dict())).tag(sync=True)
    _slot_0 = Array("uint8")
    _slot_1 = Array("uint8")
    _slot_2 = Array("uint8")
    _slot_3 = Array("uint8")
    _slot_4 = Array("uint8")
    _slot_5 = Array("uint8")
    _slot_6 = Array("uint8")
    _slot_7 = Array("uint8")

    @t.validate(*_CHOICES)
    def _check_choice(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if value not in _CHOICES[name]:
            raise t.TraitError(unknown(name, value, _CHOICES[name]))
        if value == "similar" and not self._corpus_size:
            msg = "There is no corpus to search; make the widget with corpus=bw.Corpus(clf, texts)."
            raise t.TraitError(msg)
        return str(value)

    @t.validate("target", "chosen_target")
    def _check_target(self, proposal: dict[str, Any]) -> str:
        label, free = proposal["value"], proposal["trait"].name == "chosen_target"
        if self._tasks is not None and label not in self.labels and not (free and not label):
            raise t.TraitError(unknown("target", label, self.labels))
        return str(label)

    @t.validate("layer", "head")
    def _check_number(self, proposal: dict[str, Any]) -> int:
        value: int = proposal["value"]
        name = proposal["trait"].name
        count = self.layers if name == "layer" else self.heads
        if isinstance(value, bool) or not -1 <= value < count:
            msg = f"There is no {name} {value!r}; use 0 to {count - 1}, or -1 for the mean."
            raise t.TraitError(msg)
        return value

    @t.validate("ablated")
    def _check_ablated(self, proposal: dict[str, Any]) -> list[list[int]]:
        heads: list[list[int]] = proposal["value"]
        for head in heads:
            whole = len(head) == 2 and not any(isinstance(part, bool) for part in head)  # noqa: PLR2004
            if not (whole and 0 <= head[0] < self.layers and 0 <= head[1] < self.heads):
                msg = (
                    f"There is no head {head!r:.40}; give [layer, head] with layers 0 to "
                    f"{self.layers - 1} and heads 0 to {self.heads - 1}."
                )
                raise t.TraitError(msg)
        return [list(head) for head in sorted({(layer, head) for layer, head in heads})]

    @t.validate("masked")
    def _check_masked(self, proposal: dict[str, Any]) -> list[int]:
        pieces: list[int] = proposal["value"]
        if pieces and not self._maskable:
            msg = "This model's tokenizer has no mask token, so no token can be masked."
            raise t.TraitError(msg)
        for piece in pieces:
            if isinstance(piece, bool) or not 0 <= piece < len(self.word_of_token):
                msg = f"There is no token {piece!r} to mask; use 0 to {len(self.token_texts) - 1}."
                raise t.TraitError(msg)
            if self.word_of_token[piece] < 0:
                name = self.token_texts[piece]
                msg = f"Token {piece} is {name}, a special token, which cannot be masked."
                raise t.TraitError(msg)
        return sorted(set(pieces))

    @t.validate("line_heads")
    def _check_line_heads(self, proposal: dict[str, Any]) -> list[int]:
        heads: list[int] = proposal["value"]
        known = all(not isinstance(head, bool) and 0 <= head < self.heads for head in heads)
        if not known or not 1 <= len(set(heads)) <= _MOST_LINES:
            msg = (
                f"Lines are drawn for 1 to {_MOST_LINES} heads from 0 to {self.heads - 1}, "
                f"not for {heads!r:.80}."
            )
            raise t.TraitError(msg)
        return sorted(set(heads))

    @t.validate("threshold")
    def _check_threshold(self, proposal: dict[str, Any]) -> float:
        value: float = proposal["value"]
        if not 0 <= value <= 1 or not np.isfinite(value):
            msg = f"A threshold of {value!r} is no share of the largest weight; use 0 to 1."
            raise t.TraitError(msg)
        return value

    @t.validate("token")
    def _check_token(self, proposal: dict[str, Any]) -> int | None:
        value: int | None = proposal["value"]
        if value is not None and (
            isinstance(value, bool) or not 0 <= value < len(self.token_texts)
        ):
            msg = f"There is no token {value!r}; use 0 to {len(self.token_texts) - 1} or None."
            raise t.TraitError(msg)
        return value
