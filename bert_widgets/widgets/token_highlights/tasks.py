"""What `TokenHighlights` computes, task by task."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..shared.lock import widget_lock
from ..shared.task_queue import Task
from .computations import Computations
from .questions import predicted
from .results import EMPTY, badge_traits, class_traits, deletion_traits, layer_traits

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...explain.attribution.result import Attribution
    from ...model.classifier import BertClassifier
    from .computations import Explained
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
    show_scores: Callable[[Attribution, object], None],
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
        Show these results, the scores with the weights that they were computed with. The others
        only set traits.
    """

    def show_progress(share: float) -> None:
        with widget_lock.unless_busy() as free:
            if free and share < 1:  # the scores themselves say that they are done
                traits.progress = share

    def show_explained(result: Explained) -> None:
        show_scores(*result)

    def show_check(sentence: str) -> None:
        displayed.disagreement = sentence

    by = Computations(clf, displayed, show_progress)

    now, later = partial(_task, traits, at_once=True), partial(_task, traits, at_once=False)
    return [
        Task(
            "prediction",
            lambda: displayed.unpredicted(traits.text, traits.pair),
            partial(predicted, clf),
            show_prediction,
        ),
        Task("scores", asked, by.explain_first, show_explained, at_once=by.explain_at_once),
        now(
            "edit",
            lambda: (displayed.question.units, traits.edit) if traits.edit else None,
            lambda question: by.edited(question[1]),
            lambda edited: {"edited": edited},
        ),
        Task("exact", lambda: displayed.unrefined(asked()), by.explain, show_explained),
        now(
            "classes",
            # The rows are the same whichever class is the target.
            lambda: displayed.question.about(None) if traits.compare else None,
            by.classes,
            class_traits,
        ),
        now(
            "layers",
            lambda: displayed.question if traits.by_layer else None,
            by.layers,
            layer_traits,
        ),
        later(
            "badge",
            lambda: displayed.attribution if traits.editable else None,
            by.badge,
            lambda badge: EMPTY["badge"] if badge is None else badge_traits(badge),
        ),
        Task(
            "check",
            lambda: displayed.attribution if traits.editable else None,
            by.check,
            show_check,
        ),
        now(
            "evidence",
            displayed.wants_evidence,
            by.deletion,
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
