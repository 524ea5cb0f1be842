"""The work behind `attribute`: short texts in groups, long ones window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..._common.progress import progress
from ...text.batches import token_batches
from ...text.encoding import encode
from ...text.windows import cut_windows, shares
from ..reading import reading
from .long_texts import as_read, merge
from .problem import Problem, Scores, completeness_error
from .result import Attribution
from .targets import Target
from .units import units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding
    from ...text.windows import Window
    from .method import Method
    from .options import AttributionOptions
    from .units import Unit

# The most tokens explained together, which bounds the memory.
_GROUP_TOKENS = 512


@dataclass(frozen=True, kw_only=True)
class AttributionJob:
    """What `attribute` was asked, apart from the texts.

    Attributes
    ----------
    clf
        The classifier.
    method
        The method that ``options`` names.
    target
        The target that ``options`` names; None for each text's predicted label.
    options
        The options of `attribute`.
    """

    clf: BertClassifier
    method: Method
    target: Target | None
    options: AttributionOptions


def explain_all(
    job: AttributionJob,
    texts: Sequence[str],
    pairs: Sequence[str] | None,
    probabilities: NDArray[np.float32] | None = None,
) -> list[Attribution]:
    """Explain texts, or pairs, all by the same weights: the lock is held until the end.

    Parameters
    ----------
    job
        The classifier and the options.
    texts, pairs
        The strings; ``pairs``, if given, has the same length.
    probabilities
        float32 array (len(texts), classes): the prediction, if it is known. It is not computed
        again then, so it must be that of the present weights.

    Returns
    -------
    list of Attribution
        In the order of ``texts``.

    Raises
    ------
    ValueError
        If a text contains no word.
    """
    with job.clf.lock:
        return _explain_all(job, texts, pairs, probabilities)


def _explain_all(
    job: AttributionJob,
    texts: Sequence[str],
    pairs: Sequence[str] | None,
    probabilities: NDArray[np.float32] | None,
) -> list[Attribution]:
    clf = job.clf
    encodings = encode(clf.tokenizer, texts, pairs)
    windows = cut_windows(clf.tokenizer, encodings, limit=clf.max_length)
    _check_words(encodings)
    windows_of: list[list[Window]] = [[] for _ in texts]
    for window in windows:
        windows_of[window.owner].append(window)
    short = [row for row, parts in enumerate(windows_of) if len(parts) == 1]
    results: dict[int, Attribution] = {}
    with progress(len(windows), "explain") as bar:
        for group in token_batches(
            [len(encodings[row]) for row in short], _GROUP_TOKENS, padded=clf.padded
        ):
            rows = [short[i] for i in group]
            known = None if probabilities is None else probabilities[rows]
            results |= zip(rows, _explain(job, [encodings[i] for i in rows], known), strict=True)
            bar.update(len(rows))
        for row, parts in enumerate(windows_of):
            if len(parts) > 1:
                whole = as_read(encodings[row], parts)
                known = None if probabilities is None else probabilities[row]
                results[row] = _explain_long(job, whole, parts, known, bar.update)
    return [results[row] for row in range(len(texts))]


def _check_words(encodings: Sequence[Encoding]) -> None:
    for row, encoding in enumerate(encodings):
        if not len(encoding.words):
            text = f"{encoding.text!r:.80}"
            which = f"Text {row}, {text}," if len(encodings) > 1 else f"The text {text}"
            msg = f"{which} has no word to explain; use texts with at least one word."
            raise ValueError(msg)


def _explain(
    job: AttributionJob, encodings: list[Encoding], probabilities: NDArray[np.float32] | None
) -> list[Attribution]:
    """Explain texts of one window each, under one state of the weights."""
    clf = job.clf
    with clf.inference(tokens=max(map(len, encodings))):
        if probabilities is None:
            with torch.inference_mode():
                probabilities = clf.probabilities(clf(**clf.collate(encodings)))
        targets = [_target(job, row) for row in probabilities]
        problem = Problem(
            clf=clf,
            encodings=encodings,
            targets=targets,
            units=[units(encoding, job.options.unit) for encoding in encodings],
            options=job.options,
        )
        results = job.method.function(problem)
    return [
        _attribution(job, encoding, row, target, scores)
        for encoding, row, target, scores in zip(
            encodings, probabilities, targets, results, strict=True
        )
    ]


def _explain_long(
    job: AttributionJob,
    whole: Encoding,
    windows: Sequence[Window],
    probabilities: NDArray[np.float32] | None,
    report: Callable[[int], object],
) -> Attribution:
    """Explain a text of several windows."""
    clf = job.clf
    weights = shares(windows)
    if probabilities is None:
        logits = clf.logits([window.encoding for window in windows])
        probabilities = (weights @ clf.probabilities(logits)).astype(np.float32)
    target = _target(job, probabilities)
    results: list[Scores] = []
    for window in windows:
        with clf.inference(tokens=len(window.encoding)):
            problem = Problem(
                clf=clf,
                encodings=[window.encoding],
                targets=[target],
                units=[units(window.encoding, _moved(job.options.unit, window.starts))],
                options=job.options,
            )
            results += job.method.function(problem)
        report(1)
    merged = merge(whole, windows, results, weights)
    return _attribution(job, whole, probabilities, target, merged, windows=len(windows))


def _attribution(  # noqa: PLR0913
    job: AttributionJob,
    encoding: Encoding,
    probabilities: NDArray[np.float32],
    target: Target,
    scores: Scores,
    *,
    windows: int = 1,
) -> Attribution:
    grouped = units(encoding, job.options.unit)
    promised = "completeness" in job.method.promises
    labels = job.clf.labels
    return Attribution(
        **reading(encoding, grouped),
        classes=labels,
        probabilities=probabilities,
        target=labels[target.label],
        against=None if target.against is None else labels[target.against],
        output=target.output,
        method=job.method.name,
        unit=job.options.unit_name,
        baseline=job.options.baseline_name,
        layer=job.options.layer,
        token_scores=scores.tokens,
        scores=grouped.sum(scores.tokens),
        margins=scores.margins,
        completeness_error=(
            completeness_error(scores.tokens, scores.difference)
            if promised and scores.difference is not None
            else None
        ),
        difference=scores.difference,
        windows=windows,
    )


def _target(job: AttributionJob, probabilities: NDArray[np.float32]) -> Target:
    return job.target or Target(int(probabilities.argmax()), None, job.options.output)  # type: ignore[arg-type]


def _moved(unit: Unit, starts: tuple[int, int]) -> Unit:
    """Return spans of a whole text as spans of a window that starts at the given characters."""
    if isinstance(unit, str):
        return unit
    moved = []
    for start, end, *rest in unit:
        segment = rest[0] if rest else 0
        first, last = max(start - starts[segment], 0), end - starts[segment]
        if first < last:
            moved.append((first, last, segment))
    return moved
