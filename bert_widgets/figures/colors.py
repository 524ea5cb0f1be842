"""The colours of scores, weights and curves: those of the widgets on a white page.

The lightness, chroma and hue of each are those of `js/src/shared/color`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

TOWARDS = (56, 132, 244)
AGAINST = (238, 130, 28)
"""Where the page behind may be light or dark, the scale has these colours with an opacity."""

POSITIVE = (0.72, 0.13, 252)
NEGATIVE = (0.735, 0.15, 58)
SERIES = (
    (0.489, 0.188, 268),
    (0.642, 0.177, 40),
    (0.474, 0.087, 325),
    (0.653, 0.183, 263),
    (0.48, 0.185, 29),
    (0.303, 0.112, 289),
    (0.661, 0.075, 342),
    (0.294, 0.104, 34),
)
INK = "#1a1d23"
MUTED = "#5c6370"
LINE = "#e3e5e8"

_SHADES = 256
_LINEAR_END = 0.0031308  # of the sRGB transfer function
_TO_LMS = np.array(
    [
        [1, 0.3963377774, 0.2158037573],
        [1, -0.1055613458, -0.0638541728],
        [1, -0.0894841775, -1.291485548],
    ]
)
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.707614701],
    ]
)
_WHITE = np.array([1.0, 0.0, 0.0])


def diverging(share: float) -> str:
    """Return the colour behind a word for a share from -1 to 1: orange below zero, blue above.

    Examples
    --------
    >>> diverging(0.0), diverging(1.0), diverging(-1.0)
    ('#ffffff', '#64a9f3', '#ee8e3a')
    """
    strength = min(1.0, abs(share)) if np.isfinite(share) else 0.0
    end = _oklab(NEGATIVE if share < 0 else POSITIVE)
    return _hex(_WHITE + (end - _WHITE) * strength)


def sequential() -> NDArray[np.float64]:
    """Return 256 colours (256, 3), from nearly white to dark blue in even steps of lightness."""
    t = np.linspace(0, 1, _SHADES)
    chroma = 0.006 + 0.145 * np.sin(np.pi * 0.78 * t) ** 1.3
    lightness = 0.975 + (0.33 - 0.975) * t
    return np.array(
        [_rgb(_oklab((one, c, 256.0))) for one, c in zip(lightness, chroma, strict=True)]
    )


def series(number: int) -> str:
    """Return the colour of a curve; eight differ for every kind of colour vision."""
    return _hex(_oklab(SERIES[number % len(SERIES)]))


def _oklab(lch: tuple[float, float, float]) -> NDArray[np.float64]:
    lightness, chroma, degrees = lch
    hue = np.deg2rad(degrees)
    return np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])


def _rgb(oklab: ArrayLike) -> NDArray[np.float64]:
    """Return red, green and blue from 0 to 1 (Ottosson 2020)."""
    linear = np.clip(_TO_RGB @ (_TO_LMS @ oklab) ** 3, 0, 1)
    curved = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.where(linear <= _LINEAR_END, 12.92 * linear, curved).clip(0, 1)


def _hex(oklab: NDArray[np.float64]) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in _rgb(oklab).tolist())
