"""The one front door to word scores: `attribute`, its result, and the table of methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .._compute import arithmetic, resolve_precision
from .._options import named_options, unknown
from .._progress import progress
from ..data import token_batches
from ..text import as_texts, encode
from ..windows import encode_windows, shares
from ._long import as_read, merge
from ._reading import Reading, reading
from .baselines import baseline_embedding
from .gradients import input_x_gradient
from .integrated import integrated_gradients
from .problem import Problem, Scores, completeness_error
from .targets import Target, resolve_target
from .units import check_unit, units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .._compute import Precision
    from ..classifier import BertClassifier
    from ..text import Encoding, Texts
    from ..windows import Window
    from .baselines import Baseline
    from .targets import Label
    from .units import Unit

# Texts explained under one hold of the lock, in tokens: each sees one state of the weights, and
# a run that trains them gets its turn in between.
_TURN_TOKENS = 512


@dataclass(frozen=True, eq=False, kw_only=True)
class Attribution(Reading):
    """How much each of m words, and each of n tokens, pushed one class's logit up or down.

    Where ``unit`` is not ``"words"``, the units (pieces, sentences, spans) stand in ``words`` and
    its arrays.

    Attributes
    ----------
    classes
        All label names.
    probabilities
        float32 array (classes,): the prediction.
    target
        The label that is explained.
    against
        The label whose logit is taken off; None where ``target`` is explained alone.
    output
        ``"logit"`` or ``"probability"``: what of the target is explained, the unit of all scores.
    method
        The name of the method, a key of `METHODS`.
    unit
        ``"words"``, ``"pieces"``, ``"sentences"`` or ``"spans"``.
    baseline
        The name of the baseline, or ``"own"``.
    layer
        The layer whose output the scores are of; None for the word embeddings.
    token_scores
        float32 array (n,); positive pushes towards the target.
    scores
        float32 array (m,): each word's score, the sum of its pieces'.
    margins
        float32 array (m,): half the width of each score's 95 % confidence interval; None for a
        method that draws no samples, and for a text of several windows.
    completeness_error
        How far the token scores are from adding up to ``difference``, as a share of the sum of
        their absolute values; None where the method does not promise that they do.
    difference
        The target's value for the text less that for the method's baseline; None without one.
    windows
        The number of windows the text was read in: of more than one, everything is the mean over
        the windows, weighted by their tokens.

    See Also
    --------
    Reading : text, pair, tokens, words and their offsets, which it has too.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    target: str
    against: str | None = None
    output: str = "logit"
    method: str
    unit: str = "words"
    baseline: str = "pad"
    layer: int | None = None
    token_scores: NDArray[np.float32]
    scores: NDArray[np.float32]
    margins: NDArray[np.float32] | None = None
    completeness_error: float | None
    difference: float | None
    windows: int = 1

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word: ``word``, ``score``, ``start``, ``end`` and ``segment``."""
        import pandas as pd

        return pd.DataFrame(
            {
                "word": self.words,
                "score": self.scores,
                "start": self.word_offsets[:, 0],
                "end": self.word_offsets[:, 1],
                "segment": self.word_segments,
            }
        )


@dataclass(frozen=True)
class Method:
    """A way to score the tokens of a text.

    Attributes
    ----------
    name
        The key in `METHODS`.
    title
        For people to read.
    paper
        Where it was published.
    promises
        What its scores are sure to satisfy: ``"completeness"`` (token scores add up to the
        target's value for the text less that for the baseline), ``"linear"`` (on a linear model
        they are weights times change), ``"layers"`` (it can look at each layer).
    cost
        Passes through the model for a text, in words.
    function
        Takes a `Problem` and returns the `Scores` of each of its texts, or raises a ValueError of
        one sentence where it cannot treat the model.
    """

    name: str
    title: str
    paper: str
    promises: tuple[str, ...]
    cost: str
    function: Callable[[Problem], list[Scores]]


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="integrated_gradients",
            title="Integrated gradients",
            paper="Sundararajan, Taly & Yan 2017",
            promises=("completeness", "linear"),
            cost="9 to 129 forward and backward passes, mostly 17",
            function=integrated_gradients,
        ),
        Method(
            name="input_x_gradient",
            title="Input times gradient",
            paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016",
            promises=(),
            cost="1 forward and backward pass",
            function=input_x_gradient,
        ),
    )
}
"""Every method by name. To add one, add its `Method`."""


@named_options
def attribute(  # noqa: PLR0913
    clf: BertClassifier,
    texts: Texts,
    *,
    method: str = "integrated_gradients",
    target: Label | tuple[Label, Label] | None = None,
    output: str = "logit",
    unit: Unit = "words",
    baseline: Baseline = "pad",
    layer: int | None = None,
    tolerance: float = 0.01,
    precision: Precision = "fp32",
    samples: int | None = None,
    seed: int = 0,
) -> list[Attribution]:
    """Score each word of each text by how much it pushed the target up or down.

    Parameters
    ----------
    clf
        The classifier. It may be in training: each window of a text is explained under one state
        of the weights, with dropout off.
    texts
        A string, a list or Series of strings, or (text, second text) pairs. A text longer than
        the model reads at once is explained window by window, weighted as in `predict`.
    method
        A key of `METHODS`, such as ``"integrated_gradients"`` or the quick
        ``"input_x_gradient"``.
    target
        A label's name or number, or a pair of labels for the log-odds of the first against the
        second; by default each text's likeliest label.
    output
        ``"logit"`` or ``"probability"``: what of the target to explain.
    unit
        What gets a score: ``"words"``, ``"pieces"``, ``"sentences"``, or spans in characters,
        (start, end) or (start, end, 1) for one in the second text.
    baseline
        What stands for "no word": ``"pad"``, ``"mask"``, ``"zero"``, ``"mean"``, or a word
        embedding (width,) of one's own. Special tokens stay in any case.
    layer
        Explain the output of this layer, counted from zero, instead of the word embeddings; only
        for methods that promise ``"layers"``.
    tolerance
        The completeness error at which a method that promises completeness may stop, a share of
        the sum of absolute scores. One that never gets there states the error it has.
    precision
        ``"fp32"``; ``"bf16"`` or ``"auto"`` let a method use bfloat16 as far as the tolerance
        allows.
    samples
        How many samples a method that draws some may take; by default its own number.
    seed
        Of the samples. A text's samples do not depend on the other texts.

    Returns
    -------
    list of Attribution
        In the order of ``texts``.

    Raises
    ------
    TypeError
        If something in ``texts`` is not a string or a pair of strings; its place is named.
    ValueError
        If there is no such method, target, output, unit, baseline or layer, a text holds no word,
        the tolerance is not above zero, or the method cannot treat the model.

    Examples
    --------
    >>> a = bw.attribute(clf, "a gorgeous, witty film")[0]  # doctest: +SKIP
    >>> a.words, a.scores.round(1).tolist()  # doctest: +SKIP
    (('a', 'gorgeous', ',', 'witty', 'film'), [0.1, 1.8, 0.2, 0.9, -0.1])
    """
    if method not in METHODS:
        raise ValueError(unknown("method", method, METHODS))
    if not tolerance > 0:
        msg = f"A tolerance of {tolerance!r} cannot be met; use a number above 0, such as 0.01."
        raise ValueError(msg)
    check_unit(unit)
    _check_layer(clf, METHODS[method], layer)
    job = _Job(
        clf=clf,
        method=METHODS[method],
        target=resolve_target(clf, target, output),
        output=output,
        unit=unit,
        baseline=baseline if isinstance(baseline, str) else "own",
        options={
            "baseline": baseline_embedding(clf, baseline),
            "tolerance": tolerance,
            "precision": resolve_precision(precision, clf.device),
            "samples": samples,
            "layer": layer,
            "seed": seed,
        },
    )
    singles, pairs, _ = as_texts(texts)
    return _explain_all(job, singles, pairs)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What `attribute` was asked, beside the texts."""

    clf: BertClassifier
    method: Method
    target: Target | None
    output: str
    unit: Unit
    baseline: str
    options: dict[str, Any]


