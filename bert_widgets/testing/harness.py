"""How the checks run a method, and how they fail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..explain.attribution.job import AttributionJob, explain_all
from ..explain.attribution.options import AttributionOptions
from ..explain.attribution.targets import resolve_target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ..explain.attribution.method import Method
    from ..explain.attribution.problem import Problem, Scores
    from ..explain.attribution.result import Attribution
    from ..model.classifier import BertClassifier

    Text: TypeAlias = str | tuple[str, str]

TEXTS: tuple[Text, ...] = ("so bad", "the film was not good", "a gorgeous but unwatchable plot")
PAIRS: tuple[Text, ...] = (("a good film", "so bad"), ("never boring", "the plot was delightful"))
OPTIONS = AttributionOptions(tolerance=1e-3, precision="fp32", samples=40)

_ROUNDING = 1e-4


def require(condition: object, sentence: str) -> None:
    """Raise an AssertionError with the sentence unless the condition holds."""
    if not condition:
        raise AssertionError(sentence)


def explain(
    method: Method,
    clf: BertClassifier,
    texts: Sequence[Text],
    options: AttributionOptions = OPTIONS,
    probabilities: NDArray[np.float32] | None = None,
) -> list[Attribution]:
    """Explain texts, or pairs, by a method that need not be in `METHODS`, and check its scores.

    The method that ``options`` names is not used.
    """

    def function(problem: Problem) -> list[Scores]:
        results = method.function(problem)
        _check_scores(method, problem, results)
        return results

    job = AttributionJob(
        clf=clf,
        method=replace(method, function=function),
        target=resolve_target(clf, options.target, options.output),
        options=options,
    )
    first = [text if isinstance(text, str) else text[0] for text in texts]
    second = [text[1] for text in texts if not isinstance(text, str)]
    return explain_all(job, first, second or None, probabilities)


def with_targets(method: Method, clf: BertClassifier) -> list[AttributionOptions]:
    """Return options with a label, log-odds and, unless it is refused, a probability as target."""
    probability = replace(OPTIONS, target=0, output="probability")
    options = [replace(OPTIONS, target=1), replace(OPTIONS, target=(1, 0))]
    try:
        explain(method, clf, TEXTS[:1], probability)
    except ValueError:
        return options
    return [*options, probability]


def require_same(result: Attribution, expected: Attribution, sentence: str) -> None:
    """Raise an AssertionError unless token scores are equal, up to 1 % of their size or rounding.

    Scores that cancel out are all rounding, as those of gradients before a layer norm.
    """
    size = float(np.abs(expected.token_scores).sum())
    change = float(np.abs(result.token_scores - expected.token_scores).sum())
    require(change <= 0.01 * size + _ROUNDING, sentence)


def _check_scores(method: Method, problem: Problem, results: Sequence[Scores]) -> None:
    name = f"The method {method.name!r}"
    require(
        len(results) == len(problem),
        f"{name} returns {len(results)} scores for {len(problem)} texts.",
    )
    for encoding, units, scores in zip(problem.encodings, problem.units, results, strict=True):
        tokens, margins = np.asarray(scores.tokens), scores.margins
        require(
            tokens.shape == (len(encoding),) and tokens.dtype == np.float32,
            f"{name} returns scores of shape {tokens.shape} and type {tokens.dtype} for a text of "
            f"{len(encoding)} tokens; return one float32 score per token, special tokens included.",
        )
        require(np.isfinite(tokens).all(), f"{name} returns scores that are not finite.")
        require(
            margins is None or (margins.shape == (len(units),) and (margins >= 0).all()),
            f"{name} returns invalid margins; return one non-negative number per unit, or None.",
        )
