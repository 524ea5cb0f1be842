"""Quadrature: an integral over [0, 1] from the values of a function at a few nodes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@functools.cache
def clenshaw_curtis(intervals: int) -> tuple[tuple[float, ...], NDArray[np.float64]]:
    """Return nodes and weights of Clenshaw-Curtis quadrature on [0, 1].

    Parameters
    ----------
    intervals
        An even number n. Polynomials up to degree n are integrated exactly.

    Returns
    -------
    nodes : tuple of float
        n + 1 points from 0 to 1; those of n are among those of 2n, bit for bit.
    weights : float64 array (n + 1,)
        They add up to one.

    References
    ----------
    Waldvogel 2006, "Fast Construction of the Fejér and Clenshaw-Curtis Quadrature Rules".
    """
    steps = np.arange(intervals + 1)
    nodes = tuple(float((1 - np.cos(np.pi * (k / intervals))) / 2) for k in steps)
    even = np.arange(1, intervals // 2 + 1)
    halves = np.where(even == intervals // 2, 1.0, 2.0)
    waves = np.cos(2 * np.pi * np.outer(steps, even) / intervals)
    weights = (1 - waves @ (halves / (4 * even**2 - 1))) / intervals
    weights[[0, -1]] /= 2
    return nodes, weights
