"""The result that `TokenHighlights` shows, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...model.weights_version import weights_of

if TYPE_CHECKING:
    from ...explain.attribution.result import Attribution
    from ...model.classifier import BertClassifier
    from .questions import KnownPrediction, Probabilities, Question


@dataclass
class DisplayedResult:
    """The displayed result, and what belongs to it.

    Attributes
    ----------
    question
        The question that the result answers.
    attribution
        The result.
    prediction
        The latest prediction. While a text is typed it comes before its scores.
    prediction_of_result
        The prediction in the result.
    evidence_for
        The question whose result the evidence was asked for, if any.
    disagreement
        What the cross-check says of the result; empty if nothing, or until it is done.
    """

    question: Question
    attribution: Attribution
    prediction: KnownPrediction
    prediction_of_result: KnownPrediction
    evidence_for: Question | None = None
    disagreement: str = ""

    def replace(
        self, question: Question, attribution: Attribution, prediction: KnownPrediction
    ) -> None:
        """Put another result in the place of the displayed one."""
        self.question, self.attribution = question, attribution
        self.prediction = self.prediction_of_result = prediction

    def known_prediction(self, clf: BertClassifier, question: Question) -> Probabilities | None:
        """Return the latest prediction if it is that of the present weights for this text."""
        texts, probabilities, weights = self.prediction
        known = texts == (question.text, question.pair) and weights == weights_of(clf)
        return probabilities if known else None

    def outdated(self, clf: BertClassifier) -> bool:
        """Return whether the weights have changed since the result was computed."""
        return self.prediction_of_result.weights != weights_of(clf)

    def unpredicted(self, text: str, pair: str) -> tuple[str, str] | None:
        """Return the texts if the latest prediction is not theirs."""
        return None if (text, pair) == self.prediction.texts else (text, pair)

    def unrefined(self, asked: Question) -> Question | None:
        """Return the question if it is asked but the result is by a quick method."""
        refined = self.attribution.method == self.question.options.method
        return None if refined or self.question != asked else self.question

    def wants_evidence(self) -> Attribution | None:
        """Return the result if its evidence was asked for."""
        return self.attribution if self.evidence_for == self.question else None
