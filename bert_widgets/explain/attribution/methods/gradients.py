"""Attribution by the gradient of the target: at the text, around it, and on the path to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from ....model.word_embeddings import word_embeddings
from ..problem import Scores

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ..problem import Inputs, Problem

    # From a batch, and the sample number and generator of each row, returns the states at which to
    # compute the gradient and the factor to multiply it by: float32 tensors (batch, tokens, width).
    Draw: TypeAlias = Callable[
        [Inputs, list[int], list[np.random.Generator]], tuple[torch.Tensor, torch.Tensor]
    ]

_SMOOTHGRAD_SAMPLES, _EXPECTED_SAMPLES = 32, 64
# The noise of SmoothGrad as a share of the range of the states: its paper uses 10 to 20 %.
_NOISE = 0.15
# The share of what chance would give below which products are suspicious; and the share of its
# deviation by which the target may change, for a norm's epsilon, when the states are doubled.
_SMALL, _SAME = 0.1, 0.005
_TRIALS = 8


def saliency(problem: Problem) -> list[Scores]:
    """Compute the Euclidean norm of the gradient at the text for each token: unsigned.

    References
    ----------
    Simonyan, Vedaldi & Zisserman 2014, "Deep Inside Convolutional Networks".
    """
    return _at_text(problem, lambda gradient, _inputs: gradient.norm(dim=-1))


def input_x_gradient(problem: Problem) -> list[Scores]:
    """Multiply the gradient at the text by the word embeddings: fast, but without guarantees.

    Raises
    ------
    ValueError
        If the model normalises the embeddings at once: their size does not matter then, so their
        product with the gradient is zero whatever the words mean.

    References
    ----------
    Shrikumar, Greenside, Shcherbina & Kundaje 2016, "Not Just a Black Box: Learning Important
    Features Through Propagating Activation Differences".
    """

    def score(gradient: torch.Tensor, inputs: Inputs) -> torch.Tensor:
        products = (gradient * inputs.text).sum(-1)
        _check_sizes_matter(problem, inputs, gradient, products)
        return products

    return _at_text(problem, score)


def smoothgrad(problem: Problem) -> list[Scores]:
    """Multiply the word embeddings by the gradient averaged over noise around the text.

    The noise is normal, with a standard deviation of 15 % of the range of the text's embeddings.

    References
    ----------
    Smilkov, Thorat, Kim, Viégas & Wattenberg 2017, "SmoothGrad: Removing Noise by Adding Noise".
    """

    def draw(
        inputs: Inputs, _numbers: list[int], generators: list[np.random.Generator]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        states = inputs.text.clone()
        for row, row_states, generator in zip(inputs.rows, states, generators, strict=True):
            text = row_states[: len(problem.encodings[row])]
            deviation = _NOISE * (text.max() - text.min())
            noise = generator.standard_normal(tuple(text.shape), np.float32)
            text += deviation * torch.from_numpy(noise).to(text)
        return states, inputs.text

    return _averaged(problem, problem.samples or _SMOOTHGRAD_SAMPLES, draw)


def expected_gradients(problem: Problem) -> list[Scores]:
    """Average integrated gradients over baselines of random tokens: GradientSHAP.

    Each sample replaces each token by a random token of the vocabulary and computes the gradient at
    one point on the path from there to the text. The points are spread evenly over the path. On
    average, scores add up to the target's value for the text minus its mean for the baselines.

    References
    ----------
    Erion, Janizek, Sturmfels, Lundberg & Lee 2021, "Improving Performance of Deep Learning Models
    with Axiomatic Attribution Priors and Expected Gradients"; Lundberg & Lee 2017.
    """
    samples = problem.samples or _EXPECTED_SAMPLES
    tokenizer = problem.clf.tokenizer
    vocabulary = np.setdiff1d(np.arange(len(tokenizer)), tokenizer.all_special_ids)

    def draw(
        inputs: Inputs, numbers: list[int], generators: list[np.random.Generator]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ids = inputs.fields["input_ids"].clone()
        share = torch.zeros(len(ids), 1, 1)
        for i, (row, number, generator) in enumerate(
            zip(inputs.rows, numbers, generators, strict=True)
        ):
            share[i] = (number + generator.random()) / samples
            ordinary = np.flatnonzero(problem.encodings[row].segments >= 0)
            replacements = generator.choice(vocabulary, len(ordinary))
            ids[i, torch.from_numpy(ordinary)] = torch.from_numpy(replacements).to(ids)
        baselines = word_embeddings(problem.clf, ids)
        same = ids == inputs.fields["input_ids"]
        direction = (inputs.text - baselines).masked_fill(same[:, :, None], 0.0)
        return inputs.text + (share.to(direction) - 1) * direction, direction

    return _averaged(problem, samples, draw)


def _at_text(
    problem: Problem, score: Callable[[torch.Tensor, Inputs], torch.Tensor]
) -> list[Scores]:
    """Score tokens (batch, tokens) from the gradient (batch, tokens, width) at the text."""
    results: list[Scores] = [Scores(np.zeros(0, np.float32))] * len(problem)
    for rows in problem.batches(range(len(problem))):
        inputs = problem.inputs(rows.tolist())
        _, gradient = problem.gradient(inputs, inputs.text)
        for row, scores in zip(rows, score(gradient, inputs).cpu().numpy(), strict=True):
            results[row] = Scores(scores[: len(problem.encodings[row])])
    return results


def _check_sizes_matter(
    problem: Problem, inputs: Inputs, gradient: torch.Tensor, products: torch.Tensor
) -> None:
    """Raise if the target is the same whatever the size of the words' states.

    A few gradients are at a right angle to the states by chance. If most words' are, random states
    tell whether those words have products at all.
    """
    by_chance = gradient.norm(dim=-1) * inputs.text.norm(dim=-1) * inputs.text.shape[-1] ** -0.5
    for row, usual, magnitudes in zip(inputs.rows, by_chance, products.abs(), strict=True):
        ordinary = torch.from_numpy(problem.encodings[row].segments >= 0).to(magnitudes.device)
        expected = usual[: len(ordinary)] * ordinary
        lost = magnitudes[: len(ordinary)] < _SMALL * expected
        if 2 * lost.sum() > (expected > 0).sum() and not _size_matters(problem, row, lost):
            layer = problem.layer
            states = "word embeddings" if layer is None else f"output of layer {layer}"
            msg = (
                f"{type(problem.clf.model).__name__} normalises the {states} before it reads other "
                "words, so their product with the gradient is zero whatever the text; use the "
                "method 'integrated_gradients' or 'attnlrp'."
            )
            raise ValueError(msg)


def _size_matters(problem: Problem, row: int, tokens: torch.Tensor) -> bool:
    """Return whether the target changes when the states of some tokens of a text are doubled."""
    trials = problem.inputs([row] * _TRIALS)
    random = problem.random(row).standard_normal(tuple(trials.text.shape), np.float32)
    noise = trials.text.std() * torch.from_numpy(random).to(trials.text)
    with torch.no_grad():
        values, doubled = (
            problem.values(trials, torch.where(tokens[:, None], states, trials.text))
            for states in (noise, 2 * noise)
        )
    return bool((doubled - values).abs().max() > _SAME * values.std())


def _averaged(problem: Problem, samples: int, draw: Draw) -> list[Scores]:
    """Average products of gradient and direction over samples, in batches that mix texts."""
    if samples < 2:  # noqa: PLR2004
        msg = f"samples={samples!r} is too small to estimate margins; use 2 or more."
        raise ValueError(msg)
    rows = np.repeat(np.arange(len(problem)), samples)
    generators = [
        generator for row in range(len(problem)) for generator in problem.random(row).spawn(samples)
    ]
    products = [np.zeros((samples, len(encoding))) for encoding in problem.encodings]
    for batch in problem.batches(rows.tolist()):
        inputs = problem.inputs(rows[batch].tolist())
        numbers = (batch % samples).tolist()
        states, direction = draw(inputs, numbers, [generators[i] for i in batch])
        _, gradient = problem.gradient(inputs, states)
        sums = (gradient * direction).sum(-1).cpu().numpy()
        for row, number, scores in zip(inputs.rows, numbers, sums, strict=True):
            products[row][number] = scores[: len(problem.encodings[row])]
    return [
        Scores(of_text.mean(0).astype(np.float32), margins=_margins(problem, row, of_text))
        for row, of_text in enumerate(products)
    ]


def _margins(problem: Problem, row: int, products: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the 95 % half widths (m,) of the mean over products (samples, n).

    The variance is estimated from neighbouring samples: the points are spread evenly over the
    path, so the change along the path is not sampling error.
    """
    units = np.stack([problem.units[row].sum(sample) for sample in products])
    variance = (np.diff(units, axis=0) ** 2).mean(0) / 2
    return np.asarray(1.96 * np.sqrt(variance / len(products)), np.float32)
