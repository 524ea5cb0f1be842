"""A training run as it happens: its controls, and what the model learns."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets as t

from ..._common.options import named_options
from ...training import Run, Trainer
from ..shared.lock import widget_lock
from ..shared.widget import sentence, shortened
from .classes import by_class
from .data_map import DataMap, DataWatch
from .fallback import training_html
from .form import FIELDS, values_of
from .overlay import VALID, Overlay
from .probe_history import film, same_frame
from .publisher import Publisher
from .search import search_of
from .settings import ENDED, TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ...training import Note

_MOST_RUNS = 20
_MOST_NOTES = 100


class TrainingPanel(TrainingSettings):
    """A run as it happens, or several runs: control, curves, probes, data map, confusion.

    Header, controls and all views but the curves speak of one run, that of number `shown`.
    Several panels may show one run. Closing a panel, or the page, does not end the run.

    Parameters
    ----------
    runs
        A run to follow, or a trainer whose run the Start button begins, or up to 20 of them.
    probes
        Sentences whose prediction and word scores are looked at again and again as the model
        learns, for each of the runs; None leaves the probes of the trainers as they are.

    Attributes
    ----------
    run : Run
        The run on show; its state is ``"ready"`` until it is started.
    runs : list of str
        The names of all runs.
    shown : int
        The number of the run on show; settable.
    view : str
        What is open: ``"curves"``, ``"probes"``, ``"data"``, ``"classes"`` or ``"notes"``;
        settable.
    state : str
        ``"ready"``, ``"running"``, ``"paused"``, ``"stopping"``, ``"stopped"``, ``"finished"`` or
        ``"failed"``.
    step, total_steps : int
        Steps of the optimiser done, and in all.
    epoch : float
        Epochs done, with a fraction.
    epochs : int
        Epochs in all.
    elapsed, seconds_left : float
        Seconds of training so far, and still to come (None before the first step).
    examples_per_second : float or None
        Texts a second.
    memory : float or None
        Memory in use, in MB, while it trains or is paused.
    settings : list of [str, str]
        The set-up, for people to read.
    learning_rate : float
        The highest learning rate, above 0 and at most 1; settable until the run has ended.
    problem : str
        Why the run paused by itself, such as a full disk; empty if it did not.
    stops_after_epoch, can_save : bool
        Whether the run ends after this epoch; whether a checkpoint can be written now.
    best_step : int or None
        The step of the best evaluation so far.
    notes : list of [int, str]
        Step and sentence of what happened besides, the latest last.
    values : dict
        The hyper-parameters by name; settable, whole or in part, until the run is started.
    finding : bool
        Whether a learning rate is being searched for.
    suggested_rate : float or None
        The learning rate that the search suggests.
    labels : list of str
        The classes.
    probes : list of str
        At most 20 texts of at most 2,000 characters; settable at any time.
    frame : int or None
        The frame of the film of the probes on show, None for the latest; settable.
    selection : pandas.DataFrame
        The training examples in the box drawn on the data map.
    selected_count : int
        How many these are.
    map_size : int
        Training examples in all.
    map_epochs : float
        How many times each was seen, on average.

    Raises
    ------
    TypeError
        If given anything else.
    ValueError
        If there is no run or there are more than 20, or a probe is unfit.

    Examples
    --------
    >>> trainer = bw.Trainer(clf, train, valid)  # doctest: +SKIP
    >>> panel = bw.TrainingPanel(trainer, probes=["a gorgeous, witty film"])  # doctest: +SKIP
    >>> panel.run.history.to_frame()  # doctest: +SKIP
    >>> panel.observe(lambda change: display(panel.selection), "selected_count")  # doctest: +SKIP
    """

    bundle = "training_panel"
    title = "Training"
    commands: ClassVar[tuple[str, ...]] = (
        "start", "pause", "resume", "stop", "stop_after_epoch", "save", "find_learning_rate",
        "cancel_search",
    )  # fmt: skip

    _unsubscribe: tuple[Callable[[], None], ...] = ()
    _publisher: Publisher | None = None

    @named_options
    def __init__(
        self,
        runs: Run[Trainer] | Trainer | Sequence[Run[Trainer] | Trainer],
        *,
        probes: Sequence[str] | None = None,
    ) -> None:
        self._runs = _runs_of(runs)
        if probes is not None:
            for run in self._runs:
                run.trainer.probes = probes
        self._overlay = Overlay([run.history for run in self._runs])
        self._watch = DataWatch()
        self._built: dict[str, tuple[object, Any]] = {}
        self._sent: dict[str, object] = {}
        self._data = self._watch.look(self.run) or DataMap(self.run)
        super().__init__(fields=FIELDS, **self._snapshot())
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
        """All training examples in the box, by row number, the least confident first.

        Columns are those of `Dynamics.to_frame`. It holds what the data map shows: rows and
        numbers are as old as the map.
        """
        with widget_lock:
            data, box = self._data, list(self.brush)
        return data.frame(data.inside(box))

    def close(self) -> None:
        """Take the panel away; the runs go on."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._publisher is not None:
            self._publisher.stop()
        super().close()

    def fallback_html(self) -> str:
        """Return the states of the runs, and what is known of the one on show, as plain HTML."""
        history = self.run.history
        return training_html(
            [(run.name, run.state, run.progress) for run in self._runs],
            self.settings,
            self._evaluations(),
            problem=self.error or self.problem,
            evaluation=history.evaluation,
            probes=history.frames[-1] if history.frames else None,
            suspects=self._suspects,
        )

    def fallback_text(self) -> str:
        """Return state and latest measurements."""
        latest = [
            f"{name} {value:.4g}" for name, value in (self._evaluations() or [{}])[-1].items()
        ]
        return ", ".join([f"{self.state}: step {self.step} of {self.total_steps}", *latest])

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
        """Press a button; one that makes no sense in the present state does nothing."""
        run, search = self.run, search_of(self.run.trainer)
        refusal = ""
        if command == "find_learning_rate" and run.state != "ready":
            refusal = "A learning rate is searched for before the run is started, not later."
        elif command == "start" and search.running:
            refusal = "A learning rate is being searched for; start when that has ended."
        elif command == "cancel_search":
            search.cancel()
        elif run.state not in ENDED:
            try:
                if command == "find_learning_rate":
                    search.start(run.trainer)
                else:
                    getattr(run, command)()
            except Exception as error:  # noqa: BLE001 - whoever pressed the button sees it
                refusal = sentence(error)
        if refusal:
            self._refuse(refusal)

    def _refresh(self) -> None:
        self._publish()

    def _publish(self) -> bool:
        """Show the runs as they are now; say whether more can follow."""
        more = any(run.state not in ENDED for run in self._runs)
        data = self._watch.look(self.run)
        with self.hold_sync():
            if data is not None and data.newer(self._data, self.run):
                self._data = data
            self._showing = True
            try:
                for name, value in self._snapshot().items():
                    self._show(name, value)
                self._fail(self._trouble())
            finally:
                self._showing = False
        return more

    def _show(self, name: str, value: object) -> None:
        if isinstance(value, np.ndarray) and self._sent.get(name) is value:
            return
        try:
            setattr(self, name, value)
        except Exception:
            # An observer of the user's failed: the other traits must be shown all the same.
            logging.getLogger(__name__).exception("An observer of %r failed", name)
        self._sent[name] = value

    def _trouble(self) -> str:
        if self.run.exception is not None:
            return f"Training failed: {sentence(self.run.exception)}"
        return search_of(self.run.trainer).problem

    def _snapshot(self) -> dict[str, Any]:
        """Return the traits that change during a run."""
        # The state comes first: what follows is then at least as new, and an end is the end.
        run = self.run
        state, trainer, history, progress = run.state, run.trainer, run.history, run.progress
        shown = self._once("film", history.frames, film)
        return {
            "runs": [each.name for each in self._runs],
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
            "frame": same_frame(self.frame, self._film_steps, shown["_film_steps"]),
            **self._overlay.read(),
            **self._once("classes", history.evaluation, by_class),
            **shown,
            **search_of(trainer).traits(),
            **self._once("data", self._data, DataMap.traits),
            **self._selected_traits(),
        }

    def _selected_traits(self) -> dict[str, Any]:
        chosen = self._data, tuple(self.brush)
        traits: dict[str, Any] = self._once("selected", chosen, lambda c: c[0].selected(c[1]))
        return traits

    def _once(self, name: str, source: Any, build: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        """Return what ``build`` makes of a source, built anew only when the source is another."""
        if name not in self._built or self._built[name][0] != source:
            self._built[name] = source, build(source)
        return self._built[name][1]

    @t.observe("shown")
    def _turn_to_run(self, _change: object) -> None:
        if not self._showing:
            self.frame = None
            widget_lock.afterwards(self._refresh)

    @t.observe("brush")
    def _select(self, _change: object) -> None:
        for name, value in self._selected_traits().items():
            self._show(name, value)


def _latest(notes: tuple[Note, ...]) -> list[list[int | str]]:
    return [[note.step, shortened(note.text)] for note in notes[-_MOST_NOTES:]]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _runs_of(given: object) -> tuple[Run[Trainer], ...]:
    items = list(given) if isinstance(given, list | tuple) else [given]
    if not 1 <= len(items) <= _MOST_RUNS:
        msg = f"A TrainingPanel shows 1 to {_MOST_RUNS} runs, not {len(items)}."
        raise ValueError(msg)
    return tuple(_run_of(item) for item in items)


def _run_of(given: object) -> Run[Trainer]:
    if isinstance(given, Trainer):
        # Made now, though not started, so that each panel of the trainer hears of its start.
        given.run = given.run or Run(given)
        return given.run
    if isinstance(given, Run):
        return given
    kind = type(given).__name__
    msg = f"A TrainingPanel shows a Run or a Trainer, or a list of them, not a {kind}."
    raise TypeError(msg)
