"""The measurements and notes of a run."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..._common.extras import needs_extra
from ...figures.drawn import Drawn
from ...model.fair_lock import FairLock

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ...model.evaluation import Evaluation
    from .probes import ProbeSnapshot

Kind = Literal["step", "evaluation"]


@dataclass(frozen=True)
class Event:
    """A step or an evaluation of a trainer.

    Attributes
    ----------
    kind
        ``"step"`` for a step of the optimiser, ``"evaluation"`` for one on the validation data.
    step
        Number of steps done.
    epoch
        Number of epochs done, with a fraction.
    values
        The measurements: loss, learning_rate, gradient_norm after a step; loss, accuracy,
        macro_f1, calibration_error after an evaluation.
    """

    kind: Kind
    step: int
    epoch: float
    values: dict[str, float]


@dataclass(frozen=True)
class Note:
    """A sentence about a run, such as a checkpoint written or a learning rate changed.

    Attributes
    ----------
    step
        Number of steps done by then.
    text
        The sentence.
    """

    step: int
    text: str


class History(Drawn):
    """The measurements of a run.

    It is safe to read while a training thread adds to it: a reader sees complete rows.

    Attributes
    ----------
    notes : tuple of Note
        Notes, oldest first.
    probe_history : tuple of ProbeSnapshot
        Predictions and word scores of the probes, oldest first.
    evaluation : Evaluation or None
        The latest evaluation, with its confusion matrix and the measures of each class.
    best_step : int or None
        Step of the best evaluation so far.

    Examples
    --------
    >>> history = History()
    >>> history.add(Event("step", 1, 0.5, {"loss": 0.7}))
    >>> history.columns("step")["loss"]
    array([0.7])
    """

    def __init__(self) -> None:
        self._tables: dict[Kind, dict[str, array[float]]] = {"step": {}, "evaluation": {}}
        self._noting = FairLock()
        self.notes: tuple[Note, ...] = ()
        self.probe_history: tuple[ProbeSnapshot, ...] = ()
        self.evaluation: Evaluation | None = None
        self.best_step: int | None = None

    def __repr__(self) -> str:
        steps, evaluations = self.count("step"), self.count("evaluation")
        return f"<History: steps {steps:,}, evaluations {evaluations:,}>"

    def add(self, event: Event) -> None:
        """Append an event. A measurement first seen now is missing (NaN) in the rows before."""
        table = self._tables[event.kind]
        row = {"step": event.step, "epoch": event.epoch, **event.values}
        rows = self.count(event.kind)
        for name in sorted(row.keys() - table.keys()):
            table[name] = array("d", [np.nan]) * rows
        # "step" grows last: its length says how many rows are whole.
        for name in sorted(table, key="step".__eq__):
            table[name].append(row.get(name, np.nan))

    def note(self, step: int, text: str) -> None:
        """Append a note; may be called from any thread."""
        with self._noting:
            self.notes = (*self.notes, Note(step, text))

    def count(self, kind: Kind) -> int:
        """Return the number of events of a kind."""
        return len(self._tables[kind].get("step", ()))

    def columns(self, kind: Kind, start: int = 0) -> dict[str, NDArray[np.float64]]:
        """Return float64 arrays of equal length by name, ``step`` and ``epoch`` among them.

        Parameters
        ----------
        kind
            The kind of events.
        start
            Number of rows to omit at the beginning.
        """
        table = dict(self._tables[kind])
        rows = self.count(kind)
        first = [name for name in ("step", "epoch") if name in table]
        names = [*first, *sorted(table.keys() - set(first))]
        return {name: np.array(table[name][start:rows]) for name in names}

    def latest(self, kind: Kind) -> dict[str, float]:
        """Return the last row; it is empty if there is none."""
        last = max(0, self.count(kind) - 1)
        columns = self.columns(kind, last)
        return {name: float(values[0]) for name, values in columns.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per event: kind, step, epoch and all measurements, in order of steps."""
        import pandas as pd

        parts = [pd.DataFrame(self.columns(kind)).assign(kind=kind) for kind in self._tables]
        frame = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
        frame = frame.sort_values("step", kind="stable", ignore_index=True) if len(frame) else frame
        return frame[["kind", *(c for c in frame.columns if c != "kind")]]

    def plot(self, *, width: float = 6.0) -> Figure:
        """Draw the loss of the steps, faint and smoothed, and what the evaluations measured.

        Parameters
        ----------
        width
            The width of the figure in inches.

        Returns
        -------
        matplotlib.figure.Figure
            It displays itself in a notebook, and is not registered with pyplot.

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        See Also
        --------
        plot_runs : Several runs in one figure.
        """
        with needs_extra("matplotlib", "The figure"):
            from ...figures.curves import draw_curves
        steps, evaluations = self.columns("step"), self.columns("evaluation")
        return draw_curves([""], [steps], [evaluations], width=width)

    def tables(self) -> dict[str, NDArray[np.float64]]:
        """Return all columns by ``kind/name``, for a checkpoint; see `load`."""
        return {
            f"{kind}/{name}": values
            for kind in self._tables
            for name, values in self.columns(kind).items()
        }

    def load(self, tables: dict[str, NDArray[Any]]) -> None:
        """Replace all measurements with those that `tables` returned."""
        for kind, table in self._tables.items():
            table.clear()
            for key, values in sorted(tables.items()):
                if key.startswith(f"{kind}/"):
                    table[key.removeprefix(f"{kind}/")] = array("d", values)
