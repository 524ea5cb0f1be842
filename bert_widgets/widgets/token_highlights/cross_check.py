"""Whether to trust the displayed scores, in plain sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...explain.attribution.chance import at_chance
from ...explain.attribution.method_table import METHODS
from .questions import QUICK, explained

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...explain.attribution.result import Attribution
    from ...model.classifier import BertClassifier
    from .questions import Question

_MOST_UNITS = 40  # for which removing each of them by itself is cheap
_STRONG = 0.4  # of the strongest score: words that a reader will remember
_FAINT = 0.1
_TOLERANCE = 0.01
_NOTHING = 0.1  # in logits: twice this hardly moves a probability from one half
_UNTRAINED = (
    "This head is not trained: its predictions and these scores mean nothing before fine-tuning."
)
_AT_CHANCE = (
    "The prediction is at chance and no word pushes it noticeably, as with a head that is not "
    "trained."
)


def cross_check(clf: BertClassifier, question: Question, shown: Attribution) -> str:
    """Return a sentence on where another cheap method disagrees with the result for a question.

    For a text of few words the other method is occlusion. It removes words one by one, so it has no
    step in common with methods that use gradients.
    """
    few = len(shown.words) <= _MOST_UNITS and shown.windows == 1
    others = ("occlusion", QUICK) if few else (QUICK, "integrated_gradients")
    other = next(name for name in others if name != shown.method)
    options = replace(question.options, method=other)
    return disagreement(shown, explained(clf, question, options, shown.probabilities))


def disagreement(shown: Attribution, other: Attribution) -> str:
    """Return a sentence on the strong words of one result that another does not confirm.

    Parameters
    ----------
    shown, other
        Results for the same text, target and units. Only sizes are compared if one has no signs.

    Returns
    -------
    str
        Empty if there are no such words.
    """
    ours, theirs = _shares(shown), _shares(other)
    signed = METHODS[shown.method].signed and METHODS[other.method].signed
    strongest = np.argsort(-np.abs(ours), kind="stable")[:3]
    strong = [int(i) for i in strongest if abs(ours[i]) >= _STRONG]
    faint = [i for i in strong if abs(theirs[i]) < _FAINT]
    opposed = [i for i in strong if signed and i not in faint and ours[i] * theirs[i] < 0]
    clauses = []
    for direction, sign in (("towards", -1), ("against", 1)):
        words = [i for i in opposed if sign * ours[i] > 0]
        if words:
            clauses.append(f"counts {_listed(shown, words)} {direction} {shown.target}")
    if faint:
        clauses.append(f"gives almost no weight to {_listed(shown, faint)}")
    top = int(np.argmax(np.abs(theirs)))
    if abs(theirs[top]) >= _STRONG and abs(ours[top]) < _FAINT:
        clauses.append(f"gives the most weight to {_listed(shown, [top])}, which has little here")
    if not clauses:
        return ""
    title = METHODS[other.method].title
    name = title.lower() if title[1:].islower() else title  # AttnLRP keeps its capitals
    return f"Another method, {name}, {_joined(clauses)}."


def warnings_of(result: Attribution, disagreeing: str, *, untrained: bool = False) -> list[str]:
    """Return what to know before trusting a result, whose head may be known to be untrained."""
    warnings = []
    if untrained:
        warnings.append(_UNTRAINED)
    elif at_chance(result.probabilities) and np.abs(result.scores).max(initial=0) < _NOTHING:
        warnings.append(_AT_CHANCE)
    if result.completeness_error is not None and result.completeness_error > _TOLERANCE:
        warnings.append(
            f"The scores miss the sum they should have by {100 * result.completeness_error:.2g} % "
            "of their absolute sum, so they are only approximate."
        )
    if disagreeing:
        warnings.append(disagreeing)
    if result.windows > 1:
        warnings.append(
            f"The text is longer than the model reads at once: it was read in {result.windows} "
            "overlapping windows, and all numbers are averages over them."
        )
    return warnings


def _shares(result: Attribution) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    scores = result.scores.astype(np.float64)
    return np.asarray(scores / (np.abs(scores).max(initial=0) or 1))


def _listed(result: Attribution, words: Iterable[int]) -> str:
    return _joined([f"“{result.words[i]:.40}”" for i in sorted(words)])


def _joined(parts: list[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
