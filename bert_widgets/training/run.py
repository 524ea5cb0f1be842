"""A trainer on a background thread: start, pause, resume, stop, wait."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import threading
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, Self, TypeVar

from .._common.errors import reason
from .._common.forks import at_fork
from .._common.progress import Cancelled, cancelled_by
from .checkpoints.files import CheckpointError
from .ending import stop_before_end
from .records.reporting import name_of
from .waiting import wait_showing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..model.classifier import BertClassifier
    from .progress import Progress
    from .records.history import History

State = Literal["ready", "running", "paused", "stopping", "stopped", "finished", "failed"]


_numbers = itertools.count(1)


class Trainable(Protocol):
    """The members of a `Trainer` that a `Run` uses; they are documented there."""

    learning_rate: float

    @property
    def clf(self) -> BertClassifier: ...  # noqa: D102
    @property
    def folder(self) -> Path | None: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def history(self) -> History: ...  # noqa: D102
    @property
    def progress(self) -> Progress: ...  # noqa: D102
    @property
    def between_epochs(self) -> bool: ...  # noqa: D102
    @property
    def done(self) -> bool: ...  # noqa: D102
    def advance(self) -> object: ...  # noqa: D102
    def finish(self) -> None: ...  # noqa: D102
    def save(self) -> Path: ...  # noqa: D102


T = TypeVar("T", bound=Trainable)


class Run(Generic[T]):
    """A training in the background, while the notebook is used.

    All methods but `wait` return immediately and take effect between two steps. If Python exits, or
    is asked to end (SIGTERM, SIGHUP), before the training has ended, the run is stopped as by
    `stop`; a script calls `wait` to let it finish.

    Parameters
    ----------
    trainer
        The trainer to run; it must not be iterated elsewhere.

    Attributes
    ----------
    name : str
        The name of the trainer, or of its folder, or ``"run 1"`` and so on.
    problem : str
        Why the run paused by itself, for example because the disk is full; `resume` tries again.
        Empty if it did not.
    exception : BaseException or None
        The exception of the training, if it failed.
    stops_after_epoch : bool
        Whether the run will stop at the end of the current epoch.

    Examples
    --------
    >>> run = Trainer(clf, train, valid).start()  # doctest: +SKIP
    >>> run.pause(); run.resume(); run.wait()  # doctest: +SKIP
    """

    def __init__(self, trainer: T) -> None:
        self.trainer = trainer
        folder = trainer.folder.name if trainer.folder else ""
        self.name = trainer.name or folder or f"run {next(_numbers)}"
        self.exception: BaseException | None = None
        self.problem = ""
        self.stops_after_epoch = False
        self._save_wanted = False
        self._state: State = "ready"
        self._change = threading.Condition()
        self._stop_wanted = threading.Event()
        self._ended = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._train, name="bert-widgets-run", daemon=True)

    @property
    def state(self) -> State:
        """``"ready"``, ``"running"``, ``"paused"``, ``"stopping"``, ``"stopped"``, ``"finished"``
        or ``"failed"``.
        """  # noqa: D205
        return self._state

    @property
    def history(self) -> History:
        """All measurements so far."""
        return self.trainer.history

    @property
    def progress(self) -> Progress:
        """The progress of the training."""
        return self.trainer.progress

    @property
    def watched(self) -> bool:
        """Whether something watches the run, as a panel does: see `subscribe`."""
        return bool(self._callbacks)

    @property
    def learning_rate(self) -> float:
        """The highest learning rate; a new value applies from the next step."""
        return self.trainer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self.trainer.learning_rate = rate
        self._notify()

    def start(self) -> None:
        """Begin training; does nothing if the run has begun.

        Raises
        ------
        RuntimeError
            If another run is training the same classifier.
        """
        with _start_lock:
            if self._state != "ready":
                return
            check_free(self.trainer.clf)
            stop_before_end(runs, _end_runs)
            _active.append(self)
            self._move("running")
            self._thread.start()

    def pause(self) -> None:
        """Pause the training after the current step."""
        self._move("paused", only_from=("running",))

    def resume(self) -> None:
        """Continue after a pause."""
        self._move("running", only_from=("paused",))

    def stop(self) -> None:
        """End the training after the current step.

        An evaluation or a snapshot of the probes that is under way is given up; `Trainer.resume`
        begins with it. The model keeps its current weights, or the best ones with ``keep_best``.
        With a folder, a last checkpoint is written, from which `Trainer.resume` continues.
        """
        if self._move("stopping", only_from=("running", "paused")):
            self._stop_wanted.set()

    def stop_after_epoch(self) -> None:
        """End the training after the current epoch; a second call cancels this."""
        self.stops_after_epoch = not self.stops_after_epoch
        self._notify()

    def save(self) -> None:
        """Write a checkpoint after the current step, also while paused.

        Raises
        ------
        ValueError
            If the trainer has no folder.
        """
        if self.trainer.folder is None:
            msg = "This run has no folder for checkpoints; use Trainer(..., folder='runs/first')."
            raise ValueError(msg)
        if self._state in ("ready", "stopped", "finished", "failed"):
            return
        with self._change:
            self._save_wanted = True
            self._change.notify_all()

    def wait(self, timeout: float | None = None, *, progress: bool = True) -> Self:
        """Wait until the training has ended.

        Parameters
        ----------
        timeout
            Maximum seconds to wait; None waits without limit. A paused run does not end.
        progress
            Whether to show the progress, with the loss and the time left: a bar, or a line every
            30 seconds where there is no terminal. It is not shown while something watches the
            run, such as a panel.

        Raises
        ------
        TimeoutError
            If the run has not ended after ``timeout`` seconds.
        RuntimeError
            If the run was never started.
        BaseException
            The exception of the training, if it failed.
        """
        if self._state == "ready":
            msg = "This run has not been started; call start() before wait()."
            raise RuntimeError(msg)
        # Not Thread.join: after an interrupt, Python 3.11 believes that the thread has ended.
        shown = progress and threading.current_thread() is threading.main_thread()
        ended = wait_showing(self, self._ended, timeout) if shown else self._ended.wait(timeout)
        if not ended:
            msg = f"The run is still {self._state} after {timeout} s; wait longer or stop() it."
            raise TimeoutError(msg)
        if self.exception is not None:
            raise self.exception
        return self

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each event and change of state.

        It is called from the training thread, so it must be fast. If it raises, it is noted and no
        longer called.

        Returns
        -------
        callable
            Ends the subscription.
        """
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    def __repr__(self) -> str:
        step, total = self.progress.step, self.progress.total_steps
        return f"<Run {self.name!r}: {self._state}, step {step:,} of {total:,}>"

    def _train(self) -> None:
        try:
            while self._wait_while_paused():
                if self.trainer.done:
                    self._move("finished")
                    return
                with contextlib.suppress(Cancelled), cancelled_by(self._stop_wanted):
                    self._try(self.trainer.advance)
                self._notify()
                if self.stops_after_epoch and self.trainer.between_epochs and not self.trainer.done:
                    self._move("stopping", only_from=("running", "paused"))
            self._try(self.trainer.finish)
            self._move("stopped")
        except BaseException as error:  # noqa: BLE001 - shown in the panel, raised by wait()
            self.exception = error
            self._move("failed")
        finally:
            _active.remove(self)
            self._ended.set()

    def _wait_while_paused(self) -> bool:
        """Wait while the run is paused, saving on request; return whether to continue."""
        while True:
            with self._change:
                self._change.wait_for(lambda: self._state != "paused" or self._save_wanted)
                wanted, self._save_wanted = self._save_wanted, False
                state = self._state
            if wanted:
                self._try(self._save)
                self._notify()
            elif state != "paused":
                return state == "running"

    def _save(self) -> None:
        path = self.trainer.save()
        self.history.note(self.progress.step, f"Saved to {path}.")

    def _try(self, action: Callable[[], object]) -> None:
        """Call a function that may write a checkpoint; pause if it cannot be written."""
        try:
            action()
            self.problem = ""
        except CheckpointError as error:
            self.problem = str(error)
            self.history.note(self.progress.step, self.problem)
            self._move("paused", only_from=("running",))

    def _move(self, state: State, *, only_from: tuple[State, ...] | None = None) -> bool:
        """Change the state; return whether that was possible."""
        with self._change:
            if only_from is not None and self._state not in only_from:
                return False
            self._state = state
            self._change.notify_all()
        self._notify()
        return True

    def _notify(self) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - a watcher must not end what it watches
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
                failed = f"{name_of(callback)} failed and is no longer called"
                self.history.note(self.progress.step, f"{failed}: {reason(error)}")