def _explain_all(job: _Job, texts: Sequence[str], pairs: Sequence[str] | None) -> list[Attribution]:
    clf = job.clf
    with clf.lock:
        wholes = encode(clf.tokenizer, texts, pairs)
        windows = encode_windows(clf.tokenizer, texts, pairs, limit=clf.max_length)
    for i, whole in enumerate(wholes):
        if not len(whole.words):
            msg = f"Text {i}, {whole.text!r:.80}, has no word to explain; leave it out."
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


def _explain(job: _Job, encodings: list[Encoding]) -> list[Attribution]:
    """Explain texts of one window each, under one state of the weights."""
    clf = job.clf
    with clf.evaluating(), arithmetic(clf, "fp32"):
        with torch.inference_mode():
            probabilities = clf.probabilities(clf(**clf.collate(encodings)))
        targets = [_target(job, row) for row in probabilities]
        grouped = [units(encoding, job.unit) for encoding in encodings]
        problem = Problem(
            clf=clf, encodings=encodings, targets=targets, units=grouped, **job.options
        )
        found = job.method.function(problem)
    return [
        _attribution(job, encoding, row, target, scores)
        for encoding, row, target, scores in zip(
            encodings, probabilities, targets, found, strict=True
        )
    ]


def _explain_long(
    job: _Job, whole: Encoding, windows: Sequence[Window], done: Callable[[int], object]
) -> Attribution:
    """Explain a text of several windows, each under a hold of the lock of its own."""
    clf = job.clf
    weights = shares(windows)
    logits = clf.logits([window.encoding for window in windows])
    probabilities = (weights @ clf.probabilities(logits)).astype(np.float32)
    target = _target(job, probabilities)
    found: list[Scores] = []
    for window in windows:
        with clf.evaluating(), arithmetic(clf, "fp32"):
            problem = Problem(
                clf=clf,
                encodings=[window.encoding],
                targets=[target],
                units=[units(window.encoding, _moved(job.unit, window.starts))],
                **job.options,
            )
            found += job.method.function(problem)
        done(1)
    merged = merge(whole, windows, found, weights)
    return _attribution(job, whole, probabilities, target, merged, windows=len(windows))


def _attribution(  # noqa: PLR0913
    job: _Job,
    encoding: Encoding,
    probabilities: NDArray[np.float32],
    target: Target,
    scores: Scores,
    *,
    windows: int = 1,
) -> Attribution:
    grouped = units(encoding, job.unit)
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
        unit=job.unit if isinstance(job.unit, str) else "spans",
        baseline=job.baseline,
        layer=job.options["layer"],
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


def _target(job: _Job, probabilities: NDArray[np.float32]) -> Target:
    return job.target or Target(int(probabilities.argmax()), None, job.output)  # type: ignore[arg-type]


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


def _check_layer(clf: BertClassifier, method: Method, layer: int | None) -> None:
    if layer is None:
        return
    count = int(clf.model.config.num_hidden_layers)
    if "layers" not in method.promises:
        able = [name for name, other in METHODS.items() if "layers" in other.promises]
        msg = f"{method.title} scores no layers; use {' or '.join(map(repr, able))}."
        raise ValueError(msg)
    if not 0 <= layer < count:
        msg = f"There is no layer {layer!r}; use 0 to {count - 1}, or None for the word embeddings."
        raise ValueError(msg)
