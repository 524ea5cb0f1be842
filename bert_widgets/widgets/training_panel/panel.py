"""A training run while it goes on: its controls, and what the model learns."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from ..._common.options import named_options
from ..shared.array_trait import Array
from ..shared.lock import widget_lock
from ..shared.widget import Widget
from .checks import check_box, check_index, runs_of
from .commands import COMMANDS, ENDED, obey, set_learning_rate, set_probes, set_values
from .fallback import training_html
from .form import FIELDS
from .overlay import TRAIN, VALID
from .probe_history import same_snapshot
from .publisher import Publisher
from .search import search_of
from .snapshots import Snapshots, trouble
from .trait_types import Index, Number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ...training import Run, Trainer

STATES = ("ready", "running", "paused", "stopping", "stopped", "finished", "failed")
VIEWS = ("curves", "probes", "data", "classes", "notes")


class TrainingPanel(Widget):
    """Controls and live views of one or several runs: curves, probes, data map, confusion matrix.

    The curves show all runs; the header, the controls and the other views show one of them, that
    of index `shown`. Several panels may show the same run. Closing a panel or the page does not
    end the run.

    Parameters
    ----------
    runs
        A run to follow, or a trainer whose run the Start button begins, or a list of up to 20 of
        them.
    probes
        Sentences whose prediction and word scores are computed repeatedly as the model learns,
        for each of the runs; None keeps the probes of the trainers.

    Raises
    ------
    TypeError
        If ``runs`` or ``probes`` has another type.
    ValueError
        If there is no run or there are more than 20, or a probe is not valid.

    Examples
    --------
    >>> trainer = bw.Trainer(clf, train, valid)  # doctest: +SKIP
    >>> panel = bw.TrainingPanel(trainer, probes=["a gorgeous, witty film"])  # doctest: +SKIP
    >>> panel.run.history.to_frame()  # doctest: +SKIP
    >>> panel.observe(lambda change: display(panel.selection), "selected_count")  # doctest: +SKIP
    """

    bundle = "training_panel"
    title = "Training"
    commands = COMMANDS

    runs = t.List(t.Unicode()).tag(sync=True)
    """Names of all runs."""
    shown = Index(0).tag(sync=True, page=True)
    """Index of the run shown."""
    view = t.Enum(VIEWS, default_value="curves").tag(sync=True, page=True)
    """The open view."""

    state = t.Enum(STATES, default_value="ready").tag(sync=True)
    """State of the run shown."""
    step = t.Int().tag(sync=True)
    """Number of optimiser steps done."""
    total_steps = t.Int().tag(sync=True)
    """Number of optimiser steps in all."""
    epoch = t.Float().tag(sync=True)
    """Number of epochs done, with a fraction."""
    epochs = t.Int().tag(sync=True)
    """Number of epochs in all."""
    elapsed = t.Float().tag(sync=True)
    """Seconds of training and evaluation so far."""
    examples_per_second = t.Float(None, allow_none=True).tag(sync=True)
    """Texts trained on per second; None before the first step."""
    seconds_left = t.Float(None, allow_none=True).tag(sync=True)
    """Estimate of the seconds left; None before the first step."""
    memory = t.Float(None, allow_none=True).tag(sync=True)
    """Memory in use, in MB; None unless the run is going on or paused."""
    settings = t.List(t.List(t.Unicode())).tag(sync=True)
    """Names and values of the set-up, such as device and precision."""
    problem = t.Unicode().tag(sync=True)
    """Why the run paused by itself, for example because the disk is full; empty if it did not."""
    stops_after_epoch = t.Bool(default_value=False).tag(sync=True)
    """Whether the run will stop at the end of the current epoch."""
    can_save = t.Bool(default_value=False).tag(sync=True)
    """Whether a checkpoint can be written now."""
    best_step = t.Int(None, allow_none=True).tag(sync=True)
    """Step of the best evaluation so far."""
    notes = t.List(t.List()).tag(sync=True)
    """Step and sentence of each note, such as a checkpoint written; the latest is last."""
    learning_rate = Number(0.0).tag(sync=True, page=True)
    """Highest learning rate, above 0 and at most 1; settable until the run has ended."""

    _train = Array("float32", len(TRAIN))
    _train_columns = t.List(t.Unicode(), TRAIN).tag(sync=True)
    _valid = Array("float32", len(VALID))
    _valid_columns = t.List(t.Unicode(), VALID).tag(sync=True)

    values = t.Dict().tag(sync=True, page=True)
    """Hyper-parameters by name; settable, in whole or in part, until the run is started."""
    finding = t.Bool(default_value=False).tag(sync=True)
    """Whether the search for a learning rate is running."""
    suggested_rate = t.Float(None, allow_none=True).tag(sync=True)
    """Learning rate that the search suggests."""
    _fields = t.List(t.Dict(), FIELDS).tag(sync=True)
    _finder = Array("float32", 2)

    labels = t.List(t.Unicode()).tag(sync=True)
    """Names of the classes."""
    _confusion = Array("int32")
    _per_class = Array("float32", 4)

    probes = t.List(t.Unicode()).tag(sync=True, page=True)
    """Sentences that are predicted and explained as the model learns: at most 20, of at most 2,000
    characters each."""
    snapshot = Index(None, allow_none=True).tag(sync=True, page=True)
    """Index of the snapshot of the probes shown; None for the latest."""
    _probe_history_probes = t.List(t.Unicode()).tag(sync=True)
    _probe_history_counts = t.List(t.Int()).tag(sync=True)
    _probe_history_offsets = Array("int32", 2)
    _probe_history_steps = Array("int32")
    _probe_history_scores = Array("float32")
    _probe_history_probabilities = Array("float32")
    _probe_history_targets = Array("int32")

    brush = t.List(Number()).tag(sync=True, page=True)
    """Box drawn on the data map: variability from, to, confidence from, to; empty for no box."""
    selected_count = t.Int().tag(sync=True)
    """Number of training examples in the box; `selection` has them."""
    map_size = t.Int().tag(sync=True)
    """Number of training examples in all."""
    map_epochs = t.Float().tag(sync=True)
    """How many times each training example was seen, on average."""
    _map = Array("float32", 4)
    _selected = t.List(t.List()).tag(sync=True)
    _suspects = t.List(t.List()).tag(sync=True)

    # True while the panel shows the state of the runs: then nothing is checked or done about it.
    _showing = True
    _unsubscribe: tuple[Callable[[], None], ...] = ()
    _publisher: Publisher | None = None

    @named_options
    def __init__(
        self,
        runs: Run[Trainer] | Trainer | Sequence[Run[Trainer] | Trainer],
        *,
        probes: Sequence[str] | None = None,
    ) -> None:
        self._runs = runs_of(runs)
        if probes is not None:
            for run in self._runs:
                run.trainer.probes = probes
        self._snapshots = Snapshots(self._runs)
        self._sent: dict[str, object] = {}
        super().__init__(**self._snapshot())
        self._showing = False
        # Runs and searches call back on their threads, which must never wait for the widget_lock.
        self._publisher = Publisher(self._publish)
        self._unsubscribe = tuple(
            source.subscribe(self._publisher.notify)
            for run in self._runs
            for source in (run, search_of(run.trainer))
        )
        self._publisher.notify()

    @property
    def run(self) -> Run[Trainer]:
        """The run on show; its state is ``"ready"`` until it is started."""
        return self._runs[self.shown]

    @property
    def selection(self) -> pd.DataFrame:
        """All training examples in the box by row number, the least confident first.

        Columns are those of `Dynamics.to_frame`. Rows and numbers are those of the data map on
        show, which may be some seconds old.
        """
        with widget_lock:
            data, box = self._snapshots.data, list(self.brush)
        return data.frame(data.inside(box))

    def close(self) -> None:
        """Remove the panel; the runs go on."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._publisher is not None:
            self._publisher.stop()
        super().close()

    def fallback_html(self) -> str:
        """Return the states of the runs and the results of the one on show as plain HTML."""
        history = self.run.history
        return training_html(
            [(run.name, run.state, run.progress) for run in self._runs],
            self.settings,
            self._evaluations(),
            problem=self.error or self.problem,
            evaluation=history.evaluation,
            probes=history.probe_history[-1] if history.probe_history else None,
            suspects=self._suspects,
        )

    def fallback_text(self) -> str:
        """Return state and latest measurements."""
        latest = (self._evaluations() or [{}])[-1]
        measures = [f"{name} {value:.4g}" for name, value in latest.items()]
        return ", ".join([f"{self.state}: step {self.step} of {self.total_steps}", *measures])

    def saved_state(self) -> dict[str, Any]:
        """Return the traits as they are now, not as they were when last published."""
        self._publish()
        return super().saved_state()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
        self._publish()  # for the static rendering
        return super()._repr_mimebundle_(**kwargs)

    def _evaluations(self) -> list[dict[str, float]]:
        rows = [dict(zip(VALID, row, strict=True)) for row in self._valid.tolist()]
        return [row for row in rows if row.pop("run") == self.shown]

    def _obey(self, command: str) -> None:
        refusal = obey(self.run, command)
        if refusal:
            self._refuse(refusal)

    def _refresh(self) -> None:
        self._publish()

    def _publish(self) -> bool:
        """Show the runs as they are now; return whether they may still change."""
        run = self.run
        may_change = any(run.state not in ENDED for run in self._runs)
        data = self._snapshots.newer_data(run)
        with self.hold_sync():
            self._snapshots.show_data(data, self.run)
            self._showing = True
            try:
                for name, value in self._snapshot().items():
                    self._show(name, value)
                self._fail(trouble(self.run))
            finally:
                self._showing = False
        return may_change

    def _snapshot(self) -> dict[str, Any]:
        """Return the traits that change during a run."""
        traits = self._snapshots.traits(self.run, self.brush)
        steps = traits["_probe_history_steps"]
        snapshot = same_snapshot(self.snapshot, self._probe_history_steps, steps)
        return {"runs": [run.name for run in self._runs], "snapshot": snapshot, **traits}

    def _show(self, name: str, value: object) -> None:
        if isinstance(value, np.ndarray) and self._sent.get(name) is value:
            return
        try:
            setattr(self, name, value)
        except Exception:
            # An observer of the user's failed; the other traits must be shown nevertheless.
            logging.getLogger(__name__).exception("An observer of %r failed", name)
        self._sent[name] = value

    @t.validate("shown")
    def _check_shown(self, proposal: dict[str, Any]) -> int:
        index: int = proposal["value"]
        if not self._showing:
            check_index("run", index, len(self._runs))
        return index

    @t.validate("snapshot")
    def _check_snapshot(self, proposal: dict[str, Any]) -> int | None:
        index: int | None = proposal["value"]
        if not self._showing and index is not None:
            check_index("snapshot", index, len(self._probe_history_steps))
        return index

    @t.validate("brush")
    def _check_brush(self, proposal: dict[str, Any]) -> list[float]:
        box: list[float] = proposal["value"]
        check_box(box)
        return box

    @t.validate("learning_rate")
    def _set_learning_rate(self, proposal: dict[str, Any]) -> float:
        rate: float = proposal["value"]
        if not self._showing and rate != self.run.learning_rate:
            set_learning_rate(self.run, rate)
            widget_lock.afterwards(self._refresh)
        return rate

    @t.validate("values")
    def _set_values(self, proposal: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = proposal["value"]
        if not self._showing:
            values = set_values(self.run, values)
            widget_lock.afterwards(self._refresh)
            # The page may hold only a part of them.
            widget_lock.afterwards(partial(self.send_state, "values"))
        return values

    @t.validate("probes")
    def _set_probes(self, proposal: dict[str, Any]) -> list[str]:
        texts: list[str] = proposal["value"]
        if not self._showing:
            set_probes(self.run, texts)
            widget_lock.afterwards(self._refresh)
            # traitlets turns "a" into ["a"], which the page must be told.
            widget_lock.afterwards(partial(self.send_state, "probes"))
        return texts

    @t.observe("shown")
    def _turn_to_run(self, _change: object) -> None:
        if not self._showing:
            self.snapshot = None
            widget_lock.afterwards(self._refresh)

    @t.observe("brush")
    def _select(self, _change: object) -> None:
        for name, value in self._snapshots.selected(self.brush).items():
            self._show(name, value)