_active: list[Run[Any]] = []


_start_lock = threading.RLock()


def runs() -> list[Run[Any]]:
    """Return the runs that have begun and not ended, oldest first.

    If a cell is executed again, no variable may refer to its first run any more; it is found here.

    Examples
    --------
    >>> for run in runs():
    ...     run.stop()
    """
    return list(_active)


def check_free(clf: BertClassifier) -> None:
    """Raise a RuntimeError if a run is training the classifier."""
    for i, run in enumerate(runs()):
        if run.trainer.clf is clf:
            msg = (
                f"This classifier is being trained by {run.name!r} ({run.state}, step "
                f"{run.progress.step}); stop that run first, in its panel or with "
                f"bw.runs()[{i}].stop(), or train a copy.deepcopy of the classifier."
            )
            raise RuntimeError(msg)


def check_folder_free(folder: Path) -> None:
    """Raise a RuntimeError if a run writes its checkpoints to the folder."""
    for i, run in enumerate(runs()):
        if run.trainer.folder is not None and run.trainer.folder.resolve() == folder.resolve():
            msg = (
                f"The run {run.name!r} ({run.state}, step {run.progress.step}) writes to the "
                f"folder {str(folder)!r}; stop that run first, in its panel or with "
                f"bw.runs()[{i}].stop(), or give another folder."
            )
            raise RuntimeError(msg)


@atexit.register
def _end_runs() -> None:
    """Stop all runs, each with a last checkpoint; torch aborts if its threads are cut off."""
    active = runs()
    for run in active:
        run.stop()
    for run in active:
        run._ended.wait()  # noqa: SLF001 - its own module


def _forget_runs() -> None:
    """In a forked child, end the runs: their threads are in the parent alone."""
    for run in _active:
        run._change, run._ended = threading.Condition(), threading.Event()  # noqa: SLF001
        run._state = "failed"  # noqa: SLF001
        run.exception = RuntimeError("This run goes on in the process that was forked.")
        run._ended.set()  # noqa: SLF001
    _active.clear()


at_fork(in_child=_forget_runs)
