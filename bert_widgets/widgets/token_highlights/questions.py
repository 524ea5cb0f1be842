"""What `TokenHighlights` asks of the explanation engine, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..._common.options import unknown
from ...explain.attribution.attribute import explain_texts
from ...explain.attribution.baselines import BASELINES
from ...explain.attribution.method_table import METHODS
from ...explain.attribution.options import AttributionOptions
from ...explain.attribution.targets import resolve_target
from ...model.classifier import check_classifier
from ...model.weights_version import weights_of
from ...text.windows import encode_windows
from ..shared.text_widget import check_text

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ...explain.attribution.result import Attribution
    from ...model.classifier import BertClassifier

    Probabilities: TypeAlias = NDArray[np.float32]
    Rows: TypeAlias = tuple[NDArray[np.float32], str]

QUICK = "attnlrp"
"""The method that answers first."""

_MOST_ROWS = 12  # for which the chosen method is affordable, and only for one window


@dataclass(frozen=True)
class Question:
    """A text to explain, and how.

    Attributes
    ----------
    text, pair
        The text, and the second one or an empty string.
    options
        How it is explained. The target is given by names of labels, the baseline by its name.
    """

    text: str
    pair: str
    options: AttributionOptions

    @property
    def texts(self) -> list[str] | list[tuple[str, str]]:
        """The text, or both texts of a pair, as `attribute` takes them."""
        return [(self.text, self.pair)] if self.pair else [self.text]

    @property
    def units(self) -> tuple[object, ...]:
        """Everything that determines how the text is divided into units."""
        return self.text, self.pair, self.options.unit

    def about(self, target: str | None) -> Question:
        """Return the same question about another label, or the predicted one."""
        return replace(self, options=replace(self.options, target=target))

    @property
    def label(self) -> str:
        """The label to explain; empty for the predicted one."""
        target = self.options.target
        return str(target[0] if isinstance(target, tuple) else target or "")

    @property
    def against(self) -> str:
        """The label whose logit is subtracted; empty for none."""
        target = self.options.target
        return str(target[1]) if isinstance(target, tuple) else ""


class KnownPrediction(NamedTuple):
    """A prediction that need not be computed again while the weights are the same.

    Attributes
    ----------
    texts
        The text, and the second one or an empty string.
    probabilities
        float32 array (classes,).
    weights
        Those that it was computed with, as `weights_of` identifies them.
    """

    texts: tuple[str, str]
    probabilities: Probabilities
    weights: object


def asked(clf: BertClassifier, text: object, pair: object, options: AttributionOptions) -> Question:
    """Return the question that a user asks in the terms of `attribute`.

    Raises
    ------
    TypeError, ValueError
        If a text is not a string or empty, or an option does not exist.
    """
    check_classifier(clf)
    check_text(text, pair)
    for kind, name, known in (
        ("method", options.method, METHODS),
        ("baseline", options.baseline, BASELINES),
    ):
        if not isinstance(name, str) or name not in known:
            raise ValueError(unknown(kind, name, known))
    target = resolve_target(clf, options.target, options.output)
    names: str | tuple[str, str] | None = None
    if target is not None:
        label = clf.labels[target.label]
        names = label if target.against is None else (label, clf.labels[target.against])
    return Question(str(text), str(pair), replace(options, target=names))


def answered_by(result: Attribution) -> Question:
    """Return the question that a stored result answers."""
    options = AttributionOptions(
        method=result.method,
        target=(result.target, result.against) if result.against else result.target,
        output=result.output,
        unit=() if result.unit == "spans" else result.unit,  # a result does not keep its spans
        baseline=result.baseline,
    )
    return Question(result.text, result.pair or "", options)


def same_answer(asked: Question, explained: Question, result: Attribution) -> bool:
    """Return whether the result for one question answers another one too.

    It does if both differ only in whether the label is chosen or predicted.
    """
    if (asked.units, asked.against) != (explained.units, explained.against):
        return False
    predicted = result.classes[int(result.probabilities.argmax())]
    options = replace(asked.options, target=explained.options.target)
    return options == explained.options and (asked.label or predicted) == result.target


def predicted(clf: BertClassifier, texts: tuple[str, str]) -> KnownPrediction:
    """Predict a text, or a pair if the second one is not empty."""
    check_text(*texts)
    weights = weights_of(clf)
    text, pair = texts
    probabilities: Probabilities = clf.predict([(text, pair)] if pair else [text]).probabilities[0]
    _check_finite(probabilities)
    return KnownPrediction(texts, probabilities, weights)


def explained(
    clf: BertClassifier,
    question: Question,
    options: AttributionOptions,
    probabilities: Probabilities | None = None,
) -> Attribution:
    """Explain the text of a question.

    Parameters
    ----------
    clf
        The classifier.
    question
        The text.
    options
        How to explain it, if not as the question says.
    probabilities
        float32 array (classes,): the prediction by the present weights, if it is known.
    """
    check_text(question.text, question.pair)
    known = None if probabilities is None else probabilities[None]
    result = explain_texts(clf, question.texts, options, probabilities=known)[0]
    _check_finite(result.token_scores)
    return result


def explained_first(
    clf: BertClassifier, question: Question, probabilities: Probabilities | None = None
) -> Attribution:
    """Explain by the quick method, or by the chosen one if the quick one cannot treat the model."""
    if question.options.method != QUICK:
        try:
            return explained(clf, question, replace(question.options, method=QUICK), probabilities)
        except ValueError:
            pass  # any other problem is one for the chosen method too
    return explained(clf, question, question.options, probabilities)


def explained_at_once(
    clf: BertClassifier, question: Question, probabilities: Probabilities | None = None
) -> Attribution:
    """Explain by the chosen method, or by the quick one if the text needs several windows."""
    check_text(question.text, question.pair)
    pairs = [question.pair] if question.pair else None
    with clf.lock:
        windows = encode_windows(clf.tokenizer, [question.text], pairs, limit=clf.max_length)
    if len(windows) > 1:
        return explained_first(clf, question, probabilities)
    return explained(clf, question, question.options, probabilities)


def class_rows(clf: BertClassifier, question: Question, shown: Attribution) -> Rows:
    """Return the scores (labels, m) of each class by itself, and the method that they are by.

    ``shown`` is a result for the same text. A row that it already contains is taken from it.
    """
    affordable = shown.windows == 1 and len(clf.labels) <= _MOST_ROWS
    options = question.options if affordable else replace(question.options, method=QUICK)
    reusable = shown.method == options.method and shown.against is None
    with clf.lock:  # all rows by the same weights
        rows = [
            shown.scores
            if reusable and label == shown.target
            else explained(
                clf, question, replace(options, target=label), shown.probabilities
            ).scores
            for label in clf.labels
        ]
    return np.stack(rows), options.method


def layer_rows(clf: BertClassifier, question: Question, shown: Attribution) -> Rows:
    """Return the scores (layers, m) at each layer's output, and the method that they are by.

    ``shown`` is the result for the question.
    """
    count = int(clf.model.config.num_hidden_layers)
    affordable = shown.windows == 1 and count <= _MOST_ROWS
    options = question.options
    if not affordable or "layers" not in METHODS[options.method].promises:
        options = replace(options, method=QUICK)
    with clf.lock:  # all rows by the same weights
        rows = [
            explained(clf, question, replace(options, layer=layer), shown.probabilities).scores
            for layer in range(count)
        ]
    return np.stack(rows), options.method


def _check_finite(numbers: NDArray[np.float32]) -> None:
    if not np.isfinite(numbers).all():
        msg = "The model's scores are not finite numbers; its weights may be broken."
        raise ValueError(msg)
