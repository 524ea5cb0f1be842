"""Comparison of attribution methods on the same texts, with intervals."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..._common.options import named_options, unknown
from ...model.classifier import check_classifier
from ..attribution.attribute import attribute
from ..attribution.method_table import METHODS
from .faithfulness import faithfulness
from .rationales import plausibility
from .removal import text_random
from .report import RANDOM, ExplanationReport, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.classifier import BertClassifier
    from ..attribution.baselines import Baseline
    from ..attribution.result import Attribution
    from .faithfulness import Faithfulness
    from .rationales import Rationale


# Texts measured at once: predictions that several methods need are made once.
_BATCH_TEXTS = 16


@named_options
def evaluate_explanations(  # noqa: PLR0913
    clf: BertClassifier,
    frame: pd.DataFrame,
    *,
    methods: Sequence[str] | None = None,
    text: str = "text",
    pair: str | None = None,
    label: str | None = None,
    rationale: str | None = None,
    baseline: Baseline = "pad",
    removal: str = "delete",
    samples: int | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> ExplanationReport:
    """Explain texts by several methods and measure how faithful and plausible each method is.

    Parameters
    ----------
    clf
        The classifier.
    frame
        One row per text.
    methods
        Keys of `METHODS`; by default all that support this classifier and these texts.
    text, pair
        The columns of the texts, and of the second ones of pairs.
    label
        The column of the labels to explain; by default each text's predicted one.
    rationale
        The column of the words that annotators marked, as for `plausibility`.
    baseline, samples
        As for `attribute`.
    removal
        How words are taken out, as for `faithfulness`.
    confidence
        The confidence level of the bootstrap intervals over texts.
    seed
        The seed of all random numbers.

    Returns
    -------
    ExplanationReport

    Raises
    ------
    ValueError
        If a method is unknown, or was named and does not support the classifier; if a column is
        missing; or if there is no text or no method.

    Examples
    --------
    >>> bw.evaluate_explanations(
    ...     clf, bw.demo.reviews().head(50), methods=["integrated_gradients", "occlusion"]
    ... ).table["comprehensiveness"]  # doctest: +SKIP
    """
    check_classifier(clf)
    _check(frame, methods, [text, pair, label, rationale])
    texts = list(frame[text] if pair is None else zip(frame[text], frame[pair], strict=True))
    labels = None if label is None else list(frame[label])
    options = {"baseline": baseline, "samples": samples, "seed": seed}
    explained: dict[str, list[Attribution]] = {}
    seconds: dict[str, float] = {}
    refused: dict[str, str] = {}
    votes = None if rationale is None else list(frame[rationale])
    with clf.lock:  # all methods and measures by the same weights
        for name in methods or METHODS:
            began = time.perf_counter()
            try:
                explained[name] = _explained(clf, texts, labels, method=name, **options)
            except (ImportError, ValueError) as error:
                if methods is not None:
                    raise
                refused[name] = str(error)
                continue
            seconds[name] = (time.perf_counter() - began) / len(texts)
        per_text = measures(clf, explained, rationales=votes, removal=removal, seed=seed)
    per_text["text"] = frame.index[per_text["text"]]
    per_text["seconds"] = per_text["method"].map(seconds)
    return ExplanationReport(summary(per_text, confidence, seed), per_text, refused, confidence)


def measures(
    clf: BertClassifier,
    explained: dict[str, list[Attribution]],
    *,
    rationales: Sequence[Rationale] | None = None,
    removal: str = "delete",
    seed: int = 0,
) -> pd.DataFrame:
    """Measure explanations of the same texts that differ in method, baseline or unit.

    Parameters
    ----------
    clf
        The classifier.
    explained
        The attributions of all texts by a name of your choice; random scores are added.
    rationales
        As for `plausibility`.
    removal, seed
        As for `faithfulness`.

    Returns
    -------
    DataFrame
        One row per name and text, as in `ExplanationReport` without the time; ``text`` counts
        from 0.
    """
    first = next(iter(explained.values()))
    explained = explained | {RANDOM: [random_scores(attribution, seed) for attribution in first]}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in explained}
    for start in range(0, len(first), _BATCH_TEXTS):
        batch = range(start, min(start + _BATCH_TEXTS, len(first)))
        pairs = [(name, i) for name in explained for i in batch]
        attributions = [explained[name][i] for name, i in pairs]
        results = faithfulness(clf, attributions, removal=removal, random_orders=1, seed=seed)
        for (name, i), result in zip(pairs, results, strict=True):
            rows[name].append({"method": name, "text": i, **_row(explained[name][i], result)})
    parts = []
    for name, records in rows.items():
        part = pd.DataFrame(records)
        if rationales is not None:
            part = part.assign(**vars(plausibility(explained[name], rationales)))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _check(
    frame: pd.DataFrame, methods: Sequence[str] | None, columns: Sequence[str | None]
) -> None:
    if not hasattr(frame, "columns"):
        msg = f"frame must be a DataFrame, not {type(frame).__name__}."
        raise TypeError(msg)
    for name in methods or ():
        if name not in METHODS:
            raise ValueError(unknown("method", name, METHODS))
    for column in columns:
        if column is not None and column not in frame:
            raise ValueError(unknown("column", column, frame.columns))
    if not len(frame) or (methods is not None and not methods):
        msg = (
            f"There is nothing to compare in {len(frame)} texts with methods={methods!r}; "
            "use at least one of each."
        )
        raise ValueError(msg)


def _explained(
    clf: BertClassifier,
    texts: list[Any],
    labels: list[Any] | None,
    **options: Any,  # noqa: ANN401
) -> list[Attribution]:
    if labels is None:
        return list(attribute(clf, texts, **options))
    attributions: dict[int, Attribution] = {}
    for label in dict.fromkeys(labels):
        rows = [i for i, other in enumerate(labels) if other == label]
        results = attribute(clf, [texts[i] for i in rows], target=label, **options)
        attributions |= zip(rows, results, strict=True)
    return [attributions[i] for i in range(len(texts))]


def random_scores(attribution: Attribution, seed: int) -> Attribution:
    """Return the attribution with random scores, which every method should beat."""
    scores = text_random(attribution, seed + 1).standard_normal(len(attribution.words))
    return replace(attribution, method=RANDOM, scores=scores.astype(np.float32))


def _row(attribution: Attribution, result: Faithfulness) -> dict[str, Any]:
    return {
        "target": attribution.target,
        "probability": result.probability,
        "comprehensiveness": result.comprehensiveness,
        "sufficiency": result.sufficiency,
        "deletion": result.deletion.area,
        "insertion": result.insertion.area,
        "leave_one_out": result.leave_one_out_kendall,
    }
