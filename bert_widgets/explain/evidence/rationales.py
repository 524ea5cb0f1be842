"""Agreement of scores with the words that annotators marked as decisive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ..attribution.result import Attribution

    Rationale: TypeAlias = Sequence[float] | Sequence[tuple[int, int]]

_WORD = regex.compile(r"\S+")
_MARKED = 0.5
_MATCH = 0.5


@dataclass(frozen=True, eq=False)
class Plausibility:
    """Agreement of the scores of n texts with the annotations; high is good.

    This measures how convincing an explanation looks, not whether it is true: see
    `faithfulness`.

    Attributes
    ----------
    token_f1
        float64 array (n,): the F1 between the marked words and the highest words.
    iou_precision, iou_recall
        float64 arrays (n,): how many runs of neighbouring highest words match a run of marked
        words, sharing at least half of their union, as a share of the highest runs and of the
        marked ones; the recall is NaN if nothing is marked.
    auprc
        float64 array (n,): the area under the precision-recall curve (average precision) of the
        scores as a ranking of the words; NaN if all words or none are marked.

    References
    ----------
    DeYoung et al. 2020, "ERASER: A Benchmark to Evaluate Rationalized NLP Models".
    """

    token_f1: NDArray[np.float64]
    iou_precision: NDArray[np.float64]
    iou_recall: NDArray[np.float64]
    auprc: NDArray[np.float64]

    @property
    def iou_f1(self) -> float:
        """The F1 of the mean precision and mean recall of runs, ERASER's macro average."""
        return float(f1(np.mean(self.iou_precision), np.nanmean(self.iou_recall)))


def plausibility(
    attributions: Sequence[Attribution], rationales: Sequence[Rationale]
) -> Plausibility:
    """Compare scores with the words that annotators marked.

    If a measure needs a set of words, the highest are used: of each text the share that is
    marked on average over these texts (at least one).

    Parameters
    ----------
    attributions
        Results of `attribute` for single texts.
    rationales
        For each text either one number per white-space word, as from ``text.split()``: the share
        of annotators who marked it, of which one half or more counts as marked; or the marked
        spans (start, end) of characters, as in ``bw.demo.reviews()``.

    Raises
    ------
    ValueError
        If there are not as many rationales as texts, or not as many numbers as words.

    Examples
    --------
    >>> attributions = bw.attribute(clf, "a gorgeous, witty film")
    >>> plausibility(attributions, [[0, 1, 1, 0]]).token_f1
    array([1.])
    """
    from sklearn.metrics import average_precision_score

    if len(attributions) != len(rationales):
        msg = f"{len(attributions)} texts have {len(rationales)} rationales; use one per text."
        raise ValueError(msg)
    scores = [word_scores(attribution) for attribution in attributions]
    marked = [
        _marked(i, *pair) for i, pair in enumerate(zip(attributions, rationales, strict=True))
    ]
    share = np.mean([mask.mean() for mask in marked]) if marked else 0.0
    chosen = [_highest(row, max(1, round(share * len(row)))) for row in scores]
    matches = [_matches(a, b) for a, b in zip(chosen, marked, strict=True)]
    return Plausibility(
        token_f1=np.array([_token_f1(a, b) for a, b in zip(chosen, marked, strict=True)]),
        iou_precision=np.array(
            [_share(match, len(_runs(a))) for match, a in zip(matches, chosen, strict=True)]
        ),
        iou_recall=np.array(
            [_share(match, len(_runs(b))) for match, b in zip(matches, marked, strict=True)]
        ),
        auprc=np.array(
            [
                average_precision_score(truth, score) if 0 < truth.sum() < len(truth) else np.nan
                for truth, score in zip(marked, scores, strict=True)
            ]
        ),
    )


def _marked(number: int, attribution: Attribution, rationale: Rationale) -> NDArray[np.bool_]:
    words = _words(attribution.text)
    if all(np.ndim(part) for part in rationale):
        spans = np.asarray(rationale, int).reshape(-1, 2).tolist()
        return np.array([any(a < end and start < b for start, end in spans) for a, b in words])
    if len(rationale) != len(words):
        msg = (
            f"Text {number}, {attribution.text!r:.80}, has {len(words)} white-space words and "
            f"a rationale of {len(rationale)} numbers; use one number per word."
        )
        raise ValueError(msg)
    return np.asarray(rationale, float) >= _MARKED


def word_scores(attribution: Attribution) -> NDArray[np.float64]:
    """Return the score of each white-space word of a text, float64 (words,).

    The score of a unit that spans several words is divided among them by characters, without
    white space.
    """
    spans = _words(attribution.text)
    scores = np.zeros(len(spans))
    for score, (start, end), segment in zip(
        attribution.scores,
        attribution.word_offsets.tolist(),
        attribution.word_segments,
        strict=True,
    ):
        if segment == 0:
            common = np.array([max(0, min(end, b) - max(start, a)) for a, b in spans])
            scores += score * common / max(common.sum(), 1)
    return scores


def f1(precision: Any, recall: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return the harmonic mean; zero if both are zero."""
    total = np.asarray(precision + recall)
    return np.divide(2 * precision * recall, total, out=np.zeros(total.shape), where=total > 0)


def _words(text: str) -> list[tuple[int, int]]:
    """Return start and end of each white-space word."""
    return [match.span() for match in _WORD.finditer(text)]


def _highest(scores: NDArray[np.float64], count: int) -> NDArray[np.bool_]:
    chosen = np.zeros(len(scores), bool)
    chosen[np.argsort(-scores, kind="stable")[:count]] = True
    return chosen


def _token_f1(chosen: NDArray[np.bool_], marked: NDArray[np.bool_]) -> float:
    return float(2 * (chosen & marked).sum() / (chosen.sum() + marked.sum()))


def _matches(chosen: NDArray[np.bool_], marked: NDArray[np.bool_]) -> int:
    return sum(
        max((len(run & other) / len(run | other) for other in _runs(marked)), default=0) >= _MATCH
        for run in _runs(chosen)
    )


def _runs(words: NDArray[np.bool_]) -> list[set[int]]:
    """Return the runs of neighbouring words."""
    numbers = np.flatnonzero(words)
    starts = np.flatnonzero(np.diff(numbers) > 1) + 1
    return [set(run.tolist()) for run in np.split(numbers, starts) if len(run)]


def _share(count: int, total: int) -> float:
    return count / total if total else float("nan")
