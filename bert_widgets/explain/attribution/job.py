"""The work behind `attribute`: texts in turns, long ones window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..._common.progress import progress
from ...text.batches import token_batches
from ...text.encoding import encode
from ...text.windows import encode_windows, shares
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

# Texts explained under one hold of the lock, in tokens: each sees one state of the weights, and
# a run that trains them gets its turn in between.
_TURN_TOKENS = 512


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
    job: AttributionJob, texts: Sequence[str], pairs: Sequence[str] | None
) -> list[Attribution]:
    """Explain texts, or pairs, in turns under a bounded hold of the lock each; in input order."""
    clf = job.clf
    with clf.lock:
        wholes = encode(clf.tokenizer, texts, pairs)
        windows = encode_windows(clf.tokenizer, texts, pairs, limit=clf.max_length)
    for i, whole in enumerate(wholes):
        if not len(whole.words):
            text = f"{whole.text!r:.80}"
            which = f"Text {i}, {text}," if len(texts) > 1 else f"The text {text}"
            msg = f"{which} has no word to explain; give texts that have."
            raise ValueError(msg)
    parts: list[list[Window]] = [[] for _ in texts]
    for window in windows:
        parts[window.owner].append(window)
    short = [i for i, own in enumerate(parts) if len(own) == 1]
    results: dict[int, Attribution] = {}
    with progress(len(windows), "explain") as bar:
        for turn in token_batches([len(wholes[i]) for i in short], _TURN_TOKENS):
            rows = [short[i] for i in turn]
            results |= zip(rows, _explain(job, [wholes[i] for i in rows]), strict=True)
            bar.update(len(rows))
        for i, own in enumerate(parts):
            if len(own) > 1:
                results[i] = _explain_long(job, as_read(wholes[i], own), own, bar.update)
    return [results[i] for i in range(len(texts))]


def _explain(job: AttributionJob, encodings: list[Encoding]) -> list[Attribution]:
    """Explain texts of one window each, under one state of the weights."""
    clf = job.clf
    longest = max(map(len, encodings))
    with clf.inference(tokens=longest):
        with torch.inference_mode():
            probabilities = clf.probabilities(clf(**clf.collate(encodings)))
        targets = [_target(job, row) for row in probabilities]
        grouped = [units(encoding, job.options.unit) for encoding in encodings]
        problem = Problem(
            clf=clf, encodings=encodings, targets=targets, units=grouped, options=job.options
        )
        found = job.method.function(problem)
    return [
        _attribution(job, encoding, row, target, scores)
        for encoding, row, target, scores in zip(
            encodings, probabilities, targets, found, strict=True
        )
    ]


def _explain_long(
    job: AttributionJob, whole: Encoding, windows: Sequence[Window], done: Callable[[int], object]
) -> Attribution:
    """Explain a text of several windows, each under a hold of the lock of its own."""
    clf = job.clf
    weights = shares(windows)
    logits = clf.logits([window.encoding for window in windows])
    probabilities = (weights @ clf.probabilities(logits)).astype(np.float32)
    target = _target(job, probabilities)
    found: list[Scores] = []
    for window in windows:
        tokens = len(window.encoding)
        with clf.inference(tokens=tokens):
            problem = Problem(
                clf=clf,
                encodings=[window.encoding],
                targets=[target],
                units=[units(window.encoding, _moved(job.options.unit, window.starts))],
                options=job.options,
            )
            found += job.method.function(problem)
        done(1)
    merged = merge(whole, windows, found, weights)
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
    """Move spans of a whole text into a window that starts at the given characters."""
    if isinstance(unit, str):
        return unit
    moved = []
    for start, end, *rest in unit:
        segment = rest[0] if rest else 0
        first, last = max(start - starts[segment], 0), end - starts[segment]
        if first < last:
            moved.append((first, last, segment))
    return moved
