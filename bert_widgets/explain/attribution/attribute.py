"""The public function for word scores."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..._common.options import named_options, unknown
from ...data.inputs import as_texts
from ...model.classifier import check_classifier
from ...model.forward.precision import resolve_precision
from .attributions import Attributions
from .baselines import baseline_embedding
from .job import AttributionJob, explain_all
from .method_table import METHODS
from .model_states import check_layers
from .options import AttributionOptions
from .other_names import EXPLAINING
from .targets import resolve_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ...data.inputs import Texts
    from ...model.classifier import BertClassifier
    from ...model.forward.precision import Precision
    from .baselines import Baseline
    from .method import Method
    from .result import Attribution
    from .targets import Label, Target
    from .units import Unit


@named_options(instead=EXPLAINING)
def attribute(  # noqa: PLR0913
    clf: BertClassifier,
    texts: Texts,
    *,
    method: str | Sequence[str] = "integrated_gradients",
    target: Label | tuple[Label, Label] | None = None,
    output: str = "logit",
    unit: Unit = "words",
    baseline: Baseline = "pad",
    layer: int | None = None,
    tolerance: float = 0.01,
    precision: Precision = "auto",
    samples: int | None = None,
    seed: int = 0,
) -> Attributions:
    """Score each word of each text by how much it raises or lowers the target.

    All texts are explained by the same weights: a training of the model waits until the call is
    done.

    Parameters
    ----------
    clf
        The classifier. It may be in training: all texts are explained under one state of the
        weights, without dropout.
    texts
        A string, a list or Series of strings, (text, second text) pairs, or a `TextData`. A text
        longer than the model reads at once is explained window by window, weighted as in
        `predict`.
    method
        A key of `METHODS`, such as ``"integrated_gradients"`` or the fast
        ``"input_x_gradient"``; or several of them in a list.
    target
        A label's name or number, or a pair of labels for the log-odds of the first against the
        second; by default the predicted label of each text.
    output
        Whether to explain the ``"logit"`` or the ``"probability"`` of the target.
    unit
        What gets a score: ``"words"``, ``"tokens"``, ``"sentences"``, or spans in characters,
        (start, end) or (start, end, 1) for one in the second text.
    baseline
        What replaces an absent word: ``"pad"``, ``"mask"``, ``"zero"``, ``"mean"``, or a word
        embedding (width,). Special tokens are never replaced.
    layer
        Explain the output of this layer, counted from zero, instead of the word embeddings; only
        for methods that promise ``"layers"``.
    tolerance
        The completeness error at which a method that promises completeness may stop, as a share
        of the sum of absolute scores. If it is not reached, the result states the actual error.
    precision
        ``"auto"`` lets integrated gradients compute in bfloat16 if the processor supports it, and
        repeats in float32 each text that misses the tolerance; ``"fp32"`` always uses float32;
        ``"bf16"`` does the same as ``"auto"`` on any processor.
    samples
        The number of samples of a method that uses random samples; by default chosen by the
        method.
    seed
        The seed of the samples. A text's samples do not depend on the other texts.

    Returns
    -------
    Attributions
        A sequence of `Attribution` in the order of ``texts``; all texts by the first method, then
        by the second one, if there are several. Its ``to_frame()`` is one table of all.

    Raises
    ------
    TypeError
        If an item of ``texts`` is not a string or a pair of strings; the message says which.
    ValueError
        If the method, target, output, unit, baseline or layer is unknown, a text contains no word,
        the tolerance is not positive, or the method does not support the model.

    Examples
    --------
    >>> a = bw.attribute(clf, "a gorgeous, witty film")[0]
    >>> a.words, [round(float(s), 1) for s in a.scores]
    (('a', 'gorgeous', ',', 'witty', 'film'), [0.1, 1.1, 0.0, 0.4, 0.1])
    """
    methods = [method] if isinstance(method, str) else list(method)
    if not methods:
        msg = f"method={method!r} names no method; give one or more of {', '.join(METHODS)}."
        raise ValueError(msg)
    questions = [
        AttributionOptions(
            method=name,
            target=target,
            output=output,
            unit=unit,
            baseline=baseline,
            layer=layer,
            tolerance=tolerance,
            precision=precision,
            samples=samples,
            seed=seed,
        )
        for name in methods
    ]
    for options in questions:
        check_options(clf, options)
    read = list(as_texts(texts)[-1])  # a tuple of two would be read as a pair
    with clf.lock:
        results = [explain_texts(clf, read, options) for options in questions]
    return Attributions(
        tuple(chain.from_iterable(results)), tuple(range(len(read))) * len(questions)
    )


def explain_texts(
    clf: BertClassifier,
    texts: Texts,
    options: AttributionOptions,
    *,
    probabilities: NDArray[np.float32] | None = None,
) -> list[Attribution]:
    """Do what `attribute` does, with its options as one object.

    Parameters
    ----------
    clf, texts
        As for `attribute`.
    options
        The other arguments of `attribute`.
    probabilities
        float32 array (texts, classes): the prediction for the texts by the present weights, if it
        is known; otherwise it is computed.
    """
    target = check_options(clf, options)
    job = AttributionJob(clf=clf, method=METHODS[options.method], target=target, options=options)
    singles, pairs, _ = as_texts(texts)
    return explain_all(job, singles, pairs, probabilities)


def check_options(clf: BertClassifier, options: AttributionOptions) -> Target | None:
    """Raise if options do not fit a classifier.

    Returns
    -------
    Target or None
        The target as `resolve_target` gives it.

    Raises
    ------
    TypeError
        If ``clf`` is not a classifier.
    ValueError
        If there is no such method, target, output, baseline, precision or layer.
    """
    check_classifier(clf)
    if options.method not in METHODS:
        raise ValueError(unknown("method", options.method, METHODS))
    _check_layer(clf, METHODS[options.method], options.layer)
    resolve_precision(options.precision, clf.model)
    baseline_embedding(clf, options.baseline)
    return resolve_target(clf, options.target, options.output)


def _check_layer(clf: BertClassifier, method: Method, layer: int | None) -> None:
    if layer is None:
        return
    count = int(clf.model.config.num_hidden_layers)
    if "layers" not in method.promises:
        supported = [name for name, other in METHODS.items() if "layers" in other.promises]
        msg = (
            f"{method.title} cannot score the output of a layer; "
            f"use {' or '.join(map(repr, supported))}."
        )
        raise ValueError(msg)
    if not 0 <= layer < count:
        msg = f"There is no layer {layer!r}; use 0 to {count - 1}, or None for the word embeddings."
        raise ValueError(msg)
    check_layers(clf)
