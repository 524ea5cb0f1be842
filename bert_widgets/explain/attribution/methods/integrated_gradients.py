"""Integrated gradients: the gradient along the path from a baseline to the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from ....model.precision import arithmetic
from ..problem import Scores, completeness_error
from .quadrature import Focus, clenshaw_curtis, focus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from ....model.precision import Precision
    from ..problem import Inputs, Problem

_INTERVALS = (16, 32, 64, 128)
# Even steps at which the target is evaluated first: a forward pass costs a third of a gradient.
_LOOKS = 8
# Tokens up to which rounding to bfloat16 matters little: longer texts have smaller scores.
_SHORT = 64


class Point(NamedTuple):
    """Where to take a gradient: text number ``row``, ``at`` from 0 (baseline) to 1 (text)."""

    row: int
    at: float


class Gradient(NamedTuple):
    """The gradient at a point.

    Attributes
    ----------
    value
        Of the target.
    sums
        float64 array (n,): for each token the product of gradient and direction, summed over the
        embedding.
    """

    value: float
    sums: NDArray[np.float64]


def integrated_gradients(problem: Problem) -> list[Scores]:
    """Integrate the gradient along the straight line from the baseline to the text.

    Most of the change happens on a small part of the path. A few forward passes find it; there the
    nodes of a Clenshaw-Curtis rule are placed close together. Each text uses as few nodes (17, 33,
    65 or 129, which are nested) as are needed for a completeness error below the tolerance and
    for its scores to converge. A text that does not converge keeps its last values.

    With ``precision="bf16"`` the forward passes and 12 of the first 17 nodes (of a long text, 8)
    are computed in bfloat16; where the scores are not good enough, these are taken again in
    float32.

    References
    ----------
    Sundararajan, Taly & Yan 2017, "Axiomatic Attribution for Deep Networks".
    """
    everything = range(len(problem))
    results = {
        row: Scores(np.zeros(len(problem.encodings[row]), np.float32), 0.0)
        for row in everything
        if problem.is_baseline(row)  # rounding would be all its difference
    }
    ways = _ways(problem, [row for row in everything if row not in results])
    found = {row: dict(way.ends) for row, way in ways.items()}
    if problem.precision == "bf16":
        first = _INTERVALS[0]
        long = {row: way for row, way in ways.items() if len(problem.encodings[row]) > _SHORT}
        _take(problem, ways, found, first // 4, "fp32")
        _take(problem, long, found, first // 2, "fp32")
        mixed = {row: dict(own) for row, own in found.items()}
        _take(problem, ways, mixed, first, "bf16")
        results |= _finished(problem, ways, mixed, first)
    for intervals in _INTERVALS:
        active = {row: way for row, way in ways.items() if row not in results}
        _take(problem, active, found, intervals, "fp32")
        results |= _finished(problem, active, found, intervals)
    return [results[row] for row in everything]


class _Way(NamedTuple):
    """The path to a text.

    Attributes
    ----------
    focus
        Takes small steps where the target changes.
    ends
        The gradients at baseline and text.
    """

    focus: Focus
    ends: dict[float, Gradient]

    @property
    def difference(self) -> float:
        return self.ends[1.0].value - self.ends[0.0].value


def _ways(problem: Problem, rows: Sequence[int]) -> dict[int, _Way]:
    """Evaluate the target at even steps from baseline to text."""
    ends: dict[int, dict[float, Gradient]] = {row: {} for row in rows}
    for point, gradient in gradients(
        problem, [Point(row, at) for row in rows for at in (0.0, 1.0)]
    ):
        ends[point.row][point.at] = gradient
    places = np.linspace(0, 1, _LOOKS + 1)[1:-1]
    points = [Point(row, float(at)) for row in rows for at in places]
    seen = np.zeros(len(points))
    for batch in problem.batches([point.row for point in points]):
        with torch.inference_mode(), _arithmetic(problem, problem.precision):
            inputs, states, _ = _on_the_way(problem, [points[i] for i in batch])
            seen[batch] = problem.values(inputs, states).double().cpu().numpy()
    ways = {}
    for row, between in zip(rows, seen.reshape(len(rows), len(places)), strict=True):
        values = np.array([ends[row][0.0].value, *between, ends[row][1.0].value])
        ways[row] = _Way(focus(values), ends[row])
    return ways


def _arithmetic(problem: Problem, precision: Precision) -> AbstractContextManager[None]:
    return arithmetic(problem.clf.model, precision, tokens=max(map(len, problem.encodings)))


def _take(
    problem: Problem,
    ways: dict[int, _Way],
    found: dict[int, dict[float, Gradient]],
    intervals: int,
    precision: Precision,
) -> None:
    """Add to ``found`` the gradients that a rule lacks, by their places in the ways' variables."""
    nodes, _ = clenshaw_curtis(intervals)
    wanted = {
        Point(row, float(way.focus.at(np.array(node)))): node
        for row, way in ways.items()
        for node in nodes
        if node not in found[row]
    }
    with _arithmetic(problem, precision):
        for point, gradient in gradients(problem, list(wanted)):
            found[point.row][wanted[point]] = gradient


