"""The traits of `TokenHighlights`."""

from __future__ import annotations

from typing import Any

import traitlets as t

from ...explain.attribution.baselines import BASELINES
from ..shared.array_trait import Array
from ..shared.text_widget import TextWidget
from .choices import NAMES, check_name, check_spans
from .what_if import check_edit


class HighlightTraits(TextWidget):
    """The traits of `TokenHighlights`, each with its documentation and the check of its values."""

    text = t.Unicode().tag(sync=True, page=True)
    """The text. Set it to have another one explained."""

    pair = t.Unicode().tag(sync=True, page=True)
    """The second text of a pair; empty for a single text."""

    editing = t.Bool(default_value=False).tag(sync=True, page=True)
    """Whether a text is being typed in the page. Everything typed until then is undone at once."""

    labels = t.List(t.Unicode()).tag(sync=True)
    """The names of all classes."""

    probabilities = Array("float32")
    """The prediction: a probability for each label."""

    target = t.Unicode().tag(sync=True, page=True)
    """The label that is explained. Setting it sets ``chosen_target`` too."""

    chosen_target = t.Unicode().tag(sync=True, page=True)
    """The label chosen to be explained, also after edits; empty for the predicted one.

    Link this trait rather than ``target``: it changes only when a label is chosen."""

    against = t.Unicode().tag(sync=True, page=True)
    """The label whose logit is subtracted from that of the target; empty for none."""

    output = t.Unicode("logit").tag(sync=True, page=True)
    """The value of the target that is explained: ``"logit"`` or ``"probability"``."""

    method = t.Unicode().tag(sync=True, page=True)
    """The chosen method, a key of `METHODS`."""

    baseline = t.Unicode("pad").tag(sync=True, page=True)
    """The name of the baseline, as for `attribute`."""

    unit = t.Unicode("words").tag(sync=True, page=True)
    """What gets a score: ``"words"``, ``"tokens"``, ``"sentences"``, or ``"spans"``."""

    spans: t.List[list[int]] = t.List().tag(sync=True, page=True)
    """At most 100 spans [start, end, segment] in characters of ``text`` (segment 0) or ``pair``
    (segment 1). They are scored where ``unit`` is ``"spans"``."""

    word_offsets = Array("int32", 2)
    """Start and end of each word, in characters of the text that it is in."""

    word_segments = Array("uint8")
    """The text that each word is in: 0 for ``text``, 1 for ``pair``."""

    scores = Array("float32")
    """How much each word pushes towards (positive) or against (negative) the target, in units of
    ``output``."""

    margins = Array("float32")
    """Half the width of each score's 95 % confidence interval; empty where the method draws no
    samples."""

    token_texts = t.List(t.Unicode()).tag(sync=True)
    """The subword tokens, special ones included."""

    token_offsets = Array("int32", 2)
    """Start and end of each token, in characters of the text that it is in."""

    word_of_token = Array("int32")
    """The index of the word that each token belongs to; -1 for special tokens."""

    token_scores = Array("float32")
    """The score of each token."""

    completeness_error = t.Float(None, allow_none=True).tag(sync=True)
    """How far the scores are from adding up to ``difference``, as a share of the sum of their
    absolute values; None where the method does not promise that they do."""

    difference = t.Float(None, allow_none=True).tag(sync=True)
    """What the scores should add up to: the target's value for the text less that for the
    baseline; None without a baseline."""

    windows = t.Int(1).tag(sync=True)
    """The number of overlapping windows that the model reads the text in."""

    shown_method = t.Unicode().tag(sync=True)
    """The method of the displayed scores: a quick one until those of ``method`` arrive."""

    refining = t.Bool(default_value=False).tag(sync=True)
    """Whether scores of a quick method are shown while those of the chosen one are computed."""

    progress = t.Float(0.0).tag(sync=True)
    """The share of the windows of a long text that are done, from 0 to 1."""

    compare = t.Bool(default_value=False).tag(sync=True, page=True)
    """Whether to explain every class too."""

    class_scores = Array("float32")
    """The scores of all words for each class, class after class; empty until computed."""

    class_method = t.Unicode().tag(sync=True)
    """The method that ``class_scores`` are by."""

    by_layer = t.Bool(default_value=False).tag(sync=True, page=True)
    """Whether to explain the target at the output of every layer too."""

    layer_scores = Array("float32")
    """The scores of all words at each layer, layer after layer; empty until computed."""

    layer_method = t.Unicode().tag(sync=True)
    """The method that ``layer_scores`` are by."""

    edit = t.Dict().tag(sync=True, page=True)
    """A what-if edit: ``{"word": 3, "action": "mask"}``, ``"delete"``, or ``"replace"`` with a
    string as ``"with"``. ``"words"`` takes a list of several indices."""

    edited = t.Dict().tag(sync=True)
    """The answer to ``edit``: the edit with its ``text``, ``pair``, ``probabilities`` and
    ``label``; empty until computed."""

    badge = t.Unicode().tag(sync=True)
    """What removing the strongest words does to the prediction, as a sentence."""

    badge_words = t.List(t.Int()).tag(sync=True)
    """The indices of these words."""

    deletion = Array("float32")
    """The deletion curve, computed by `evidence`. For each point: the number of words removed, the
    probability, and the mean, lowest and highest probability after removing random words."""

    warnings = t.List(t.Unicode()).tag(sync=True)
    """What to know before trusting the scores."""

    can_undo = t.Bool(default_value=False).tag(sync=True)
    """Whether there is an edit of the text to undo."""

    can_redo = t.Bool(default_value=False).tag(sync=True)
    """Whether there is an edit of the text to redo."""

    _multi_label = t.Bool(default_value=False).tag(sync=True)
    _methods = t.List(t.List()).tag(sync=True)
    _baselines = t.List(t.List(t.Unicode()), [list(item) for item in BASELINES.items()]).tag(
        sync=True
    )

    @t.validate("target", "chosen_target", "against", *NAMES)
    def _check_choice(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, str(proposal["value"])
        if self._tasks is None or (name in ("against", "chosen_target") and not value):
            return value
        check_name(name, value, self.labels)
        self._check_editable(f"choose another {name.removeprefix('chosen_')}")
        return value

    @t.validate("compare", "by_layer")
    def _check_more_rows(self, proposal: dict[str, Any]) -> bool:
        if proposal["value"]:
            self._check_editable("show more scores")
        return bool(proposal["value"])

    @t.validate("spans")
    def _check_spans(self, proposal: dict[str, Any]) -> list[list[int]]:
        if proposal["value"]:
            self._check_editable("choose spans")
        return check_spans(proposal["value"], (self.text, self.pair))

    @t.validate("edit")
    def _check_edit(self, proposal: dict[str, Any]) -> dict[str, Any]:
        edit = check_edit(proposal["value"], len(self.words))
        if edit:
            self._check_editable("try what-if edits")
        return edit
