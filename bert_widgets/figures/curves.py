"""A figure of training curves: the losses, and what was measured on the validation data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .characters import drawable
from .colors import INK, LINE, series
from .fonts import literal
from .picture import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[np.float64]]

MEASURES = {"accuracy": ("accuracy", "-"), "macro_f1": ("macro F1", "--")}
"""The measures in the second panel, each with its name and style of line."""

_HALF_LIFE = 0.01  # of the smoothing, as a share of the steps


def draw_curves(
    names: Sequence[str],
    steps: Sequence[Columns],
    evaluations: Sequence[Columns],
    *,
    width: float,
) -> Picture:
    """Draw runs, of which each has a colour; names are shown if there are several.

    Parameters
    ----------
    names
        What the runs are called.
    steps, evaluations
        For each run the columns of its history.
    width
        Of the figure, in inches.
    """
    measured = any(len(columns.get("step", ())) for columns in evaluations)
    shown = [drawable(name) for name in names]
    rows = len(shown) if len(shown) > 1 else 0
    figure = Picture(figsize=(width, 2.9 + 0.18 * rows), layout="constrained")
    panels = figure.subplots(1, 1 + measured, squeeze=False)[0]
    for number, (taken, evaluated) in enumerate(zip(steps, evaluations, strict=True)):
        _losses(panels[0], taken, evaluated, series(number))
        if measured:
            _measures(panels[1], evaluated, series(number))
    panels[0].set(ylabel="loss")
    for axes in panels:
        axes.set(xlabel="step")
        axes.grid(color=LINE)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    _key(panels[0], {"training, smoothed": {}, **({"validation": _EVALUATED} if measured else {})})
    if measured:
        panels[1].set(ylabel="validation")
        styles = {name: {"linestyle": line} for name, line in MEASURES.values()}
        _key(panels[1], styles)
    if rows:
        lines = [panels[0].plot([], [], color=series(i))[0] for i in range(rows)]
        legend = figure.legend(lines, shown, loc="outside lower left", frameon=False, fontsize=8)
        font = literal(shown)
        for text in legend.get_texts():
            text.set(**font)
    return figure


_EVALUATED: Any = {"linestyle": "--", "marker": "o", "markersize": 3}


def _losses(axes: Axes, steps: Columns, evaluations: Columns, color: str) -> None:
    if "loss" in steps:
        axes.plot(steps["step"], steps["loss"], color=color, alpha=0.25, linewidth=0.8)
        axes.plot(steps["step"], _smoothed(steps["step"], steps["loss"]), color=color)
    if "loss" in evaluations:
        axes.plot(evaluations["step"], evaluations["loss"], color=color, **_EVALUATED)


def _measures(axes: Axes, evaluations: Columns, color: str) -> None:
    for name, (_, line) in MEASURES.items():
        if name in evaluations:
            axes.plot(
                evaluations["step"],
                evaluations[name],
                color=color,
                linestyle=line,
                marker="o",
                markersize=3,
            )


def _key(axes: Axes, styles: Mapping[str, Any]) -> None:
    """Say what the styles of line mean; their colours are those of the runs."""
    for name, style in styles.items():
        axes.plot([], [], label=name, color=INK, **style)
    axes.legend(frameon=False, fontsize=8)


def _smoothed(steps: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the moving average that `TrainingPanel` draws at first."""
    half_life = max(1.0, _HALF_LIFE * float(steps[-1])) if len(steps) else 1.0
    smoothed = np.full(len(values), np.nan)
    total = weight = 0.0
    last = steps[0] - 1 if len(steps) else 0.0
    for i, (step, value) in enumerate(zip(steps.tolist(), values.tolist(), strict=True)):
        if np.isfinite(value):
            keep = 0.5 ** (max(step - last, 1e-9) / half_life)
            total = keep * total + (1 - keep) * value
            weight = keep * weight + (1 - keep)
            last = step
            smoothed[i] = total / weight
    return smoothed
