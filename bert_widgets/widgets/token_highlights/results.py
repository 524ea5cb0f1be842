"""What a text's highlights show: the traits that follow from a user's choices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import traitlets as t

from ..shared.array_trait import Array
from .choices import HighlightChoices
from .cross_check import warnings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...explain.attribution.result import Attribution
    from ...explain.evidence.badge import Badge
    from ...explain.evidence.faithfulness import Curve
    from .questions import Question, Rows

_NONE = np.empty(0, np.float32)
# What a part puts in traits, as long as it has not been computed for what is on show.
_EMPTY: dict[str, dict[str, Any]] = {
    "edit": {"edited": {}},
    "classes": {"class_scores": _NONE, "class_method": ""},
    "layers": {"layer_scores": _NONE, "layer_method": ""},
    "badge": {"badge": "", "badge_words": []},
    "check": {"_disagreement": ""},
    "evidence": {"deletion": _NONE},
    "exact": {},
}


class HighlightResults(HighlightChoices):
    """The traits that hold results, and what belongs to which; see `TokenHighlights`."""

    probabilities = Array("float32")
    _multi_label = t.Bool(default_value=False).tag(sync=True)
    word_offsets = Array("int32", 2)
    word_segments = Array("uint8")
    scores = Array("float32")
    margins = Array("float32")
    token_texts = t.List(t.Unicode()).tag(sync=True)
    token_offsets = Array("int32", 2)
    word_of_token = Array("int32")
    token_scores = Array("float32")
    completeness_error = t.Float(None, allow_none=True).tag(sync=True)
    difference = t.Float(None, allow_none=True).tag(sync=True)
    windows = t.Int(1).tag(sync=True)
    shown_method = t.Unicode().tag(sync=True)
    refining = t.Bool(default_value=False).tag(sync=True)
    progress = t.Float(0.0).tag(sync=True)
    class_scores = Array("float32")
    class_method = t.Unicode().tag(sync=True)
    layer_scores = Array("float32")
    layer_method = t.Unicode().tag(sync=True)
    edited = t.Dict().tag(sync=True)
    badge = t.Unicode().tag(sync=True)
    badge_words = t.List(t.Int()).tag(sync=True)
    deletion = Array("float32")
    warnings = t.List(t.Unicode()).tag(sync=True)

    _explained: Question  # what the result on show answers
    _predicted: tuple[str, str]  # the texts that `probabilities` are of
    _evidence_for: Question | None = None
    _disagreement = ""

    @property
    def attribution(self) -> Attribution:
        """The result on show."""
        return cast("Attribution", self._result)

    def _question(self) -> Question:
        """Return what the choices ask; just what is on show if that answers it."""
        asked, shown = super()._question(), self._explained
        result = self.attribution
        predicted = result.classes[int(result.probabilities.argmax())]
        alike = replace(asked, target=shown.target) == shown
        return shown if alike and (asked.target or predicted) == result.target else asked

    # The question that each part answers. But for the first, that is one about what is on show.

    def _unpredicted(self) -> tuple[str, str] | None:
        texts = self.text, self.pair
        return None if texts == self._predicted else texts

    def _unrefined(self) -> Question | None:
        known = self.attribution.method == self._explained.method
        return None if known or self._explained != self._question() else self._explained

    def _edit_asked(self) -> tuple[object, dict[str, Any]] | None:
        return (self._explained.units, self.edit) if self.edit else None

    def _classes_asked(self) -> Question | None:
        # The same whichever class is the target.
        return replace(self._explained, target=None, against="") if self.compare else None

    def _layers_asked(self) -> Question | None:
        return self._explained if self.by_layer else None

    def _badge_asked(self) -> Attribution | None:
        return self.attribution if self.editable else None

    def _evidence_asked(self) -> Attribution | None:
        return self.attribution if self._evidence_for == self._explained else None

    def _shown(self, result: Attribution) -> dict[str, Any]:
        """Return the traits that show an attribution."""
        return {
            "probabilities": result.probabilities,
            "target": result.target,
            "words": list(result.words),
            "word_offsets": result.word_offsets,
            "word_segments": result.word_segments.astype(np.uint8),
            "scores": result.scores,
            "margins": _NONE if result.margins is None else result.margins,
            "token_texts": list(result.token_texts),
            "token_offsets": result.token_offsets,
            "word_of_token": result.word_of_token,
            "token_scores": result.token_scores,
            "completeness_error": result.completeness_error,
            "difference": result.difference,
            "windows": result.windows,
            "shown_method": result.method,
        }

    def _show_prediction(self, probabilities: NDArray[np.float32]) -> None:
        self.probabilities = probabilities
        self._predicted = self.text, self.pair
        self._states_to_send.add("probabilities")

    def _show_progress(self, share: float) -> None:
        if share < 1:  # the scores themselves say that they are done
            self.progress = share

    def _show_scores(self, result: Attribution) -> None:
        question = self._question()
        if question.units != self._explained.units:
            self.edit = {}  # it names words by their numbers
        self._explained = question
        self._predicted = question.text, question.pair
        self._show(result)

    def _show_classes(self, rows: Rows) -> None:
        self.class_scores, self.class_method = rows[0].ravel(), rows[1]

    def _show_layers(self, rows: Rows) -> None:
        self.layer_scores, self.layer_method = rows[0].ravel(), rows[1]

    def _show_edited(self, edited: dict[str, Any]) -> None:
        self.edited = edited

    def _show_check(self, disagreement: str) -> None:
        self._disagreement = disagreement

    def _show_badge(self, found: Badge) -> None:
        self.badge, self.badge_words = found.sentence, list(found.words)

    def _show_deletion(self, curve: Curve) -> None:
        columns = curve.probability, curve.random_mean, curve.random_low, curve.random_high
        self.deletion = np.stack([curve.removed.astype(np.float32), *columns], axis=1).ravel()

    def _follow(self) -> None:
        super()._follow()
        answers = self._tasks
        if answers is None:
            return
        shown = self._explained.text, self._explained.pair
        if self._predicted != shown == (self.text, self.pair):
            self._show_prediction(self.attribution.probabilities)  # an edit was taken back
        for name, empty in _EMPTY.items():
            if not answers.current(name):
                answers.forget(name)
                self._set(empty)
        self.refining = not self.busy and answers.pending("exact")
        if not self.busy and not self.refining:
            self.progress = 0.0
        self.warnings = warnings_of(self.attribution, self._disagreement)

    def _shown_target(self) -> str:
        return self.attribution.target
