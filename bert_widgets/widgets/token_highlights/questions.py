"""What a text's highlights ask of the explanation engine: scores, rows of scores, a second look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..._common.options import unknown
from ...explain.attribution.attribute import attribute
from ...explain.attribution.baselines import BASELINES
from ...explain.attribution.method_table import METHODS
from ...explain.attribution.targets import resolve_target
from ...explain.attribution.units import check_unit
from ...model.classifier import check_classifier
from ...text.windows import encode_windows
from ..shared.text_widget import check_text

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ...explain.attribution.result import Attribution
    from ...explain.attribution.targets import Label
    from ...explain.attribution.units import Unit
    from ...model.classifier import BertClassifier

    Rows: TypeAlias = tuple[NDArray[np.float32], str]

QUICK = "attnlrp"
"""The method that answers first."""

_QUICK_FOR_LAYERS = "input_x_gradient"
_MOST_ROWS = 12  # for which the chosen method is affordable, and only for one window


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be explained, and how.

    Attributes
    ----------
    text, pair
        The text, and the second one or an empty string.
    target, against
        Labels; ``target`` is None for the predicted one, ``against`` empty for the target alone.
    output, baseline, method
        As for `attribute`.
    unit, spans
        The same; ``spans`` are used where ``unit`` is ``"spans"``.
    """

    text: str
    pair: str
    target: str | None
    against: str
    output: str
    baseline: str
    unit: str
    spans: tuple[tuple[int, int, int], ...]
    method: str

    @property
    def units(self) -> tuple[object, ...]:
        """What decides how the text is cut into units."""
        return self.text, self.pair, self.unit, self.spans if self.unit == "spans" else ()


def asked(  # noqa: PLR0913 - one for each choice
    clf: BertClassifier,
    texts: tuple[str, str],
    *,
    target: Label | tuple[Label, Label] | None,
    output: str,
    baseline: str,
    unit: Unit,
    method: str,
) -> Question:
    """Return the question that a user asks in the terms of `attribute`, or raise what is wrong."""
    check_classifier(clf)
    check_text(*texts)
    for kind, name, known in (("method", method, METHODS), ("baseline", baseline, BASELINES)):
        if not isinstance(name, str) or name not in known:
            raise ValueError(unknown(kind, name, known))
    check_unit(unit)
    spans = () if isinstance(unit, str) else unit
    named = resolve_target(clf, target, output)
    against = None if named is None else named.against
    return Question(
        text=texts[0],
        pair=texts[1],
        target=None if named is None else clf.labels[named.label],
        against="" if against is None else clf.labels[against],
        output=output,
        baseline=baseline,
        unit=unit if isinstance(unit, str) else "spans",
        spans=tuple((span[0], span[1], span[2] if len(span) == 3 else 0) for span in spans),  # noqa: PLR2004
        method=method,
    )


def answered_by(result: Attribution) -> Question:
    """Return the question that a finished result answers."""
    return Question(
        text=result.text,
        pair=result.pair or "",
        target=result.target,
        against=result.against or "",
        output=result.output,
        baseline=result.baseline,
        unit=result.unit,
        spans=(),
        method=result.method,
    )


def predicted(clf: BertClassifier, texts: tuple[str, str]) -> NDArray[np.float32]:
    """Return the probabilities (classes,) of a text, or of a pair of which both are given."""
    check_text(*texts)
    text, pair = texts
    row: NDArray[np.float32] = clf.predict((text, pair) if pair else text).probabilities[0]
    _check_finite(row)
    return row


def explained(
    clf: BertClassifier,
    question: Question,
    method: str,
    *,
    target: str | None = None,
    layer: int | None = None,
) -> Attribution:
    """Answer a question by a method; ``target`` is another label to explain, by itself."""
    check_text(question.text, question.pair)
    text = (question.text, question.pair) if question.pair else question.text
    wanted: str | tuple[str, str] | None = target or question.target
    if target is None and question.target and question.against:
        wanted = question.target, question.against
    result = attribute(
        clf,
        text,
        method=method,
        target=wanted,
        output=question.output,
        unit=question.spans if question.unit == "spans" else question.unit,
        baseline=question.baseline,
        layer=layer,
    )[0]
    _check_finite(result.token_scores)
    return result


def explained_first(clf: BertClassifier, question: Question) -> Attribution:
    """Answer by the quick method, or by the chosen one where that cannot treat the model."""
    if question.method != QUICK:
        try:
            return explained(clf, question, QUICK)
        except ValueError:
            pass  # whatever else may be wrong is wrong for the chosen method too
    return explained(clf, question, question.method)


def explained_at_once(clf: BertClassifier, question: Question) -> Attribution:
    """Answer by the chosen method, or by the quick one where the text fills several windows."""
    check_text(question.text, question.pair)
    if windows_of(clf, question) > 1:
        return explained_first(clf, question)
    return explained(clf, question, question.method)


def windows_of(clf: BertClassifier, question: Question) -> int:
    """Return the number of windows in which the model reads the text."""
    pairs = [question.pair] if question.pair else None
    with clf.lock:
        windows = encode_windows(clf.tokenizer, [question.text], pairs, limit=clf.max_length)
    return len(windows)


def class_rows(clf: BertClassifier, question: Question, shown: Attribution) -> Rows:
    """Return the scores (labels, m) of each class by itself, and the method they are by.

    ``shown`` is a result for the same text; a row that it holds already is taken from it.
    """
    affordable = shown.windows == 1 and len(clf.labels) <= _MOST_ROWS
    method = question.method if affordable else QUICK
    own = shown if shown.method == method and shown.against is None else None
    rows = [
        own.scores
        if own is not None and label == own.target
        else explained(clf, question, method, target=label).scores
        for label in clf.labels
    ]
    return np.stack(rows), method


def layer_rows(clf: BertClassifier, question: Question, shown: Attribution) -> Rows:
    """Return the scores (layers, m) of what is on show at each layer's output, and their method."""
    count = int(clf.model.config.num_hidden_layers)
    affordable = shown.windows == 1 and count <= _MOST_ROWS
    able = "layers" in METHODS[question.method].promises
    method = question.method if affordable and able else _QUICK_FOR_LAYERS
    rows = [explained(clf, question, method, layer=layer).scores for layer in range(count)]
    return np.stack(rows), method


def _check_finite(numbers: NDArray[np.float32]) -> None:
    if not np.isfinite(numbers).all():
        msg = "The model's scores are not finite numbers; its weights may be broken."
        raise ValueError(msg)
