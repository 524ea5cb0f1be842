"""Faithfulness of scores to the model: words are removed and the text is predicted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from .agreement import kendall, pearson
from .removal import ranking, remaining, text_random

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ..attribution.result import Attribution

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
"""The shares of the words at which comprehensiveness and sufficiency are measured."""

_STEPS = 20
"""The most steps of a curve."""

_LEFT_OUT = 64
"""The most words of a text that are left out one by one; of a longer text, a random sample."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The probability of a target as more and more of a text's words are removed.

    Attributes
    ----------
    removed
        int32 array (k,): the number of words removed, from none to all.
    probability
        float32 array (k,): of the target, with the words removed in the order of their scores.
    random_mean, random_low, random_high
        float32 arrays (k,): mean, lowest and highest of the same with words in random orders.
    """

    removed: NDArray[np.int32]
    probability: NDArray[np.float32]
    random_mean: NDArray[np.float32]
    random_low: NDArray[np.float32]
    random_high: NDArray[np.float32]

    @property
    def area(self) -> float:
        """The area under ``probability``, with the words counted from 0 to 1."""
        return float(np.trapezoid(self.probability, self.removed / self.removed[-1]))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per point, with the attributes as columns."""
        return pd.DataFrame(vars(self))


@dataclass(frozen=True, eq=False, kw_only=True)
class Faithfulness:
    """How well the scores of one text predict the effect of removing its words.

    Attributes
    ----------
    probability
        Of the target, for the whole text. If the attribution explains log-odds between two labels,
        this is the probability of the first among these two.
    comprehensiveness_at
        float32 array (5,): how far the probability drops when the highest 1, 5, 10, 20 and 50 %
        of the words (at least one) are removed. High is good.
    sufficiency_at
        float32 array (5,): how far it drops when only they remain. Low is good.
    deletion
        The curve with the highest words removed first. A small area is good.
    insertion
        The curve with the lowest words removed first: read from right to left, the highest words
        are inserted. A large area is good.
    leave_one_out_kendall, leave_one_out_pearson
        The correlation (Kendall's tau-b, Pearson's) of the scores with the drops in probability
        when each word is removed by itself; NaN for fewer than two words or equal scores. For a
        text of more than 64 words, 64 random ones are used.

    References
    ----------
    DeYoung et al. 2020, "ERASER: A Benchmark to Evaluate Rationalized NLP Models"; Samek et al.
    2017, "Evaluating the Visualization of What a Deep Neural Network Has Learned"; Petsiuk, Das &
    Saenko 2018, "RISE".
    """

    probability: float
    comprehensiveness_at: NDArray[np.float32]
    sufficiency_at: NDArray[np.float32]
    deletion: Curve
    insertion: Curve
    leave_one_out_kendall: float
    leave_one_out_pearson: float

    @property
    def comprehensiveness(self) -> float:
        """The mean of ``comprehensiveness_at``, which ERASER calls its AOPC."""
        return float(self.comprehensiveness_at.mean())

    @property
    def sufficiency(self) -> float:
        """The mean of ``sufficiency_at``, which ERASER calls its AOPC."""
        return float(self.sufficiency_at.mean())


def faithfulness(
    clf: BertClassifier,
    attributions: Sequence[Attribution],
    *,
    removal: str = "delete",
    random_orders: int = 5,
    seed: int = 0,
) -> list[Faithfulness]:
    """Measure how well scores predict the effect of removing words from the text.

    A text of m words takes about 8 m predictions, at most 220. Predictions that several methods
    need for the same text are made once, so pass their attributions together.

    Parameters
    ----------
    clf
        The classifier that the attributions explain.
    attributions
        Results of `attribute`, of any methods.
    removal
        ``"delete"``, or ``"mask"`` to replace each word by a mask token.
    random_orders
        How many random orders of the words the curves are compared with.
    seed
        The seed of these orders. A text's orders do not depend on the other texts.

    Returns
    -------
    list of Faithfulness
        In the order of ``attributions``.

    Raises
    ------
    ValueError
        If the removal is unknown, the tokenizer has no mask token, or ``random_orders`` is below 1.

    Examples
    --------
    >>> results = faithfulness(clf, bw.attribute(clf, "Not a dull film at all."))
    >>> round(results[0].comprehensiveness, 2)
    0.95
    """
    if random_orders < 1:
        msg = f"random_orders={random_orders} is invalid; use 1 or more."
        raise ValueError(msg)
    plans = [_plan(attribution, random_orders, seed) for attribution in attributions]
    questions = [(row, removed) for row, plan in enumerate(plans) for removed in _removals(plan)]
    values = iter(remaining(clf, attributions, questions, removal=removal).tolist())
    return [
        _measured(attribution, plan, values)
        for attribution, plan in zip(attributions, plans, strict=True)
    ]


class _Plan(NamedTuple):
    """What is to be removed from a text of m words."""

    order: list[int]  # the highest score first
    tops: list[int]  # the number of words in each of SHARES
    steps: list[int]  # the numbers of words removed along a curve
    random: list[list[int]]  # random orders
    alone: list[int]  # words to leave out one by one


def _plan(attribution: Attribution, random_orders: int, seed: int) -> _Plan:
    count = len(attribution.words)
    random = text_random(attribution, seed)
    return _Plan(
        ranking(attribution),
        [max(1, round(share * count)) for share in SHARES],
        np.unique(np.linspace(0, count, min(count, _STEPS) + 1).round().astype(int)).tolist(),
        [random.permutation(count).tolist() for _ in range(random_orders)],
        random.permutation(count)[:_LEFT_OUT].tolist(),
    )


def _removals(plan: _Plan) -> Iterator[list[int]]:
    """Yield the words to remove, in the order in which `_measured` reads the answers."""
    yield []
    yield from (plan.order[:top] for top in plan.tops)
    yield from (plan.order[top:] for top in plan.tops)
    for order in (plan.order, plan.order[::-1], *plan.random):
        yield from (order[:step] for step in plan.steps)
    yield from ([word] for word in plan.alone)


def _measured(attribution: Attribution, plan: _Plan, answers: Iterator[float]) -> Faithfulness:
    def take(count: int) -> NDArray[np.float64]:
        return np.array([next(answers) for _ in range(count)])

    whole = next(answers)
    without_tops, tops_alone = take(len(SHARES)), take(len(SHARES))
    deletion, insertion, *rest = (take(len(plan.steps)) for _ in range(2 + len(plan.random)))
    random = np.stack(rest)
    removed = np.array(plan.steps, np.int32)
    band = [curve.astype(np.float32) for curve in (random.mean(0), random.min(0), random.max(0))]
    drops, scores = whole - take(len(plan.alone)), attribution.scores[plan.alone]
    return Faithfulness(
        probability=whole,
        comprehensiveness_at=(whole - without_tops).astype(np.float32),
        sufficiency_at=(whole - tops_alone).astype(np.float32),
        deletion=Curve(removed, deletion.astype(np.float32), *band),
        insertion=Curve(removed, insertion.astype(np.float32), *band),
        leave_one_out_kendall=kendall(scores, drops),
        leave_one_out_pearson=pearson(scores, drops),
    )
