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


def saliency(problem: Problem) -> list[Scores]:
    """Compute the Euclidean norm of the gradient at the text for each token: unsigned.

    References
    ----------
    Simonyan, Vedaldi & Zisserman 2014, "Deep Inside Convolutional Networks".
    """
    return _at_text(problem, lambda gradient, _states: gradient.norm(dim=-1))


def input_x_gradient(problem: Problem) -> list[Scores]:
    """Multiply the gradient at the text by the word embeddings: fast, but without guarantees.

    References
    ----------
    Shrikumar, Greenside, Shcherbina & Kundaje 2016, "Not Just a Black Box: Learning Important
    Features Through Propagating Activation Differences".
    """
    return _at_text(problem, lambda gradient, states: (gradient * states).sum(-1))


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
    problem: Problem, score: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> list[Scores]:
    """Score tokens (batch, tokens) from gradient and states (batch, tokens, width) at the text."""
    results: list[Scores] = [Scores(np.zeros(0, np.float32))] * len(problem)
    for rows in problem.batches(range(len(problem))):
        inputs = problem.inputs(rows.tolist())
        _, gradient = problem.gradient(inputs, inputs.text)
        for row, scores in zip(rows, score(gradient, inputs.text).cpu().numpy(), strict=True):
            results[row] = Scores(scores[: len(problem.encodings[row])])
    return results


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
