"""What `TokenHighlights` computes, task by task."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..._common.progress import heard_by
from ...explain.evidence.badge import badge
from ...explain.evidence.faithfulness import faithfulness
from ..shared.lock import widget_lock
from ..shared.task_queue import Task
from .cross_check import cross_check
from .questions import (
    class_rows,
    explained,
    explained_at_once,
    explained_first,
    layer_rows,
    predicted,
)
from .results import badge_traits, class_traits, deletion_traits, layer_traits
from .what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...explain.attribution.result import Attribution
    from ...model.classifier import BertClassifier
    from .displayed import DisplayedResult
    from .questions import KnownPrediction, Question
    from .traits import HighlightTraits


def highlight_tasks(  # noqa: PLR0913
    clf: BertClassifier,
    traits: HighlightTraits,
    displayed: DisplayedResult,
    *,
    asked: Callable[[], Question],
    show_prediction: Callable[[KnownPrediction], None],
    show_scores: Callable[[Attribution], None],
) -> list[Task]:
    """Return the tasks in the order in which they are done.

    Those after "scores" are about the displayed result.

    Parameters
    ----------
    clf
        The classifier.
    traits
        The widget: its traits say which of the results are wanted, and show them.
    displayed
        The displayed result.
    asked
        Returns the question that the traits ask.
    show_prediction, show_scores
        Show these results. The others only set traits.
    """

    # The lock is held from the look at the known prediction on: a training that took a step in
    # between would leave a prediction by other weights than the scores.
    def explain_first(question: Question) -> Attribution:
        with heard_by(show_progress), clf.lock:
            return explained_first(clf, question, displayed.known_prediction(clf, question))

    def explain_at_once(question: Question) -> Attribution:
        with clf.lock:
            return explained_at_once(clf, question, displayed.known_prediction(clf, question))

    def explain(question: Question) -> Attribution:
        with heard_by(show_progress), clf.lock:
            known = displayed.known_prediction(clf, question)
            return explained(clf, question, question.options, known)

    def show_progress(share: float) -> None:
        with widget_lock.unless_busy() as free:
            if free and share < 1:  # the scores themselves say that they are done
                traits.progress = share

    def show_check(sentence: str) -> None:
        displayed.disagreement = sentence

    now, later = partial(_task, traits, at_once=True), partial(_task, traits, at_once=False)
    return [
        Task(
            "prediction",
            lambda: displayed.unpredicted(traits.text, traits.pair),
            partial(predicted, clf),
            show_prediction,
        ),
        Task("scores", asked, explain_first, show_scores, at_once=explain_at_once),
        now(
            "edit",
            lambda: (displayed.question.units, traits.edit) if traits.edit else None,
            lambda question: what_if(clf, displayed.attribution, question[1]),
            lambda edited: {"edited": edited},
        ),
        Task("exact", lambda: displayed.unrefined(asked()), explain, show_scores),
        now(
            "classes",
            # The rows are the same whichever class is the target.
            lambda: displayed.question.about(None) if traits.compare else None,
            lambda question: class_rows(clf, question, displayed.attribution),
            class_traits,
        ),
        now(
            "layers",
            lambda: displayed.question if traits.by_layer else None,
            lambda question: layer_rows(clf, question, displayed.attribution),
            layer_traits,
        ),
        later(
            "badge",
            lambda: displayed.attribution if traits.editable else None,
            partial(badge, clf),
            badge_traits,
        ),
        Task(
            "check",
            lambda: displayed.attribution if traits.editable else None,
            lambda shown: cross_check(clf, displayed.question, shown),
            show_check,
        ),
        now(
            "evidence",
            displayed.wants_evidence,
            lambda shown: faithfulness(clf, [shown])[0].deletion,
            deletion_traits,
        ),
    ]


def _task(  # noqa: PLR0913
    traits: HighlightTraits,
    name: str,
    key: Callable[[], Any],
    compute: Callable[[Any], Any],
    traits_of: Callable[[Any], dict[str, Any]],
    *,
    at_once: bool,
) -> Task:
    """Return a task whose result only sets traits."""

    def show(result: object) -> None:
        for trait, value in traits_of(result).items():
            setattr(traits, trait, value)

    return Task(name, key, compute, show, at_once=compute if at_once else None)
