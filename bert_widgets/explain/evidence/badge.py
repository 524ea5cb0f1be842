"""One sentence that says whether removing the highest words confirms a text's scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..._common.numbers import percent
from .removal import ranking, remaining, text_random

if TYPE_CHECKING:
    from ...model.classifier import BertClassifier
    from ..attribution.result import Attribution

_DRAWS = 10
_SAME = 0.005  # a smaller change is not called one
_REFUTED = "this does not support the scores"


@dataclass(frozen=True, kw_only=True)
class Badge:
    """How a prediction changes without the words that score highest.

    Attributes
    ----------
    words
        The numbers of these words, in the order of the text.
    unit
        What they are: ``"word"``, ``"token"``, ``"sentence"`` or ``"span"``.
    target, against
        What is explained.
    probability
        Of the target, for the whole text; for log-odds, among the two labels.
    without
        The same with the words deleted.
    random_without, random_low, random_high
        Mean, lowest and highest of the same with as many of the other words deleted, in
        ten random draws; NaN for a text of one word.
    """

    words: tuple[int, ...]
    unit: str
    target: str
    against: str | None
    probability: float
    without: float
    random_without: float
    random_low: float
    random_high: float

    @property
    def sentence(self) -> str:
        """The result as one sentence."""
        against = f" against {self.against}" if self.against else ""
        if not self.words:
            return f"No {self.unit} pushes towards {self.target}{against}."
        count = len(self.words)
        units = self.unit if count == 1 else f"{self.unit}s"
        these = f"this {units}" if count == 1 else f"these {count} {units}"
        probability = f"P({self.target}{against})"
        change = self.without - self.probability
        before, after = percent(self.probability), percent(self.without)
        if abs(change) < _SAME:
            pronoun = "it" if count == 1 else "them"
            kept = (
                f"leaves {probability} at {after}"
                if before == after
                else f"hardly changes {probability}, from {before} to {after}"
            )
            return f"Removing {these} {kept}: the prediction does not depend on {pronoun} alone."
        if change > 0:
            return f"Removing {these} raises {probability} from {before} to {after}: {_REFUTED}."
        return f"Removing {these} lowers {probability} from {before} to {after}{self._chance()}."

    def _chance(self) -> str:
        if np.isnan(self.random_without):
            return ""
        count = len(self.words)
        chance = f"; removing {'another' if count == 1 else f'{count} others'} at random"
        mean, low = percent(self.random_without), percent(self.random_low)
        if self.without >= self.random_without:
            return f"{chance} lowers it at least as much ({mean}): {_REFUTED}"
        if self.without >= self.random_low:
            return f"{chance}, to {mean} on average and {low} at the lowest: this may be chance"
        return f"{chance}, to {mean}"


def badge(clf: BertClassifier, attribution: Attribution, *, words: int = 3, seed: int = 0) -> Badge:
    """Delete the highest words of a text, then as many random others, and predict again.

    This takes at most twelve predictions.

    Parameters
    ----------
    clf
        The classifier that the attribution explains.
    attribution
        A result of `attribute`.
    words
        How many words (or other units) to delete: fewer where fewer push towards the target, and
        at most half of the text's.
    seed
        The seed of the random words.

    Raises
    ------
    ValueError
        If ``words`` is below 1.

    Examples
    --------
    >>> print(badge(clf, bw.attribute(clf, "a gorgeous film")[0]).sentence)
    Removing this word lowers P(positive) from 99.8% to 98.2%; removing another at random, to 99.8%.
    """
    if words < 1:
        msg = f"words={words} is invalid; use 1 or more."
        raise ValueError(msg)
    total = len(attribution.words)
    pushing = int((attribution.scores > 0).sum())
    count = min(words, pushing, max(1, total // 2))
    top = sorted(ranking(attribution)[:count])
    random = text_random(attribution, seed)
    others = [word for word in range(total) if word not in top]
    draws = [random.permutation(others)[:count].tolist() for _ in range(_DRAWS if others else 0)]
    questions = [(0, removed) for removed in ([], top, *draws)]
    whole, left, *chance = remaining(clf, [attribution], questions, removal="delete").tolist()
    chance = chance or [float("nan")]
    return Badge(
        words=tuple(top),
        unit=attribution.unit.removesuffix("s"),
        target=attribution.target,
        against=attribution.against,
        probability=whole,
        without=left,
        random_without=float(np.mean(chance)),
        random_low=min(chance),
        random_high=max(chance),
    )
