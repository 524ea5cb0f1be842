"""Sanity checks of a method: infidelity, sensitivity, and dependence on the weights."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..._common.progress import check_cancelled
from ...model.layers import depths
from ...text.encoding import Words
from ..attribution.attribute import attribute
from ..attribution.options import AttributionOptions
from ..attribution.problem import Problem
from ..attribution.targets import resolve_target
from .agreement import spearman
from .removal import text_random

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ..attribution.result import Attribution


@dataclass(frozen=True, eq=False)
class Randomisation:
    """Similarity of n explanations to the original as more and more weights are randomised.

    Attributes
    ----------
    parts
        The part randomised last: the head, each layer from the last to the first, the embeddings.
        All parts above it are randomised too.
    spearman
        float64 array (parts, n): the rank correlation of the absolute scores with the original
        ones. A method whose scores stay similar does not depend on what the model has learned.
    """

    parts: tuple[str, ...]
    spearman: NDArray[np.float64]


def infidelity(
    clf: BertClassifier, attributions: Sequence[Attribution], *, samples: int = 50, seed: int = 0
) -> NDArray[np.float64]:
    """Measure how badly sums of scores predict the effect of replacing words by the baseline.

    Parameters
    ----------
    clf
        The classifier that the attributions explain.
    attributions
        Results of `attribute`, with a named baseline, for texts of one window.
    samples
        Random sets of words per text, uniform in size.
    seed
        The seed of these sets.

    Returns
    -------
    float64 array (len(attributions),)
        The mean squared error between the change of the target and the sum of the scores of the
        removed words, with the best scale of the scores, as a share of the mean squared change:
        0 if scores predict every change, 1 if they predict none.

    Raises
    ------
    ValueError
        If a text was read in several windows, or an attribution has a custom baseline.

    References
    ----------
    Yeh et al. 2019, "On the (In)fidelity and Sensitivity of Explanations". This is their measure
    with square removal of words, normalised by the best scale as in Captum.
    """
    infidelities = np.zeros(len(attributions))
    for i, attribution in enumerate(attributions):
        check_cancelled()
        count = len(attribution.words)
        random = text_random(attribution, seed)
        removed = np.zeros((samples, count), bool)
        for row in removed:
            row[random.choice(count, random.integers(1, count + 1), replace=False)] = True
        with clf.inference():
            problem = _problem(clf, attribution)
            values = problem.masked_values([0] * (samples + 1), [*~removed, np.ones(count, bool)])
        changes = values[-1] - values[:-1]
        sums = removed @ attribution.scores.astype(np.float64)
        size = sums @ sums
        scale = (sums @ changes) / size if size else 0.0
        infidelities[i] = np.mean((scale * sums - changes) ** 2) / (np.mean(changes**2) or 1.0)
    return infidelities


def sensitivity(
    clf: BertClassifier,
    attributions: Sequence[Attribution],
    *,
    radius: float = 0.1,
    samples: int = 10,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Measure the largest change of scores under small noise on the word embeddings.

    The lock of the classifier is held throughout.

    Parameters
    ----------
    clf
        The classifier that the attributions explain.
    attributions
        Results of `attribute`, with a named baseline, for texts of one window. Their scores are
        computed again, with the default tolerance and samples.
    radius
        The largest absolute noise, as a share of the root mean square of all word embeddings. The
        noise is uniform.
    samples
        The number of noise samples.
    seed
        The seed of the noise.

    Returns
    -------
    float64 array (len(attributions),)
        The largest change of the token scores, as a share of their size (both Euclidean).

    Raises
    ------
    ValueError
        As for `infidelity`.

    References
    ----------
    Yeh et al. 2019, "On the (In)fidelity and Sensitivity of Explanations": sensitivity-max.
    """
    sensitivities = np.zeros(len(attributions))
    table: torch.Tensor = clf.model.get_input_embeddings().weight  # type: ignore[assignment]
    reach = radius * float(table.detach().float().square().mean().sqrt())
    for i, attribution in enumerate(attributions):
        _check_one_window(attribution)
        random = text_random(attribution, seed)
        before = _again(clf, attribution).token_scores
        size = float(np.linalg.norm(before)) or 1.0
        shape = (len(attribution.tokens), table.shape[1])
        for _ in range(samples):
            with _with_noise(clf, random.uniform(-reach, reach, shape)):
                after = _again(clf, attribution).token_scores
            change = float(np.linalg.norm(after - before)) / size
            sensitivities[i] = max(sensitivities[i], change)
    return sensitivities


