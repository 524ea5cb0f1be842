"""The curves of several runs, in one table of training steps and one of evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .curve import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ....training import History
    from ....training.records.history import Kind

TRAIN = ["run", "step", "loss", "loss_mean", "learning_rate", "gradient_norm"]
VALID = ["run", "step", "loss", "accuracy", "macro_f1"]

_STEP = ["step", "loss", "learning_rate", "gradient_norm"]
_EVALUATION = ["step", "loss", "accuracy", "macro_f1"]
_MOST_STEPS = 8000
_MOST_EVALUATIONS = 3000


class Overlay:
    """Reads growing histories, each row once.

    Parameters
    ----------
    histories
        One per run.
    """

    def __init__(self, histories: Sequence[History]) -> None:
        most_steps, most_evaluations = (
            most // len(histories) for most in (_MOST_STEPS, _MOST_EVALUATIONS)
        )
        self._histories = tuple(histories)
        self._train = [Curve([1, 3], columns=4, most_rows=most_steps) for _ in histories]
        self._valid = [Curve([1, 2, 3], columns=4, most_rows=most_evaluations) for _ in histories]
        self._train_table = np.empty((0, len(TRAIN)), np.float32)
        self._valid_table = np.empty((0, len(VALID)), np.float32)

    def read(self) -> dict[str, NDArray[np.float32]]:
        """Return both tables by the names of their traits; an unchanged one is the same object."""
        if self._grown("step", _STEP, self._train):
            self._train_table = _table(
                [np.insert(curve.rows(), 2, curve.means(), axis=1) for curve in self._train]
            )
        if self._grown("evaluation", _EVALUATION, self._valid):
            self._valid_table = _table([curve.rows() for curve in self._valid])
        return {"_train": self._train_table, "_valid": self._valid_table}

    def _grown(self, kind: Kind, names: list[str], curves: list[Curve]) -> bool:
        """Read new rows; return whether there were any."""
        grown = False
        for history, curve in zip(self._histories, curves, strict=True):
            if history.count(kind) > curve.count:
                columns = history.columns(kind, curve.count)
                missing = np.full(len(columns["step"]), np.nan)
                curve.add(np.stack([columns.get(name, missing) for name in names], 1))
                grown = True
        return grown


def _table(parts: list[NDArray[np.float64]]) -> NDArray[np.float32]:
    """Concatenate the rows of all runs, each with the index of its run."""
    numbered = [np.insert(rows, 0, number, axis=1) for number, rows in enumerate(parts)]
    return np.concatenate(numbered).astype(np.float32)
