"""A text with each word coloured by its contribution to the prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

import traitlets as t

from ..._common._compat import send_always
from ..._common.options import named_options
from ...explain.attribution.method_table import METHODS
from ...explain.attribution.options import AttributionOptions
from ...explain.attribution.result import Attribution
from ...model.weights_version import is_untrained, weights_of
from ..shared.lock import widget_lock
from .choices import NAMES
from .cross_check import warnings_of
from .displayed import DisplayedResult
from .fallback import highlights_html, highlights_text
from .questions import (
    KnownPrediction,
    Question,
    answered_by,
    asked,
    explained_at_once,
    same_answer,
)
from .results import EMPTY, attribution_traits, is_multi_label, method_row
from .tasks import highlight_tasks
from .traits import HighlightTraits
from .undo import UndoStack

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...explain.attribution.targets import Label
    from ...explain.attribution.units import Unit
    from ...model.classifier import BertClassifier

_CHOICES = ("target", "chosen_target", "against", *NAMES, "spans", "compare", "by_layer", "edit")


class TokenHighlights(HighlightTraits):
    """A text whose words are coloured by their share in one class's score.

    With a classifier the widget is live: when the text or an option changes, in Python or in the
    page, the text is explained again. After a change in Python the scores are there before the
    next line runs; after a change in the page they are computed in the background, first with a
    quick method and then with the chosen one. Long texts of several windows and the evidence are
    always computed in the background; `wait` waits for them. With a stored `Attribution` the
    widget shows only that result.

    Displayed results stay as they are when the model is trained further. The first request after
    that, such as masking a word, recomputes everything.

    Parameters
    ----------
    clf_or_attribution
        A classifier, or a result of `attribute`.
    text, pair
        The text to explain, and the second one of a pair; only with a classifier.
    target
        The label to explain, by name or number, or two for the log-odds of the first against the
        second; by default the predicted one, also after edits, until a target is chosen.
    method, output, baseline, unit
        As for `attribute`; the baseline by name.

    Raises
    ------
    TypeError, ValueError
        If the text is empty or not a string, or there is no such target, method, output, baseline
        or unit.

    Examples
    --------
    >>> highlights = bw.TokenHighlights(clf, "not a bad film at all")
    >>> highlights.observe(print, "selected")
    >>> highlights.edit = {"word": 0, "action": "delete"}
    >>> highlights.edited["label"]
    'negative'
    """

    bundle = "token_highlights"
    title = "Token highlights"
    commands: ClassVar[tuple[str, ...]] = ("undo", "redo", "evidence")

    @named_options
    def __init__(  # noqa: PLR0913
        self,
        clf_or_attribution: BertClassifier | Attribution,
        text: str | None = None,
        pair: str | None = None,
        *,
        target: Label | tuple[Label, Label] | None = None,
        method: str = "integrated_gradients",
        output: str = "logit",
        baseline: str = "pad",
        unit: Unit = "words",
    ) -> None:
        clf: BertClassifier | None
        if isinstance(clf_or_attribution, Attribution):
            if text is not None or target is not None:
                msg = "An Attribution has its own text and target; pass it without them."
                raise TypeError(msg)
            clf, result = None, clf_or_attribution
            question, weights = answered_by(result), None
        else:
            clf = clf_or_attribution
            options = AttributionOptions(
                method=method, target=target, output=output, baseline=baseline, unit=unit
            )
            question = asked(clf, text, pair or "", options)
            with clf.lock:
                weights = weights_of(clf)
                result = explained_at_once(clf, question)
        texts = question.text, question.pair
        prediction = KnownPrediction(texts, result.probabilities, weights)
        self._displayed = DisplayedResult(question, result, prediction, prediction)
        self._undo_stack = UndoStack(texts)
        tasks = highlight_tasks(
            cast("BertClassifier", clf),  # without one, nothing is ever asked
            self,
            self._displayed,
            asked=self._question,
            show_prediction=self._show_prediction,
            show_scores=self._show_scores,
        )
        spans = question.options.unit if question.options.unit_name == "spans" else ()
        super().__init__(
            clf,
            result,
            attribution_traits,
            tasks,
            text=question.text,
            pair=question.pair,
            labels=list(result.classes),
            chosen_target=question.label,
            against=question.against,
            output=question.options.output,
            baseline=question.options.baseline_name,
            unit=question.options.unit_name,
            spans=[list(span) for span in spans],
            method=question.options.method,
            editable=clf is not None,
            _multi_label=is_multi_label(clf, result),
            _methods=[method_row(name, clf) for name in (METHODS if clf else [result.method])],
        )

    @property
    def attribution(self) -> Attribution:
        """The displayed result."""
        return self._displayed.attribution

    def undo(self) -> None:
        """Undo the last edit of the text, if there is one."""
        self._move(self._undo_stack.undo)

    def redo(self) -> None:
        """Redo the edit of the text that was undone last, if there is one."""
        self._move(self._undo_stack.redo)

    def evidence(self) -> None:
        """Measure the deletion curve of the displayed result, and put it in ``deletion``.

        Raises
        ------
        ValueError
            If the widget shows a stored result.
        """
        if self._clf is None:
            msg = "This widget shows a stored result. Pass a classifier to measure the evidence."
            raise ValueError(msg)
        with widget_lock:
            self._displayed.evidence_for = self._question()
            self._ask()

    def fallback_html(self) -> str:
        """Return prediction, coloured text, legend and evidence as plain HTML."""
        return highlights_html(self.attribution, badge=self.badge, warnings=self.warnings)

    def fallback_text(self) -> str:
        """Return the prediction, each word with its score, and the evidence."""
        return highlights_text(self.attribution, badge=self.badge, warnings=self.warnings)

    def _question(self) -> Question:
        """Return what the traits ask: just the displayed question if that has the same answer."""
        target: str | tuple[str, str] | None = self.chosen_target or None
        if self.chosen_target and self.against:
            target = self.chosen_target, self.against
        options = AttributionOptions(
            method=self.method,
            target=target,
            output=self.output,
            baseline=self.baseline,
            unit=[(*span,) for span in self.spans] if self.unit == "spans" else self.unit,  # type: ignore[misc]
        )
        question = Question(self.text, self.pair, options)
        shown = self._displayed.question
        return shown if same_answer(question, shown, self.attribution) else question

    def _show_prediction(self, prediction: KnownPrediction) -> None:
        self._displayed.prediction = prediction
        self.probabilities = prediction.probabilities
        send_always(self, ["probabilities"])

    def _show_scores(self, result: Attribution, weights: object) -> None:
        question = self._question()
        if question.units != self._displayed.question.units:
            self.edit = {}  # its words are numbered otherwise
        texts = question.text, question.pair
        prediction = KnownPrediction(texts, result.probabilities, weights)
        self._displayed.replace(question, result, prediction)
        self._show(result)

    def _follow(self) -> None:
        super()._follow()
        if self._tasks is None:
            return
        displayed, texts = self._displayed, (self.text, self.pair)
        if displayed.prediction.texts != displayed.prediction_of_result.texts == texts:
            self._show_prediction(displayed.prediction_of_result)  # an edit was undone
        for name, empty in EMPTY.items():
            if not self._tasks.current(name):
                self._tasks.forget(name)
                self._set(empty)
        if not self._tasks.current("check"):
            displayed.disagreement = ""
        self.refining = not self.busy and self._tasks.pending("exact")
        if not self.busy and not self.refining:
            self.progress = 0.0
        untrained = self._clf is not None and is_untrained(self._clf)
        self.warnings = warnings_of(self.attribution, displayed.disagreement, untrained=untrained)

    @t.observe("text", "pair")
    def _drop_spans(self, _change: object) -> None:
        if self._tasks is None:
            return
        if self.unit == "spans":
            self.unit = "words"
        self.spans = []

    @t.observe(*_CHOICES)
    def _follow_choice(self, change: dict[str, Any]) -> None:
        if self._tasks is None:
            return
        name, value = change["name"], change["new"]
        shown_target = self.attribution.target
        if name == "target" and (self.chosen_target or value != shown_target):
            self.chosen_target = value
        elif name == "chosen_target":
            # A label may be let go again before its scores have come.
            self.target = value or shown_target
        elif name == "against" and value:
            self.chosen_target = self.target
            self.output = "logit"
        elif name == "output" and value == "probability":
            self.against = ""
        elif name in ("unit", "spans"):
            self.selected = None
        if name in ("target", "chosen_target") and (
            not self.chosen_target or self.against == self.target
        ):
            self.against = ""
        self._ask()

    def _obey(self, command: str) -> None:
        with widget_lock.answering_page():
            try:
                {"undo": self.undo, "redo": self.redo, "evidence": self.evidence}[command]()
            except ValueError as error:
                self._refuse(str(error))

    def _move(self, step: Callable[[], tuple[str, str]]) -> None:
        with self.hold_trait_notifications():
            self._undo_stack.push((self.text, self.pair))
            texts = step()
            if texts != (self.text, self.pair):
                self.text, self.pair = texts
            self._show_undo()

    @t.observe("text", "pair", "editing")
    def _remember(self, _change: object) -> None:
        typed = widget_lock.for_page and self.editing
        if self._tasks is not None and not typed:
            widget_lock.afterwards(self._remember_texts)  # once both of a pair are set

    def _remember_texts(self) -> None:
        with widget_lock:
            self._undo_stack.push((self.text, self.pair))
            self._show_undo()

    def _show_undo(self) -> None:
        self.can_undo, self.can_redo = self._undo_stack.can_undo, self._undo_stack.can_redo
