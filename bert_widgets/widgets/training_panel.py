"""A training run as it happens, with its buttons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets as t

from .._options import named_options
from ..training import Run, Trainer
from ._array import Array
from ._base import Widget, sentence
from ._fallback import training_html
from ._gate import gate
from ._publisher import Publisher

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..training.history import Kind

_STATES = ("ready", "running", "paused", "stopping", "stopped", "finished", "failed")
_ENDED = ("stopped", "finished", "failed")
_TRAIN = ["step", "loss", "learning_rate", "gradient_norm"]
_VALID = ["step", "loss", "accuracy", "macro_f1"]
_MOST_POINTS = 2000


class TrainingPanel(Widget):
    """Loss, validation metrics and progress of a run, with Start, Pause, Resume and Stop.

    Several panels may show one run. Closing a panel, or the page, does not end the run.

    Parameters
    ----------
    run_or_trainer
        A run to follow, or a trainer whose run the Start button begins.

    Attributes
    ----------
    run : Run or None
        What is shown; None until a trainer is started.
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
    settings : list of [str, str]
        The set-up, for people to read.

    Raises
    ------
    TypeError
        If given anything else.

    Examples
    --------
    >>> panel = bw.TrainingPanel(bw.Trainer(clf, train, valid))  # doctest: +SKIP
    >>> panel.run.history.to_frame()  # doctest: +SKIP
    """

    bundle = "training_panel"
    title = "Training"
    commands: ClassVar[tuple[str, ...]] = ("start", "pause", "resume", "stop")

    state = t.Enum(_STATES, default_value="ready").tag(sync=True)
    step = t.Int().tag(sync=True)
    total_steps = t.Int().tag(sync=True)
    epoch = t.Float().tag(sync=True)
    epochs = t.Int().tag(sync=True)
    elapsed = t.Float().tag(sync=True)
    examples_per_second = t.Float(None, allow_none=True).tag(sync=True)
    seconds_left = t.Float(None, allow_none=True).tag(sync=True)
    settings = t.List(t.List(t.Unicode())).tag(sync=True)
    _train = Array("float32", len(_TRAIN))
    _train_columns = t.List(t.Unicode(), _TRAIN).tag(sync=True)
    _valid = Array("float32", len(_VALID))
    _valid_columns = t.List(t.Unicode(), _VALID).tag(sync=True)

    run: Run | None = None
    _publisher: Publisher | None = None
    _unsubscribe: Callable[[], None] | None = None

    @named_options
    def __init__(self, run_or_trainer: Run | Trainer) -> None:
        self._trainer = _trainer_of(run_or_trainer)
        self.run = run_or_trainer if isinstance(run_or_trainer, Run) else run_or_trainer.run
        settings = [list(item) for item in self._trainer.settings]
        super().__init__(settings=settings, **self._snapshot())
        if self.run is not None:
            self._follow(self.run)

    def _obey(self, command: str) -> None:
        """Press a button; one that makes no sense in the present state does nothing."""
        try:
            if command == "start":
                self._start()
            elif self.run is not None:
                getattr(self.run, command)()
        except Exception as error:  # noqa: BLE001 - whoever pressed the button sees it
            self._fail(sentence(error))

    def _start(self) -> None:
        with gate:
            followed = self.run
            self.run = self.run or self._trainer.start()
            self.run.start()
            if followed is None:
                self._follow(self.run)
            self._fail("")

    def close(self) -> None:
        """Take the panel away; the run goes on."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._publisher is not None:
            self._publisher.stop()
        super().close()

    def fallback_html(self) -> str:
        """Return state and measurements as plain HTML."""
        return training_html(self.state, self.step, self.total_steps, self.settings, self._rows())

    def fallback_text(self) -> str:
        """Return state and latest measurements."""
        latest = [f"{name} {value:.4g}" for name, value in (self._rows() or [{}])[-1].items()]
        return ", ".join([f"{self.state}: step {self.step} of {self.total_steps}", *latest])

    def saved_state(self) -> dict[str, Any]:
        """Return the traits as they are now, not as they were when last published."""
        self._publish()
        return super().saved_state()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
        self._publish()  # for the static rendering
        return super()._repr_mimebundle_(**kwargs)

    def _rows(self) -> list[dict[str, float]]:
        return [dict(zip(_VALID, row, strict=True)) for row in self._valid.tolist()]

    def _follow(self, run: Run) -> None:
        # The run calls back on its training thread, which must never wait for the gate.
        self._publisher = Publisher(self._publish)
        self._unsubscribe = run.subscribe(self._publisher.notify)
        self._publisher.notify()

    def _publish(self) -> bool:
        """Show the run as it is now; say whether more can follow."""
        with self.hold_sync():
            for name, value in self._snapshot().items():
                setattr(self, name, value)
            if self.run is not None and self.run.exception is not None:
                self._fail(f"Training failed: {sentence(self.run.exception)}")
            return self.state not in _ENDED

    def _snapshot(self) -> dict[str, Any]:
        """Return the traits that change during a run."""
        # The state comes first: what follows is then at least as new, and an end is the end.
        state = self.run.state if self.run is not None else "ready"
        progress = self._trainer.progress
        return {
            "state": state,
            "step": progress.step,
            "total_steps": progress.total_steps,
            "epoch": progress.epoch,
            "epochs": progress.epochs,
            "elapsed": progress.elapsed,
            "examples_per_second": _finite(progress.examples_per_second),
            "seconds_left": _finite(progress.seconds_left),
            "_train": self._curve("step", _TRAIN),
            "_valid": self._curve("evaluation", _VALID),
        }

    def _curve(self, kind: Kind, names: list[str]) -> NDArray[np.float32]:
        """Return the measurements (n, names), evenly thinned if there are very many."""
        columns = self._trainer.history.columns(kind)
        count = len(columns.get("step", ()))
        keep = np.linspace(0, count - 1, min(count, _MOST_POINTS)).round().astype(int)
        missing = np.full(count, np.nan)
        table = [columns.get(name, missing)[keep] for name in names]
        return np.stack(table, 1).astype(np.float32)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _trainer_of(given: object) -> Trainer:
    if isinstance(given, Run):
        return given.trainer
    if isinstance(given, Trainer):
        return given
    msg = f"A TrainingPanel shows a Run or a Trainer, not {given!r:.80}."
    raise TypeError(msg)
