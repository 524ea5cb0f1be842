"""A text with each word coloured by how much it pushed the prediction."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import traitlets as t

from ..._common.options import named_options
from ..._common.progress import heard_by
from ...explain.attribution.baselines import BASELINES
from ...explain.attribution.method_table import METHODS
from ...explain.attribution.result import Attribution
from ...explain.evidence.badge import badge
from ...explain.evidence.faithfulness import faithfulness
from ..shared.lock import widget_lock
from ..shared.task_queue import Task
from .cross_check import second_look
from .fallback import highlights_html, highlights_text
from .questions import (
    answered_by,
    asked,
    class_rows,
    explained,
    explained_at_once,
    explained_first,
    layer_rows,
    predicted,
)
from .results import HighlightResults
from .undo import Steps
from .what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...explain.attribution.targets import Label
    from ...explain.attribution.units import Unit
    from ...explain.evidence.faithfulness import Curve
    from ...model.classifier import BertClassifier
    from .questions import Question, Rows


class TokenHighlights(HighlightResults):
    """A text whose words are coloured by their share in one class's score.

    With a classifier it is live: edit the text, choose what to explain and how, here or in the
    page, and it is explained anew. What Python sets is explained before its next line runs, and
    what the page sets in the background: first by a quick method, then by the chosen one. A text
    of several windows is refined in the background too, and so comes the evidence for all; `wait`
    waits for it. With a finished `Attribution` the widget shows that.

    What is on show stays as it is when the model is trained on. With the first question after
    that, as when a word is masked, all of it is computed anew.

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

    Attributes
    ----------
    text, pair : str
        Settable; ``pair`` is empty for a single text.
    editing : bool
        Whether they are being typed in the page, all of which is one step to undo.
    labels : list of str
        All classes.
    probabilities : float32 array (labels,)
        The prediction.
    target, against : str
        The label explained, and the one whose logit is taken off, if any. Settable.
    chosen_target : str
        The label chosen to be explained, whatever is predicted; empty for the predicted one, also
        after edits. Setting ``target`` chooses it too. Settable, and the one to link: only a choice
        changes it.
    method, output, baseline, unit : str
        As for `attribute`; settable. A unit of ``"spans"`` takes those in ``spans``.
    spans : list of [start, end, segment]
        At most 100, in characters of ``text``, or of ``pair`` where the segment is 1. Settable.
    words : list of str
        The m words, or other units.
    word_offsets : int32 array (m, 2)
        Where each stands: characters of ``text``, or of ``pair`` where ``word_segments`` is 1.
    word_segments : uint8 array (m,)
        0 for a word of ``text``, 1 for one of ``pair``.
    scores, margins : float32 arrays (m,)
        Each word's push towards (positive) or against the target, in units of its logit or
        whatever is the ``output``, and half the width of its 95 % confidence interval (empty where
        the method draws no samples).
    token_texts, token_offsets, word_of_token, token_scores
        The same of the n pieces; ``word_of_token`` is the word of each, -1 for special tokens.
    selected : int or None
        The selected word; settable, and linkable with other widgets of the same text.
    completeness_error, difference : float or None
        How far the scores are from adding up, as a share of their absolute sum, and what they
        should add up to.
    windows : int
        In how many windows the model reads the text.
    shown_method : str
        The method of the scores on show.
    refining : bool
        Whether those of the chosen method are still being computed.
    progress : float
        The share of the windows of a long text that the scores on their way have been computed for.
    compare, by_layer : bool
        Whether to explain every class, or the target at every layer, too. Settable.
    class_scores, layer_scores : float32 arrays (labels x m,) and (layers x m,)
        Row after row; empty until computed, by ``class_method`` and ``layer_method``.
    edit, edited : dict
        What would be if a word were another: ``{"word": 3, "action": "mask"}``, ``"delete"``, or
        ``"replace"`` with a string as ``"with"``; ``"words"`` names several. Settable. The answer,
        ``edited``, has the edit with its ``text``, ``pair``, ``probabilities`` and ``label``.
    badge : str
        What removing the strongest words does to the prediction, in a sentence.
    badge_words : list of int
        These words.
    deletion : float32 array (k x 5,)
        The deletion curve, once `evidence` has asked for it: of each of its points the number of
        words removed, the probability, and of random words mean, lowest and highest.
    warnings : list of str
        What to know before believing the scores.
    can_undo, can_redo : bool
        Whether there is an edit of the text to undo or redo.
    editable : bool
        Whether there is a classifier to explain another text.
    busy : bool
        Whether there are no scores yet for what was asked.

    Raises
    ------
    TypeError, ValueError
        If the text is empty or no string, or there is no such target, method, output, baseline or
        unit.

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

    can_undo = t.Bool(default_value=False).tag(sync=True)
    can_redo = t.Bool(default_value=False).tag(sync=True)

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
        if isinstance(clf_or_attribution, Attribution):
            if text is not None or target is not None:
                msg = "An Attribution has its text and target already; give it alone."
                raise TypeError(msg)
            self._clf = None
            result = clf_or_attribution
            question = answered_by(result)
        else:
            self._clf = clf_or_attribution
            question = asked(
                self._clf,
                (text, pair or ""),  # type: ignore[arg-type] # whatever it is, it is checked
                target=target,
                method=method,
                output=output,
                baseline=baseline,
                unit=unit,
            )
            result = explained_at_once(self._clf, question)
        self._explained = question
        self._predicted = question.text, question.pair
        self._edits = Steps(self._predicted)
        super().__init__(
            result,
            text=question.text,
            pair=question.pair,
            labels=list(result.classes),
            chosen_target=question.target or "",
            _multi_label=_multi_label(self._clf, result),
            against=question.against,
            output=question.output,
            baseline=question.baseline,
            _baselines=[list(item) for item in BASELINES.items()],
            unit=question.unit,
            spans=[list(span) for span in question.spans],
            method=question.method,
            _methods=[_listed(name) for name in (METHODS if self._clf else [result.method])],
            editable=self._clf is not None,
        )

    def undo(self) -> None:
        """Take back the last edit of the text, if there is one."""
        self._go(self._edits.undo)

    def redo(self) -> None:
        """Make an edit again that was taken back, if there is one."""
        self._go(self._edits.redo)

    def evidence(self) -> None:
        """Measure the deletion curve of what is on show, and put it in ``deletion``.

        Raises
        ------
        ValueError
            If the widget shows a finished result.
        """
        if self._clf is None:
            msg = "A finished result is not measured; give the widget a classifier."
            raise ValueError(msg)
        with widget_lock:
            self._evidence_for = self._question()
            self._ask()

    def fallback_html(self) -> str:
        """Return prediction, coloured text, legend and evidence as plain HTML."""
        return highlights_html(self.attribution, badge=self.badge, warnings=self.warnings)

    def fallback_text(self) -> str:
        """Return the prediction, each word with its score, and the evidence."""
        return highlights_text(self.attribution, badge=self.badge, warnings=self.warnings)

    def _parts(self) -> list[Task]:
        clf = cast("BertClassifier", self._clf)  # without one, nothing is ever asked

        def edited(asked: tuple[object, dict[str, Any]]) -> dict[str, Any]:
            return what_if(clf, self.attribution, asked[1])

        def by_class(question: Question) -> Rows:
            return class_rows(clf, question, self.attribution)

        def by_layer(question: Question) -> Rows:
            return layer_rows(clf, question, self.attribution)

        def first(question: Question) -> Attribution:
            with heard_by(self._show_progress):
                return explained_first(clf, question)

        def chosen(question: Question) -> Attribution:
            with heard_by(self._show_progress):
                return explained(clf, question, question.method)

        def checked(result: Attribution) -> str:
            return second_look(clf, self._explained, result)

        def deleted(result: Attribution) -> Curve:
            return faithfulness(clf, [result])[0].deletion

        exact = partial(explained_at_once, clf)
        return [
            Task("prediction", self._unpredicted, partial(predicted, clf), self._show_prediction),
            Task("scores", self._question, first, self._show_scores, at_once=exact),
            Task("edit", self._edit_asked, edited, self._show_edited, at_once=edited),
            Task("exact", self._unrefined, chosen, self._show_scores),
            Task("classes", self._classes_asked, by_class, self._show_classes, at_once=by_class),
            Task("layers", self._layers_asked, by_layer, self._show_layers, at_once=by_layer),
            Task("badge", self._badge_asked, partial(badge, clf), self._show_badge),
            Task("check", self._badge_asked, checked, self._show_check),
            Task("evidence", self._evidence_asked, deleted, self._show_deletion, at_once=deleted),
        ]

    def _obey(self, command: str) -> None:
        with widget_lock.answering_page():
            try:
                {"undo": self.undo, "redo": self.redo, "evidence": self.evidence}[command]()
            except ValueError as error:
                self._refuse(str(error))

    def _go(self, step: Callable[[], tuple[str, str]]) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            self._edits.go_to((self.text, self.pair))
            texts = step()
            if texts != (self.text, self.pair):
                self.text, self.pair = texts
            self._count_steps()

    @t.observe("text", "pair", "editing")
    def _remember(self, _change: object) -> None:
        typed = widget_lock.for_page and self.editing
        if self._tasks is not None and not typed:
            widget_lock.afterwards(self._remember_texts)  # once both of a pair are set

    def _remember_texts(self) -> None:
        with widget_lock:
            self._edits.go_to((self.text, self.pair))
            self._count_steps()

    def _count_steps(self) -> None:
        self.can_undo, self.can_redo = self._edits.can_undo, self._edits.can_redo


def _multi_label(clf: BertClassifier | None, result: Attribution) -> bool:
    if clf is not None:
        return clf.multi_label
    # Probabilities that add up to one are those of a single label.
    return not bool(np.isclose(result.probabilities.sum(), 1, atol=1e-3))


def _listed(name: str) -> list[str | int]:
    """Return name, title, cost and signedness of a method, which may be registered no more."""
    method = METHODS.get(name)
    if method is None:
        return [name, name, "", 1]
    return [name, method.title, method.cost, int(method.signed)]