def _finished(
    problem: Problem,
    ways: dict[int, _Way],
    found: dict[int, dict[float, Gradient]],
    intervals: int,
) -> dict[int, Scores]:
    """Return the scores that are good enough; by the last rule, all."""
    results = {}
    for row, way in ways.items():
        scores, coarser = (_integral(found[row], way.focus, n) for n in (intervals, intervals // 2))
        if intervals == _INTERVALS[-1] or _good(scores, coarser, way.difference, problem.tolerance):
            results[row] = Scores(scores.astype(np.float32), way.difference)
    return results


def gradients(problem: Problem, points: Sequence[Point]) -> Iterator[tuple[Point, Gradient]]:
    """Take the gradient at each point, in batches that mix texts and points."""
    for batch in problem.batches([point.row for point in points]):
        chosen = [points[i] for i in batch]
        inputs, states, direction = _on_the_way(problem, chosen)
        values, gradient = problem.gradient(inputs, states)
        sums = (gradient * direction).sum(-1).double().cpu().numpy()
        for point, value, row in zip(chosen, values.tolist(), sums, strict=True):
            yield point, Gradient(value, row[: len(problem.encodings[point.row])])


def _on_the_way(
    problem: Problem, points: Sequence[Point]
) -> tuple[Inputs, torch.Tensor, torch.Tensor]:
    """Return a batch with its states and directions (batch, tokens, width)."""
    inputs = problem.inputs([point.row for point in points])
    direction = inputs.text - inputs.baseline
    at = torch.tensor([point.at for point in points]).to(direction)[:, None, None]
    return inputs, inputs.baseline + at * direction, direction


def _integral(found: dict[float, Gradient], way: Focus, intervals: int) -> NDArray[np.float64]:
    nodes, weights = clenshaw_curtis(intervals)
    slopes = way.slope(np.array(nodes))
    return np.asarray((weights * slopes) @ np.stack([found[node].sums for node in nodes]))


def _good(
    scores: NDArray[np.float64],
    coarser: NDArray[np.float64],
    difference: float,
    tolerance: float,
) -> bool:
    """Return whether scores are complete and have converged one by one.

    Completeness may be coincidence, so it must be better than requested, and the square of
    the change since the coarser rule, which estimates the remaining error, within the
    tolerance. (96 texts of 32
    tokens and 12 of 256, the demo model, tolerance 0.01: the relative error is 0.004 in the median
    and 0.014 at worst; with bfloat16 0.007 and 0.019. Completeness as asked lets 0.024 pass.)
    """
    change = float(np.linalg.norm(scores - coarser))
    return completeness_error(scores, difference) < 0.7 * tolerance and (
        change**2 <= tolerance * float(np.linalg.norm(scores)) ** 2
    )
