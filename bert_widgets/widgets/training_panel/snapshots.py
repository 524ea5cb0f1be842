"""The values of a training panel's traits, as the runs stand now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..._common.errors import reason
from ..shared.widget import shortened
from .commands import ENDED
from .form import values_of
from .search import search_of
from .views.classes import by_class
from .views.data_map import DataMap, DataWatch
from .views.overlay import Overlay
from .views.probe_history import probe_history

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...training import Note, Run, Trainer

_MOST_NOTES = 100


class Snapshots:
    """Makes trait values of runs; only what has changed is computed again.

    Parameters
    ----------
    runs
        All runs of the panel, the displayed one first.

    Attributes
    ----------
    data : DataMap
        The displayed data map.
    """

    def __init__(self, runs: Sequence[Run[Trainer]]) -> None:
        self._overlay = Overlay([run.history for run in runs])
        self._watch = DataWatch()
        self._built: dict[str, tuple[object, Any]] = {}
        self.data = self._watch.look(runs[0]) or DataMap(runs[0])

    def newer_data(self, run: Run[Trainer]) -> DataMap | None:
        """Return a new data map if it is time for one; it may take long."""
        return self._watch.look(run)

    def show_data(self, data: DataMap | None, run: Run[Trainer]) -> None:
        """Display a data map if it is newer than the one there."""
        if data is not None and data.newer(self.data, run):
            self.data = data

    def traits(self, run: Run[Trainer], brush: Sequence[float]) -> dict[str, Any]:
        """Return the values of the traits that change during a run.

        Parameters
        ----------
        run
            The displayed run.
        brush
            The box drawn on the data map.
        """
        # The state comes first: what follows is then at least as new, and an end is the end.
        state, trainer, history, progress = run.state, run.trainer, run.history, run.progress
        return {
            "state": state,
            "step": progress.step,
            "total_steps": progress.total_steps,
            "epoch": progress.epoch,
            "epochs": progress.epochs,
            "elapsed": progress.elapsed,
            "examples_per_second": _finite(progress.examples_per_second),
            "seconds_left": _finite(progress.seconds_left),
            "memory": None if state in ("ready", *ENDED) else progress.memory / 1e6,
            "settings": [list(item) for item in trainer.settings],
            "problem": shortened(run.problem),
            "stops_after_epoch": run.stops_after_epoch,
            "can_save": trainer.folder is not None and state in ("running", "paused"),
            "best_step": history.best_step,
            "notes": self._once("notes", history.notes, _latest),
            "learning_rate": trainer.learning_rate,
            "values": self._once("values", trainer.hyperparameters, values_of),
            "labels": list(trainer.clf.labels),
            "probes": list(trainer.probes),
            **self._overlay.read(),
            **self._once("classes", history.evaluation, by_class),
            **self._once("probes", history.probe_history, probe_history),
            **search_of(trainer).traits(),
            **self._once("data", self.data, DataMap.traits),
            **self.selected(brush),
        }

    def selected(self, brush: Sequence[float]) -> dict[str, Any]:
        """Return the values of the traits that show the examples in the box."""
        box = tuple(brush)
        traits: dict[str, Any] = self._once(
            "selected", (self.data, box), lambda _: self.data.selected(box)
        )
        return traits

    def _once(self, name: str, source: Any, build: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        """Return what ``build`` makes of a source, built again only when the source has changed."""
        if name not in self._built or self._built[name][0] != source:
            self._built[name] = source, build(source)
        return self._built[name][1]


def trouble(run: Run[Trainer]) -> str:
    """Return why a run or its search failed, or an empty string."""
    if run.exception is not None:
        return f"Training failed: {reason(run.exception)}"
    return search_of(run.trainer).problem


def _latest(notes: tuple[Note, ...]) -> list[list[int | str]]:
    return [[note.step, shortened(note.text)] for note in notes[-_MOST_NOTES:]]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