def randomisation(
    clf: BertClassifier, attributions: Sequence[Attribution], *, seed: int = 0
) -> Randomisation:
    """Explain texts again with more and more weights randomised, from the head down.

    Each parameter is drawn from a normal distribution with its current mean and standard deviation.
    This happens in a copy; the classifier is not changed.

    Parameters
    ----------
    clf
        The classifier that the attributions explain.
    attributions
        Results of `attribute`, with a named baseline.
    seed
        The seed of the weights.

    Returns
    -------
    Randomisation

    References
    ----------
    Adebayo et al. 2018, "Sanity Checks for Saliency Maps": cascading randomisation.
    """
    with clf.lock:
        copied = copy.deepcopy(clf)
    depth = depths(copied.model)
    top = max(depth.values())
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for level in range(top, -1, -1):
        for name, parameter in copied.model.named_parameters():
            if depth[name] == level:
                _redraw(parameter, generator)
        after = [_again(copied, attribution) for attribution in attributions]
        rows.append(
            [
                spearman(np.abs(a.scores), np.abs(b.scores))
                for a, b in zip(attributions, after, strict=True)
            ]
        )
    layers = [f"layer {number}" for number in range(top - 2, -1, -1)]
    return Randomisation(("head", *layers, "embeddings"), np.array(rows, np.float64))


def _problem(clf: BertClassifier, attribution: Attribution) -> Problem:
    """Return the problem whose solution is the attribution."""
    _check_one_window(attribution)
    _check_baseline(attribution)
    pairs = None if attribution.pair is None else [attribution.pair]
    target = resolve_target(clf, _target(attribution), attribution.output)
    words = Words(
        list(attribution.words),
        attribution.word_offsets,
        attribution.word_segments,
        attribution.word_of_token,
    )
    return Problem(
        clf=clf,
        encodings=clf.encode([attribution.text], pairs),
        targets=[target],  # type: ignore[list-item]
        units=[words],
        options=AttributionOptions(baseline=attribution.baseline),
    )


def _again(clf: BertClassifier, attribution: Attribution) -> Attribution:
    _check_baseline(attribution)
    spans = np.column_stack([attribution.word_offsets, attribution.word_segments]).tolist()
    return attribute(
        clf,
        attribution.text if attribution.pair is None else (attribution.text, attribution.pair),
        method=attribution.method,
        target=_target(attribution),
        output=attribution.output,
        unit=spans if attribution.unit == "spans" else attribution.unit,
        baseline=attribution.baseline,
        layer=attribution.layer,
    )[0]


def _target(attribution: Attribution) -> str | tuple[str, str]:
    if attribution.against is None:
        return attribution.target
    return attribution.target, attribution.against


def _check_one_window(attribution: Attribution) -> None:
    if attribution.windows > 1:
        msg = (
            f"The text {attribution.text!r:.80} is read in {attribution.windows} windows; "
            "use a text that fits in one window."
        )
        raise ValueError(msg)


def _check_baseline(attribution: Attribution) -> None:
    if attribution.baseline == "custom":
        msg = "A custom baseline is not stored with its scores; use attributions with a named one."
        raise ValueError(msg)


@contextlib.contextmanager
def _with_noise(clf: BertClassifier, noise: NDArray[np.float64]) -> Iterator[None]:
    """Add noise (tokens, width) to the word embeddings of a text."""
    module = clf.model.get_input_embeddings()

    def add_noise(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        if output.shape[-2:] != noise.shape:
            return output  # `attribute` checks the model with a text of its own
        return output + torch.from_numpy(noise).to(output)

    with clf.lock:
        hook = module.register_forward_hook(add_noise)
        try:
            yield
        finally:
            hook.remove()


def _redraw(parameter: torch.nn.Parameter, generator: torch.Generator) -> None:
    values = parameter.detach().float()
    noise = torch.randn(values.shape, generator=generator).to(values.device)
    parameter.data = (values.mean() + values.std(correction=0) * noise).to(parameter.dtype)
