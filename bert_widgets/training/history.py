"""Every metric of a run as it arrives, in columns."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Kind = Literal["step", "evaluation"]


@dataclass(frozen=True)
class Event:
    """Something a trainer did.

    Attributes
    ----------
    kind
        ``"step"`` for a step of the optimiser, ``"evaluation"`` for a look at the validation data.
    step
        Steps done so far.
    epoch
        Epochs done so far, with a fraction.
    values
        The measurements: loss, learning_rate, gradient_norm after a step; loss, accuracy,
        macro_f1, calibration_error after an evaluation.
    """

    kind: Kind
    step: int
    epoch: float
    values: dict[str, float]


class History:
    """The measurements of a run.

    Safe to read while a training thread adds to it: a reader sees whole rows.

    Examples
    --------
    >>> history = History()
    >>> history.add(Event("step", 1, 0.5, {"loss": 0.7}))
    >>> history.columns("step")["loss"]
    array([0.7])
    """

    def __init__(self) -> None:
        self._tables: dict[Kind, dict[str, array[float]]] = {"step": {}, "evaluation": {}}

    def add(self, event: Event) -> None:
        """Append an event. A measurement first seen now is missing (NaN) in the rows before."""
        table = self._tables[event.kind]
        row = {"step": event.step, "epoch": event.epoch, **event.values}
        rows = len(table["step"]) if table else 0
        for name in row.keys() - table.keys():
            table[name] = array("d", [np.nan]) * rows
        # "step" grows last: its length says how many rows are whole.
        for name in sorted(table, key="step".__eq__):
            table[name].append(row.get(name, np.nan))

    def columns(self, kind: Kind) -> dict[str, NDArray[np.float64]]:
        """Return float64 arrays of equal length by name, ``step`` and ``epoch`` among them."""
        table = dict(self._tables[kind])
        rows = len(table["step"]) if table else 0
        first = [name for name in ("step", "epoch") if name in table]
        names = [*first, *(name for name in table if name not in first)]
        return {name: np.array(table[name][:rows]) for name in names}

    def latest(self, kind: Kind) -> dict[str, float]:
        """Return the last row, empty if there is none."""
        return {name: float(values[-1]) for name, values in self.columns(kind).items()}

    def to_frame(self) -> pd.DataFrame:
        """Return one row an event: kind, step, epoch and all measurements, in order of steps."""
        import pandas as pd

        parts = [pd.DataFrame(self.columns(kind)).assign(kind=kind) for kind in self._tables]
        frame = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
        frame = frame.sort_values("step", kind="stable", ignore_index=True) if len(frame) else frame
        return frame[["kind", *(c for c in frame.columns if c != "kind")]]
