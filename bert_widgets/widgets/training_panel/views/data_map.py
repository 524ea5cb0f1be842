"""The data map: how each training example was learned up to one step of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.widget import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ....training import Dynamics, Run, Trainer

_MOST_POINTS = 4000
_MOST_LISTED = 50
_INTERVAL = 1.0  # minimum seconds between two data maps of a running training
_SHARE = 0.01  # maximum share of the time spent on them


class DataMap:
    """Confidence and variability of the examples and likely label errors, as they are now.

    Parameters
    ----------
    run
        The run, which may be running; everything needed is read here.
    """

    def __init__(self, run: Run[Trainer]) -> None:
        # The step comes first: what follows is at least as new.
        self.run, self.step = run, run.progress.step
        dynamics = run.trainer.dynamics
        self._dynamics = dynamics
        self._counts = dynamics.counts
        self._variability = dynamics.variability
        self._confidence = dynamics.confidence
        # While a step is recorded there may be more correct predictions than predictions.
        self._correctness = np.minimum(dynamics.correctness, 1)
        self._suspects = _suspects(dynamics)

    def traits(self) -> dict[str, Any]:
        """Return the traits that show the map and the likely label errors."""
        return {
            "_map": self._points(),
            "map_epochs": float(self._counts.mean()),
            "map_size": len(self._counts),
            "_suspects": self._suspects,
        }

    def newer(self, other: DataMap, run: Run[Trainer]) -> bool:
        """Whether this is of a run and ``other`` is of another one or not newer."""
        return self.run is run and (other.run is not run or other.step <= self.step)

    def selected(self, brush: Sequence[float]) -> dict[str, Any]:
        """Return the traits that show the examples in a box."""
        rows = self.inside(brush)
        return {"selected_count": len(rows), "_selected": self._listed(rows)}

    def inside(self, brush: Sequence[float]) -> NDArray[np.intp]:
        """Return the rows of all examples in a box, the least confident first.

        Parameters
        ----------
        brush
            Variability from, to, confidence from, to; empty if there is no box.
        """
        if not brush:
            return np.empty(0, np.intp)
        left, right, bottom, top = brush
        # NaN, for examples never seen, is not inside.
        inside = np.flatnonzero(
            (self._variability >= left) & (self._variability <= right)
            & (self._confidence >= bottom) & (self._confidence <= top)
        )  # fmt: skip
        return inside[np.argsort(self._confidence[inside], kind="stable")]

    def frame(self, rows: NDArray[np.intp]) -> pd.DataFrame:
        """Return examples as the table of `Dynamics.to_frame`."""
        frame = self._dynamics.data.take(rows).to_frame()
        if frame.empty:
            frame = frame.astype("str")  # pandas cannot infer the type of no values
        return frame.assign(
            confidence=self._confidence[rows],
            variability=self._variability[rows],
            correctness=self._correctness[rows],
            times_seen=self._counts[rows],
        ).rename_axis("row")

    def _listed(self, rows: NDArray[np.intp]) -> list[list[Any]]:
        """Return the first examples: row, text, label, confidence, variability, correctness."""
        few = rows[:_MOST_LISTED]
        return [
            [
                _row(self._dynamics.data.rows[row]),
                _text(self._dynamics, row),
                _label(self._dynamics, row),
                *map(float, numbers),
            ]
            for row, *numbers in zip(
                few,
                self._confidence[few],
                self._variability[few],
                self._correctness[few],
                strict=True,
            )
        ]

    def _points(self) -> NDArray[np.float32]:
        """Return variability, confidence, correctness and label of evenly spaced examples."""
        size = len(self._counts)
        rows = np.linspace(0, size - 1, min(size, _MOST_POINTS)).astype(np.intp)
        rows = rows[self._counts[rows] > 0]
        data = self._dynamics.data
        labels = data.labels[rows].argmax(1) if data.multi_label else data.labels[rows]
        columns = (self._variability, self._confidence, self._correctness)
        return np.stack([*(column[rows] for column in columns), labels], 1).astype(np.float32)


class DataWatch:
    """Makes data maps of a run, rarely if they take long, as they do for many examples."""

    def __init__(self) -> None:
        self._seen: tuple[Run[Trainer], int] | None = None
        self._due = 0.0

    def look(self, run: Run[Trainer]) -> DataMap | None:
        """Return a new data map, or None if nothing has changed or it is too early."""
        live, now = run.state == "running", time.monotonic()
        if (run, run.progress.step) == self._seen:
            return None
        if self._seen is not None and self._seen[0] is run and live and now < self._due:
            return None
        data = DataMap(run)
        self._seen = run, data.step
        self._due = now + max(_INTERVAL, (time.monotonic() - now) / _SHARE)
        return data


def _suspects(dynamics: Dynamics) -> list[list[Any]]:
    if dynamics.data.multi_label:
        return []
    errors = dynamics.label_errors().head(_MOST_LISTED)
    second = errors["pair"] if "pair" in errors else [""] * len(errors)
    columns = ("row", "text", "label", "suggested", "score")
    return [
        [
            _row(row),
            shortened(f"{text}\n{other}" if other else text),
            label,
            suggested,
            float(score),
        ]
        for row, text, label, suggested, score, other in zip(
            *(errors[name] for name in columns), second, strict=True
        )
    ]


def _row(name: object) -> str:
    return shortened(str(name))


def _text(dynamics: Dynamics, row: int) -> str:
    data = dynamics.data
    text = data.texts[row]
    return shortened(text if data.pairs is None else f"{text}\n{data.pairs[row]}")


def _label(dynamics: Dynamics, row: int) -> str:
    data = dynamics.data
    if data.multi_label:
        return ", ".join(data.classes[i] for i in np.flatnonzero(data.labels[row]))
    return data.classes[int(data.labels[row])]
