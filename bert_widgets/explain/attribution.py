"""The one front door to word scores: `attribute`, and the table of methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._compute import resolve_precision
from .._options import named_options, unknown
from ..classifier import check_classifier
from ..text import as_texts
from ._job import Job, explain_all
from .attnlrp import attnlrp
from .baselines import baseline_embedding
from .gradients import expected_gradients, input_x_gradient, saliency, smoothgrad
from .integrated import integrated_gradients
from .perturbation import occlusion, value_zeroing
from .relevance import attention_x_gradient, rollout
from .result import Attribution
from .shapley import exact_shapley, shapley
from .targets import resolve_target
from .through_captum import deeplift, kernel_shap, lime
from .units import check_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._compute import Precision
    from ..classifier import BertClassifier
    from ..text import Texts
    from .baselines import Baseline
    from .problem import Problem, Scores
    from .targets import Label
    from .units import Unit

__all__ = ["METHODS", "Attribution", "Method", "attribute"]


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
    signed
        Whether a score below zero means a push away from the target.
    """

    name: str
    title: str
    paper: str
    promises: tuple[str, ...]
    cost: str
    function: Callable[[Problem], list[Scores]]
    signed: bool = True


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="integrated_gradients",
            title="Integrated gradients",
            paper="Sundararajan, Taly & Yan 2017",
            promises=("completeness", "linear", "layers"),
            cost="17 forward and backward passes, sometimes 33 to 129, and 7 forward",
            function=integrated_gradients,
        ),
        Method(
            name="input_x_gradient",
            title="Input times gradient",
            paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016",
            promises=("layers",),
            cost="1 forward and backward pass",
            function=input_x_gradient,
        ),
        Method(
            name="saliency",
            title="Saliency (size of the gradient, no sign)",
            paper="Simonyan, Vedaldi & Zisserman 2014",
            promises=("layers",),
            cost="1 forward and backward pass",
            function=saliency,
            signed=False,
        ),
        Method(
            name="smoothgrad",
            title="SmoothGrad, times input",
            paper="Smilkov, Thorat, Kim, Viégas & Wattenberg 2017",
            promises=("layers",),
            cost="32 forward and backward passes",
            function=smoothgrad,
        ),
        Method(
            name="expected_gradients",
            title="Expected gradients (GradientSHAP)",
            paper="Erion, Janizek, Sturmfels, Lundberg & Lee 2021",
            promises=("linear",),
            cost="64 forward and backward passes",
            function=expected_gradients,
        ),
        Method(
            name="attnlrp",
            title="AttnLRP",
            paper="Achtibat et al. 2024",
            promises=("layers",),
            cost="1 forward and backward pass",
            function=attnlrp,
        ),
        Method(
            name="attention_x_gradient",
            title="Attention times gradient (no sign)",
            paper="Chefer, Gur & Wolf 2021",
            promises=(),
            cost="1 forward and backward pass",
            function=attention_x_gradient,
            signed=False,
        ),
        Method(
            name="rollout",
            title="Attention rollout (weak: knows no class, no sign)",
            paper="Abnar & Zuidema 2020",
            promises=(),
            cost="1 forward pass",
            function=rollout,
            signed=False,
        ),
        Method(
            name="occlusion",
            title="Occlusion",
            paper="Zeiler & Fergus 2014",
            promises=("linear",),
            cost="1 forward pass, and 1 for each word",
            function=occlusion,
        ),
        Method(
            name="value_zeroing",
            title="Value zeroing",
            paper="Mohebbi, Zuidema, Chrupała & Alishahi 2023",
            promises=(),
            cost="1 forward pass, and 1 for each word",
            function=value_zeroing,
        ),
        Method(
            name="shapley",
            title="Shapley values",
            paper="Castro, Gómez & Tejada 2009",
            promises=("completeness", "linear"),
            cost="512 forward passes, or 16 for each word",
            function=shapley,
        ),
        Method(
            name="exact_shapley",
            title="Exact Shapley values",
            paper="Shapley 1953",
            promises=("completeness", "linear"),
            cost="2 to the number of words forward passes",
            function=exact_shapley,
        ),
        Method(
            name="kernel_shap",
            title="KernelSHAP",
            paper="Lundberg & Lee 2017",
            promises=("completeness", "linear"),
            cost="512 forward passes, or 16 for each word",
            function=kernel_shap,
        ),
        Method(
            name="lime",
            title="LIME",
            paper="Ribeiro, Singh & Guestrin 2016",
            promises=(),
            cost="512 forward passes, or 16 for each word",
            function=lime,
        ),
        Method(
            name="deeplift",
            title="DeepLift",
            paper="Shrikumar, Greenside & Kundaje 2017",
            promises=("completeness", "linear"),
            cost="3 forward and 1 backward passes; only for models without attention",
            function=deeplift,
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
    precision: Precision = "auto",
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
        A string, a list or Series of strings, (text, second text) pairs, or a `TextData`. A text
        longer than the model reads at once is explained window by window, weighted as in
        `predict`.
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
        ``"auto"`` lets integrated gradients compute in bfloat16 where the processor does, and redo
        in float32 every text that misses the tolerance so; ``"fp32"`` never rounds; ``"bf16"``
        does as ``"auto"`` on any processor.
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
    >>> a.words, [round(float(s), 1) for s in a.scores]  # doctest: +SKIP
    (('a', 'gorgeous', ',', 'witty', 'film'), [0.1, 1.1, 0.0, 0.4, 0.1])
    """
    check_classifier(clf)
    if method not in METHODS:
        raise ValueError(unknown("method", method, METHODS))
    if not tolerance > 0:
        msg = f"A tolerance of {tolerance!r} cannot be met; use a number above 0, such as 0.01."
        raise ValueError(msg)
    if samples is not None and samples < 1:
        msg = f"{samples!r} samples tell nothing; use at least 1, or None for the usual number."
        raise ValueError(msg)
    check_unit(unit)
    _check_layer(clf, METHODS[method], layer)
    job = Job(
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
    return explain_all(job, singles, pairs)


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
