"""The result of `evaluate_explanations`: a table with intervals, and a plot of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..._common.characters import printable
from ..._common.extras import needs_extra
from ...figures.drawn import Drawn
from .rationales import f1

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

RANDOM = "random baseline"
"""The row of random scores, which any method should beat."""

MEASURES = {
    "comprehensiveness": "drop without the highest words; high is good",
    "sufficiency": "drop with nothing but the highest words; low is good",
    "deletion": "area under the deletion curve; low is good",
    "insertion": "area under the insertion curve; high is good",
    "leave_one_out": "Kendall's tau with single deletions; high is good",
    "token_f1": "F1 with the words annotators marked; high is good",
    "iou_f1": "F1 with the runs of words annotators marked; high is good",
    "auprc": "ranking of the words annotators marked; high is good",
    "seconds": "time per text",
}
"""Every measure, with a description; the three about annotators need rationales."""

_RESAMPLES = 2000
_RUNS = ("iou_precision", "iou_recall")


@dataclass(frozen=True, eq=False, repr=False)
class ExplanationReport(Drawn):
    """How several methods explain the same texts.

    Attributes
    ----------
    table
        One row per method and one for random scores, best comprehensiveness first; columns
        (measure, ``"mean"``, ``"low"``, ``"high"``): the mean over texts, and its bootstrap
        interval.
        `MEASURES` says what each measure is.
    per_text
        One row per method and text: ``method``, ``text`` (its row in the frame), ``target``,
        ``probability`` and the measures.
    refused
        Methods that do not support this classifier or these texts, with the reason.
    confidence
        The share of intervals that hold the true mean.
    """

    table: pd.DataFrame
    per_text: pd.DataFrame
    refused: dict[str, str]
    confidence: float

    def plot(self) -> Figure:
        """Plot the mean and interval of each measure: one panel per measure, one row per method.

        The dotted line marks the random baseline. The figure displays itself in a notebook; it is
        not registered with pyplot, so it needs no closing.
        """
        with needs_extra("matplotlib", "The plot"):
            from ...figures.picture import Picture

        shown = self._measures()
        figure = Picture(
            figsize=(2.3 * len(shown) + 1.5, 0.3 * len(self.table) + 1.2), layout="constrained"
        )
        panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for axes, name in zip(panels, shown, strict=True):
            self._panel(axes, name)
        panels[0].set_yticks(range(len(self.table)), list(self.table.index))
        panels[0].invert_yaxis()
        return figure

    def _panel(self, axes: Axes, measure: str) -> None:
        part = self.table[measure]
        positions, mean = np.arange(len(part)), part["mean"].to_numpy()
        if measure == "seconds":
            axes.set_xlim(0, 1.1 * mean[np.isfinite(mean)].max())
        else:
            axes.hlines(positions, part["low"], part["high"], color="#8a8a8a", linewidth=2)
            axes.axvline(part["mean"][RANDOM], color="#b35806", linestyle=":", linewidth=1)
        axes.plot(mean, positions, "o", color="#2166ac", markersize=5)
        axes.set_title(f"{measure}\n{MEASURES[measure].rpartition('; ')[2]}", fontsize=9)
        axes.grid(axis="x", alpha=0.3)

    def __repr__(self) -> str:
        return printable(f"{self._caption()}\n{self._cells().to_string()}")

    def _repr_html_(self) -> str:
        return f"<p>{self._caption()}</p>{self._cells().to_html()}"

    def _caption(self) -> str:
        texts = len(self.per_text) // len(self.table)
        return f"{texts} texts; in brackets the {self.confidence:.0%} interval"

    def _cells(self) -> pd.DataFrame:
        shown = pd.DataFrame(index=self.table.index)
        for name in self._measures():
            shown[name] = [
                f"{mean:.3g}" if name == "seconds" else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
                for mean, low, high in self.table[name].to_numpy()
            ]
        return shown

    def _measures(self) -> list[str]:
        return [name for name in MEASURES if (name, "mean") in self.table]


def summary(per_text: pd.DataFrame, confidence: float, seed: int) -> pd.DataFrame:
    """Average each method's measures over the texts, with bootstrap intervals.

    All methods are averaged over the same resamples of the texts.

    Parameters
    ----------
    per_text
        As in `ExplanationReport`; of the runs of words precision and recall, whose means give
        the F1.
    confidence
        Of the intervals, between the quantiles of the resamples' means.
    seed
        Of the resamples.
    """
    count = len(per_text) // per_text["method"].nunique()
    random = np.random.default_rng(seed)
    weights = np.vstack(
        [np.ones(count), random.multinomial(count, np.full(count, 1 / count), _RESAMPLES)]
    )
    rows = {}
    for method, part in per_text.groupby("method", sort=False):
        means = {
            name: _weighted(part[name].to_numpy(np.float64), weights)
            for name in part
            if name in MEASURES or name in _RUNS
        }
        if _RUNS[0] in means:
            means["iou_f1"] = f1(*(means.pop(name) for name in _RUNS))
        rows[method] = {
            (name, column): value
            for name in MEASURES
            if name in means
            for column, value in _interval(means[name], confidence).items()
        }
    columns = pd.MultiIndex.from_tuples(next(iter(rows.values())))
    table = pd.DataFrame(list(rows.values()), index=list(rows), columns=columns)
    return table.iloc[np.argsort(-table.iloc[:, 0].to_numpy(), kind="stable")]


def _weighted(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the finite values for each row of weights."""
    finite = np.isfinite(values)
    totals = weights @ finite
    means = np.full(len(weights), np.nan)
    np.divide(weights @ np.where(finite, values, 0), totals, out=means, where=totals > 0)
    return means


def _interval(means: NDArray[np.float64], confidence: float) -> dict[str, float]:
    if np.isnan(means).all():
        return dict.fromkeys(("mean", "low", "high"), np.nan)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(means[1:], (tail, 1 - tail))
    return {"mean": means[0], "low": low, "high": high}
