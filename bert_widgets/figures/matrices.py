"""Figures of attention: one matrix, or all heads as a mosaic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap

from .characters import drawable
from .colors import INK, sequential
from .fonts import literal
from .picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MOST_LABELS = 100  # more could not be read
_MOST_SHAPES = 1600  # more cells are saved as a picture of pixels
_LARGEST = 9.0  # label, in points
_BAR = 0.8  # inches for the bar of colours


def draw_matrix(
    labels: Sequence[str], weights: NDArray[np.float32], title: str, *, width: float
) -> Picture:
    """Draw a matrix whose row i shows where token i looks, in a width in inches."""
    count = len(labels)
    shown = [drawable(label) for label in labels]
    font = literal([*shown, title])
    figure = Picture(figsize=(width, width - _BAR / 2), layout="constrained")
    axes = figure.add_subplot()
    mesh = axes.pcolormesh(
        weights,
        cmap=ListedColormap(sequential()),
        vmin=0,
        vmax=max(float(weights.max(initial=0)), 1e-9),
        edgecolors="face",
        linewidth=0.1,
        rasterized=weights.size > _MOST_SHAPES,
    )
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    if count <= _MOST_LABELS:
        size = min(_LARGEST, 0.75 * 72 * (width - 2 * _BAR) / max(count, 1))
        places = np.arange(count) + 0.5
        axes.set_xticks(places, shown, rotation=90, fontsize=size, **font)
        axes.set_yticks(places, shown, fontsize=size, **font)
    axes.set(xlabel="to", ylabel="from")
    figure.colorbar(mesh, ax=axes, label="attention weight", shrink=0.7)
    figure.suptitle(drawable(title), fontsize=10, color=INK, **font)
    return figure


def draw_mosaic(heads: NDArray[np.uint8], title: str, *, width: float) -> Picture:
    """Draw thumbnails (layers, heads, k, k) of bytes, of which 255 is a head's largest weight."""
    layers, count, size, _ = heads.shape
    gap = max(1, size // 12)
    tile = size + gap
    pixels = np.full((layers * tile - gap, count * tile - gap), np.nan)
    for layer, head in np.ndindex(layers, count):
        top, left = layer * tile, head * tile
        pixels[top : top + size, left : left + size] = heads[layer, head]
    height = 1.0 + (width - 0.6) * layers / count
    figure = Picture(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(pixels, cmap=ListedColormap(sequential()), vmin=0, vmax=255, interpolation="none")
    axes.set_frame_on(False)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(count) * tile + (size - 1) / 2, [str(i) for i in range(count)])
    axes.set_yticks(np.arange(layers) * tile + (size - 1) / 2, [str(i) for i in range(layers)])
    axes.set(xlabel="head", ylabel="layer")
    figure.suptitle(drawable(title), fontsize=10, color=INK, **literal([title]))
    figure.supxlabel("dark: the largest attention weight of the head", fontsize=8, color=INK)
    return figure
