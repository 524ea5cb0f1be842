"""A running training: its controls, and what the model learns."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from ..._common.options import named_options
from ...training.legend import legend
from ..shared.lock import widget_lock
from .checks import check_box, check_index, runs_of
from .commands import COMMANDS, ENDED, SEEN, obey, set_learning_rate, set_probes, set_values
from .fallback import training_html
from .publisher import Publisher
from .search import search_of
from .snapshots import Snapshots, trouble
from .traits import TrainingTraits
from .views.overlay import VALID
from .views.probe_history import same_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ...training import Run, Trainer


class TrainingPanel(TrainingTraits):
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
        self._follow()

    def _follow(self) -> None:
        # Runs and searches call back on their threads, which must never wait for the widget_lock.
        self._publisher = publisher = Publisher(self._publish)
        states: list[object] = []

        def notify() -> None:
            before = states[:]
            states[:] = [(run.state, search_of(run.trainer).running) for run in self._runs]
            publisher.notify(urgent=states != before)

        self._unsubscribe = tuple(
            source.subscribe(notify)
            for run in self._runs
            for source in (run, search_of(run.trainer))
        )
        publisher.notify()

    @property
    def run(self) -> Run[Trainer]:
        """The displayed run; its state is ``"ready"`` until it is started."""
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
        """Remove the panel; the runs continue."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._publisher is not None:
            self._publisher.stop()
        super().close()

    def _connect(self) -> None:
        super()._connect()
        self._follow()

    def fallback_html(self) -> str:
        """Return the states of the runs and the results of the displayed one as plain HTML."""
        history = self.run.history
        return training_html(
            [
                (name, run.state, run.progress)
                for name, run in zip(legend(self._runs), self._runs, strict=True)
            ],
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

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        if self._publisher is not None:
            self._publisher.answered()
        super()._handle_msg(msg)

    def _handle_custom_msg(self, content: object, buffers: Any) -> None:  # noqa: ANN401
        if content != SEEN:
            super()._handle_custom_msg(content, buffers)

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
        return {"runs": legend(self._runs), "snapshot": snapshot, **traits}

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
            # traitlets turns "a" into ["a"], which must be sent to the page.
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
