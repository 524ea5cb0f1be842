"""Shapley values: the contribution of each unit, averaged over all orders of the units."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np

from ..problem import Scores
from .perturbation import allowed_samples, coalition_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..problem import Problem

# The most units of which all coalitions are computed: 4,096.
MOST_UNITS = 12
# A margin needs at least two pairs.
_LEAST_PAIRS = 2


def shapley(problem: Problem) -> list[Scores]:
    """Estimate Shapley values from random orders, with a 95 % confidence interval for each.

    Units are added one by one, in random orders and in the reverse of each order, and the change
    that each unit causes is averaged. The sum is exact for any number of orders. The half width of
    the interval comes from Student's t distribution over the pairs of orders. If
    ``problem.samples`` allows all coalitions (9 units have 512), the values are exact and the
    margins zero. At least two pairs are used, however few samples are allowed: about four forward
    passes per unit.

    References
    ----------
    Castro, Gómez & Tejada 2009, "Polynomial calculation of the Shapley value based on sampling";
    for reversed orders Mitchell, Cooper, Frank & Holmes 2022, "Sampling Permutations for Shapley
    Value Estimation".
    """
    orders = [_orders(problem, row) for row in range(len(problem))]
    coalitions = [
        _all_coalitions(len(units)) if chosen is None else _along(chosen)
        for units, chosen in zip(problem.units, orders, strict=True)
    ]
    results = []
    for row, values in enumerate(coalition_values(problem, range(len(problem)), coalitions)):
        chosen = orders[row]
        scores, margins = _exact(values) if chosen is None else _estimate(values, chosen)
        results.append(_scores(problem, row, values, scores, margins))
    return results


def exact_shapley(problem: Problem) -> list[Scores]:
    """Compute exact Shapley values from all coalitions of units.

    Raises
    ------
    ValueError
        If a text has more than 12 units.

    References
    ----------
    Shapley 1953, "A Value for n-Person Games".
    """
    for encoding, units in zip(problem.encodings, problem.units, strict=True):
        if len(units) > MOST_UNITS:
            msg = (
                f"Exact Shapley values of {len(units)} units need 2**{len(units)} forward passes "
                f"(text {encoding.text!r:.40}); use 'shapley', or a larger unit such as "
                f"'sentences', so that a text has at most {MOST_UNITS} units."
            )
            raise ValueError(msg)
    coalitions = [_all_coalitions(len(units)) for units in problem.units]
    return [
        _scores(problem, row, values, *_exact(values))
        for row, values in enumerate(coalition_values(problem, range(len(problem)), coalitions))
    ]


def _orders(problem: Problem, row: int) -> NDArray[np.int64] | None:
    """Draw orders (pairs, 2, m) of a text's units; None if all coalitions need no more samples."""
    count = len(problem.units[row])
    per_pair = 2 * (count - 1)  # without the empty and the whole set, which all orders share
    samples = max(allowed_samples(problem, row), 2 + _LEAST_PAIRS * per_pair)
    if 2**count <= samples:
        return None
    pairs = (samples - 2) // per_pair
    random = problem.random(row)
    forward = np.stack([random.permutation(count) for _ in range(pairs)])
    return np.stack([forward, forward[:, ::-1]], axis=1)


def _along(orders: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the first 0, 1, ... m units of each order: bool (orders * (m + 1), m)."""
    count = orders.shape[-1]
    ranks = orders.reshape(-1, count).argsort(1)
    return (ranks[:, None] < np.arange(count + 1)[:, None]).reshape(-1, count)


def _estimate(
    values: NDArray[np.float64], orders: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average each unit's contribution over the orders; return it and its margins, both (m,)."""
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    pairs, _, count = orders.shape
    added = np.diff(values.reshape(pairs, 2, count + 1))
    of_pairs = np.take_along_axis(added, orders.argsort(-1), -1).mean(1)
    # Shrink the variances as if one more pair had shown the mean variance of the units. (Nine
    # reviews of 12 words, 2 to 23 pairs: 0.955 to 0.98 of the intervals contain the exact value,
    # without shrinking 0.91 to 0.94; with 2 pairs, the intervals are half as wide.)
    variances = of_pairs.var(0, ddof=1)
    moderated = ((pairs - 1) * variances + variances.mean()) / pairs
    return of_pairs.mean(0), stdtrit(pairs, 0.975) * np.sqrt(moderated / pairs)


def _all_coalitions(count: int) -> NDArray[np.bool_]:
    """Return all sets of m units, bool (2**m, m): the binary digits of 0, 1, 2, ..."""
    digits = np.arange(2**count)[:, None] >> np.arange(count)
    return (digits & 1).astype(bool)


def _exact(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average each unit's contribution over all orders; return it and zeros, both (m,)."""
    count = len(values).bit_length() - 1
    members = _all_coalitions(count)
    # The share of all orders in which exactly these units precede one particular other unit.
    shares = np.array([1 / (count * comb(count - 1, size)) for size in range(count)])
    sizes = members.sum(1)
    joined = values * shares[np.maximum(sizes - 1, 0)]
    left_out = values * shares[np.minimum(sizes, count - 1)]
    return np.where(members, joined[:, None], -left_out[:, None]).sum(0), np.zeros(count)


def _scores(
    problem: Problem,
    row: int,
    values: NDArray[np.float64],
    scores: NDArray[np.float64],
    margins: NDArray[np.float64],
) -> Scores:
    difference = float(values[-1] - values[0])  # the whole set is the last, the empty one the first
    return Scores(problem.shared(row, scores), difference, margins.astype(np.float32))
