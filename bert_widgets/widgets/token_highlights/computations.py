"""What the tasks of `TokenHighlights` compute, each by one state of the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._common.progress import heard_by
from ...explain.evidence.badge import badge
from ...explain.evidence.faithfulness import faithfulness
from ...model.weights_version import weights_of
from .cross_check import cross_check
from .questions import class_rows, explained, explained_at_once, explained_first, layer_rows
from .what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...explain.attribution.result import Attribution
    from ...explain.evidence.badge import Badge
    from ...explain.evidence.faithfulness import Curve
    from ...model.classifier import BertClassifier
    from .displayed import DisplayedResult
    from .questions import Question, Rows

    Explained = tuple[Attribution, object]

_OUTDATED = (
    "The model has been trained since these scores were computed, so nothing can be compared with "
    "them. Ask again, or pause the training."
)
_UNCHECKED = (
    "The model has been trained since these scores were computed, so they have not been checked."
)


@dataclass(frozen=True)
class Computations:
    """Computes scores, and what is compared with the displayed ones.

    The classifier's lock is held throughout each method: a training that took a step meanwhile
    would leave results by different weights side by side.

    Attributes
    ----------
    clf
        The classifier.
    displayed
        The displayed result.
    show_progress
        Called with the share of an explanation that is done.
    """

    clf: BertClassifier
    displayed: DisplayedResult
    show_progress: Callable[[float], None]

    def explain_first(self, question: Question) -> Explained:
        """Return scores by a quick method if the chosen one is slow, and their weights."""
        with heard_by(self.show_progress):
            return self._explained(explained_first, question)

    def explain_at_once(self, question: Question) -> Explained:
        """Return the scores that Python waits for, and their weights."""
        return self._explained(explained_at_once, question)

    def explain(self, question: Question) -> Explained:
        """Return scores by the chosen method, and their weights."""
        with heard_by(self.show_progress), self.clf.lock:
            known = self.displayed.known_prediction(self.clf, question)
            return explained(self.clf, question, question.options, known), weights_of(self.clf)

    def edited(self, edit: dict[str, Any]) -> dict[str, Any]:
        """Return what an edit changes."""
        with self.clf.lock:
            self._require_same_weights()
            return what_if(self.clf, self.displayed.attribution, edit)

    def classes(self, question: Question) -> Rows:
        """Return the scores of each class."""
        with self.clf.lock:
            self._require_same_weights()
            return class_rows(self.clf, question, self.displayed.attribution)

    def layers(self, question: Question) -> Rows:
        """Return the scores at each layer."""
        with self.clf.lock:
            self._require_same_weights()
            return layer_rows(self.clf, question, self.displayed.attribution)

    def deletion(self, shown: Attribution) -> Curve:
        """Return the deletion curve."""
        with self.clf.lock:
            self._require_same_weights()
            return faithfulness(self.clf, [shown])[0].deletion

    def badge(self, shown: Attribution) -> Badge | None:
        """Return what removing the strongest words changes; None if the weights have changed."""
        with self.clf.lock:
            return None if self.displayed.outdated(self.clf) else badge(self.clf, shown)

    def check(self, shown: Attribution) -> str:
        """Return a sentence on where another method disagrees, or why that is not known."""
        with self.clf.lock:
            if self.displayed.outdated(self.clf):
                return _UNCHECKED
            return cross_check(self.clf, self.displayed.question, shown)

    def _explained(
        self, explain: Callable[[BertClassifier, Question, Any], Attribution], question: Question
    ) -> Explained:
        with self.clf.lock:
            known = self.displayed.known_prediction(self.clf, question)
            return explain(self.clf, question, known), weights_of(self.clf)

    def _require_same_weights(self) -> None:
        if self.displayed.outdated(self.clf):
            raise ValueError(_OUTDATED)
