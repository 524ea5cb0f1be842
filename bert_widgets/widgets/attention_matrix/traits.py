"""The traits of `AttentionMatrix`."""

from __future__ import annotations

from typing import Any

import traitlets as t

from ..shared.array_trait import Array
from ..shared.text_widget import TextWidget
from ..shared.trait_types import Index, Number
from .choices import (
    NAMES,
    STATISTICS,
    check_ablated,
    check_layer_or_head,
    check_line_heads,
    check_masked,
    check_name,
    check_target,
    check_threshold,
    check_token,
)


class AttentionTraits(TextWidget):
    """The traits of `AttentionMatrix`, each with its documentation and the check of its values."""

    token_texts = t.List(t.Unicode()).tag(sync=True)
    """The n subword tokens, special tokens included."""

    word_of_token = Array("int32")
    """The index of the word that each token belongs to; -1 for special tokens."""

    token_segments = Array("int8")
    """The text that each token belongs to: 0, or 1 for the second one of a pair; -1 for special
    tokens."""

    labels = t.List(t.Unicode()).tag(sync=True)
    """The names of all classes."""

    logits = Array("float32")
    """The logit of each class, for the text with ``masked`` tokens masked."""

    probabilities = Array("float32")
    """The probability of each class, for the text with ``masked`` tokens masked."""

    unmasked_probabilities = Array("float32")
    """The probability of each class for the text without masked tokens."""

    ablated_probabilities = Array("float32")
    """The probability of each class with the ``ablated`` heads switched off."""

    target = t.Unicode().tag(sync=True, page=True)
    """The label that effects and gradients refer to: ``chosen_target``, or the predicted label."""

    chosen_target = t.Unicode().tag(sync=True, page=True)
    """The label chosen as the target; empty to follow the prediction. Link this trait rather than
    ``target`` with other widgets."""

    layers = t.Int().tag(sync=True)
    """The number of layers of the model."""

    heads = t.Int().tag(sync=True)
    """The number of heads in a layer."""

    view = t.Unicode("matrix").tag(sync=True, page=True)
    """The view: ``"mosaic"`` (all heads), ``"matrix"``, ``"lines"``, ``"query_key"`` or, with a
    corpus, ``"similar"``."""

    layer = Index(0).tag(sync=True, page=True)
    """The layer shown, from 0; -1 for the mean over all layers."""

    head = Index(0).tag(sync=True, page=True)
    """The head shown, from 0; -1 for the mean over the heads of the layer."""

    measure = t.Unicode("weights").tag(sync=True, page=True)
    """What the matrix shows: attention ``"weights"``; value-weighted ``"norms"``, the length of
    what each token really contributes (Kobayashi et al.); ``"rollout"``, the flow up to the layer
    (Abnar & Zuidema); or ``"gradient"``, the flow weighted by gradients of the target (Chefer et
    al.), minus the initial relevance of 1 of each token itself."""

    unit = t.Unicode("tokens").tag(sync=True, page=True)
    """What rows and columns are: ``"tokens"``, or ``"words"``, where columns are summed and rows
    averaged."""

    specials = t.Bool(default_value=True).tag(sync=True, page=True)
    """Whether special tokens are shown. Without them, rows are scaled up again."""

    row_labels = t.List(t.Unicode()).tag(sync=True)
    """The names of the rows and columns of the matrix."""

    order = t.Unicode().tag(sync=True, page=True)
    """What the heads of the mosaic are sorted by: ``"effect"``, a statistic as in
    `AttentionMaps.head_frame`, or empty for layer by layer."""

    colour = t.Unicode().tag(sync=True, page=True)
    """The number shown under each head of the mosaic: the same names as for ``order``."""

    estimates = Array("float32")
    """The effect of each head on the target's logit, layer by layer: a first-order estimate."""

    effects = Array("float32")
    """The same, measured by switching each head off; NaN until measured.
    `bw.head_effects` measures it on many texts."""

    effects_progress = t.Float(0.0).tag(sync=True)
    """The share of the heads whose effect has been measured, from 0 to 1."""

    measuring = t.Bool(default_value=False).tag(sync=True)
    """Whether measured effects have been requested."""

    ablated = t.List(t.List(Index())).tag(sync=True, page=True)
    """The heads that are switched off, each ``[layer, head]``."""

    masked = t.List(Index()).tag(sync=True, page=True)
    """The numbers of the tokens that are replaced by the mask token. Everything shown is
    computed for the text with these tokens masked."""

    token = Index(None, allow_none=True).tag(sync=True, page=True)
    """The number of the selected token."""

    line_heads = t.List(Index(), [0]).tag(sync=True, page=True)
    """The heads of the layer that are drawn as lines, or compared in the view ``"similar"``."""

    threshold = Number(0.25).tag(sync=True, page=True)
    """The share of a head's largest weight from which a line is drawn."""

    pairs_filter = t.Unicode("all").tag(sync=True, page=True)
    """For pairs, which attention is shown: ``"all"``, or ``"ab"`` from the first text (a) to the
    second (b), and likewise ``"ba"``, ``"aa"`` and ``"bb"``."""

    similar_by = t.Unicode("embedding").tag(sync=True, page=True)
    """How tokens of the corpus are compared: by their ``"embedding"`` after the layer, or by the
    output of the ``"heads"`` in ``line_heads``."""

    matches = t.List(t.Dict()).tag(sync=True)
    """The tokens of the corpus most similar to the selected one, in their contexts, while ``view``
    is ``"similar"``. `similar_tokens` has them as a DataFrame."""

    match_counts = t.List(t.List()).tag(sync=True)
    """What the matches have in common, as ``[heading, [[value, count], ...]]``."""

    _corpus_size = t.Int().tag(sync=True)
    _left_out = Array("float32")
    _maskable = t.Bool(default_value=True).tag(sync=True)
    _matches_of = t.Dict().tag(sync=True)
    _note = t.Unicode().tag(sync=True)
    _query = Array("int8")
    _key = Array("int8")
    _query_key_complete = t.Bool(default_value=True).tag(sync=True)
    _query_key_of = t.List(t.Int()).tag(sync=True)
    _query_key_scales = t.List(t.Float()).tag(sync=True)
    _query_key_size = t.Int().tag(sync=True)
    _row_tokens = Array("int32")
    _search_progress = t.Float(0.0).tag(sync=True)
    _side = t.Int().tag(sync=True)
    _statistic_names = t.List(t.List(t.Unicode()), [list(names) for names in STATISTICS]).tag(
        sync=True
    )
    _statistics = Array("float32")
    _thumbnails = Array("uint8")
    # One trait for each slot of matrices, so that a new matrix does not send the others again.
    _slots = t.List(t.List(t.Dict())).tag(sync=True)
    _slot_0 = Array("uint8")
    _slot_1 = Array("uint8")
    _slot_2 = Array("uint8")
    _slot_3 = Array("uint8")
    _slot_4 = Array("uint8")
    _slot_5 = Array("uint8")
    _slot_6 = Array("uint8")
    _slot_7 = Array("uint8")

    @t.validate(*NAMES)
    def _check_name(self, proposal: dict[str, Any]) -> str:
        name = check_name(proposal["trait"].name, proposal["value"])
        if name == "similar" and not self._corpus_size:
            msg = "There is no corpus to search; make the widget with corpus=bw.Corpus(clf, texts)."
            raise t.TraitError(msg)
        return name

    @t.validate("target", "chosen_target")
    def _check_target(self, proposal: dict[str, Any]) -> str:
        label: str = proposal["value"]
        follows_prediction = proposal["trait"].name == "chosen_target" and not label
        if self._tasks is None or follows_prediction:
            return label
        return check_target(label, self.labels)

    @t.validate("layer", "head")
    def _check_number(self, proposal: dict[str, Any]) -> int:
        name = proposal["trait"].name
        count = self.layers if name == "layer" else self.heads
        return check_layer_or_head(name, proposal["value"], count)

    @t.validate("ablated")
    def _check_ablated(self, proposal: dict[str, Any]) -> list[list[int]]:
        return check_ablated(proposal["value"], self.layers, self.heads)

    @t.validate("masked")
    def _check_masked(self, proposal: dict[str, Any]) -> list[int]:
        if proposal["value"] and not self._maskable:
            msg = "This model's tokenizer has no mask token, so no token can be masked."
            raise t.TraitError(msg)
        return check_masked(proposal["value"], self.token_texts, self.word_of_token)

    @t.validate("token")
    def _check_token(self, proposal: dict[str, Any]) -> int | None:
        token: int | None = proposal["value"]
        return None if token is None else check_token(token, len(self.token_texts))

    @t.validate("line_heads")
    def _check_line_heads(self, proposal: dict[str, Any]) -> list[int]:
        return check_line_heads(proposal["value"], self.heads)

    @t.validate("threshold")
    def _check_threshold(self, proposal: dict[str, Any]) -> float:
        return check_threshold(proposal["value"])
