"""Quadrature: an integral over [0, 1] from the values of a function at a few nodes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CENTRES = np.linspace(0, 1, 41)
_WIDTHS = np.array([0.03, 0.045, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2])
# The share of the mean change added to each step: between two equal values there may be change too.
_EVEN = 0.3


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
        n + 1 points from 0 to 1; those for n are exactly among those for 2n.
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


class Focus(NamedTuple):
    """A change of variable x(u) on [0, 1] that takes small steps near a point.

    Steps grow with the distance from ``centre``, and are about even within ``width`` of it:
    x = centre + width * sinh(a + b * u).

    References
    ----------
    Johnston & Elliott 2005, "A sinh transformation for evaluating nearly singular boundary
    element integrals".
    """

    centre: float
    width: float

    def at(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return x(u): from 0 to 1, rising."""
        start, length = self._range()
        return np.clip(self.centre + self.width * np.sinh(start + length * u), 0, 1)

    def slope(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivative of x(u), by which weights in u are multiplied."""
        start, length = self._range()
        return np.asarray(length * self.width * np.cosh(start + length * u))

    def inverse(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return u(x)."""
        start, length = self._range()
        return np.asarray((np.arcsinh((x - self.centre) / self.width) - start) / length)

    def _range(self) -> tuple[float, float]:
        start, end = np.arcsinh((np.array([0.0, 1.0]) - self.centre) / self.width)
        return float(start), float(end - start)


def focus(values: NDArray[np.float64]) -> Focus:
    """Find where a function changes, from its values at even steps from 0 to 1.

    From a table of centres and widths, chooses the one whose variable minimises the largest change
    per step. Intervals without a visible change keep a share of the steps.
    """
    changes = np.abs(np.diff(values))
    changes = changes + _EVEN * changes.mean() + np.finfo(float).tiny
    table, steps = _steps(len(changes))
    return table[int((changes / steps).max(1).argmin())]


@functools.cache
def _steps(count: int) -> tuple[list[Focus], NDArray[np.float64]]:
    """Return the table, and the widths in u of ``count`` even steps in x for each entry."""
    table = [Focus(float(centre), float(width)) for width in _WIDTHS[::-1] for centre in _CENTRES]
    points = np.linspace(0, 1, count + 1)
    return table, np.stack([np.diff(entry.inverse(points)) for entry in table])
