"""A trainer on a background thread: start, pause, resume, stop, wait."""

from __future__ import annotations

import atexit
import itertools
import threading
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, Self, TypeVar

from .checkpoints.files import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..model.classifier import BertClassifier
    from .progress import Progress
    from .records.history import History

State = Literal["ready", "running", "paused", "stopping", "stopped", "finished", "failed"]


_numbers = itertools.count(1)


class Trainable(Protocol):
    """What a `Run` takes of a `Trainer`, whose documentation says what each member is."""

    learning_rate: float

    @property
    def clf(self) -> BertClassifier: ...  # noqa: D102
    @property
    def folder(self) -> Path | None: ...  # noqa: D102
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
    """A training that goes on while the notebook is used.

    The methods return at once and take effect between two steps; only `wait` waits. When Python
    ends before the training, it is stopped as by `stop`: a script that wants its end waits for it.

    Parameters
    ----------
    trainer
        What to run; it must not be iterated elsewhere.

    Attributes
    ----------
    name : str
        The name of the trainer's folder, or ``"run 1"`` and so on.
    problem : str
        Why the run has paused by itself (a disk that is full, say), in a sentence; `resume`
        tries again. Empty if it has not.
    exception : BaseException or None
        What the training raised, if it failed.
    stops_after_epoch : bool
        Whether it will end with the epoch at hand.

    Examples
    --------
    >>> run = Trainer(clf, train, valid).start()  # doctest: +SKIP
    >>> run.pause(); run.resume(); run.wait()  # doctest: +SKIP
    """

    def __init__(self, trainer: T) -> None:
        self.trainer = trainer
        self.name = trainer.folder.name if trainer.folder else f"run {next(_numbers)}"
        self.exception: BaseException | None = None
        self.problem = ""
        self.stops_after_epoch = False
        self._save_wanted = False
        self._state: State = "ready"
        self._change = threading.Condition()
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
        """How far the training is."""
        return self.trainer.progress

    @property
    def learning_rate(self) -> float:
        """The highest learning rate, which the schedule scales; setting it works at once."""
        return self.trainer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self.trainer.learning_rate = rate
        self._tell()

    def start(self) -> None:
        """Begin training; a run that has begun is left as it is.

        Raises
        ------
        RuntimeError
            If another run is training the same classifier.
        """
        with _beginning:
            if self._state != "ready":
                return
            check_free(self.trainer.clf)
            _under_way.append(self)
            self._move("running")
            self._thread.start()

    def pause(self) -> None:
        """Hold the training after the step at hand."""
        self._move("paused", only_from=("running",))

    def resume(self) -> None:
        """Go on after a pause."""
        self._move("running", only_from=("paused",))

    def stop(self) -> None:
        """End the training after the step at hand.

        The weights stay as they are by then (or the best come back, with ``keep_best``). With a
        folder, a last checkpoint is written, from which `Trainer.resume` goes on.
        """
        self._move("stopping", only_from=("running", "paused"))

    def stop_after_epoch(self) -> None:
        """End the training with the epoch at hand; called again, take that back."""
        self.stops_after_epoch = not self.stops_after_epoch
        self._tell()

    def save(self) -> None:
        """Write a checkpoint after the step at hand, also while paused.

        Raises
        ------
        ValueError
            If the trainer has no folder.
        """
        if self.trainer.folder is None:
            msg = "This run has no folder to save to; give its Trainer one: folder='runs/first'."
            raise ValueError(msg)
        if self._state in ("ready", "stopped", "finished", "failed"):
            return
        with self._change:
            self._save_wanted = True
            self._change.notify_all()

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the training has ended.

        Parameters
        ----------
        timeout
            Seconds to wait at most; None waits as long as it takes. A paused run does not end.

        Raises
        ------
        TimeoutError
            If the run goes on after ``timeout`` seconds.
        RuntimeError
            If the run was never started.
        BaseException
            What the training raised, if it failed.
        """
        if self._state == "ready":
            msg = "This run has not been started; call start() before wait()."
            raise RuntimeError(msg)
        # Not the thread's own join: in Python 3.11 an interrupt makes it take the thread for ended.
        if not self._ended.wait(timeout):
            msg = f"The run is still {self._state} after {timeout} s; wait longer or stop() it."
            raise TimeoutError(msg)
        if self.exception is not None:
            raise self.exception
        return self

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each event and change of state; return what ends that.

        It may be called from the training thread, so it must be quick and must not raise.
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
            while self._may_go_on():
                if self.trainer.done:
                    self._move("finished")
                    return
                self._try(self.trainer.advance)
                self._tell()
                if self.stops_after_epoch and self.trainer.between_epochs and not self.trainer.done:
                    self._move("stopping", only_from=("running", "paused"))
            self._try(self.trainer.finish)
            self._move("stopped")
        except BaseException as error:  # noqa: BLE001 - shown in the panel, raised by wait()
            self.exception = error
            self._move("failed")
        finally:
            _under_way.remove(self)
            self._ended.set()

    def _may_go_on(self) -> bool:
        """Wait while the run is paused, saving if asked to; say whether it is to go on."""
        while True:
            with self._change:
                self._change.wait_for(lambda: self._state != "paused" or self._save_wanted)
                wanted, self._save_wanted = self._save_wanted, False
                state = self._state
            if wanted:
                self._try(self._save)
                self._tell()
            elif state != "paused":
                return state == "running"

    def _save(self) -> None:
        path = self.trainer.save()
        self.history.note(self.progress.step, f"Saved to {path}.")

    def _try(self, action: Callable[[], object]) -> None:
        """Do something that may write a checkpoint; pause if it cannot be written."""
        try:
            action()
            self.problem = ""
        except CheckpointError as error:
            self.problem = str(error)
            self.history.note(self.progress.step, self.problem)
            self._move("paused", only_from=("running",))

    def _move(self, state: State, *, only_from: tuple[State, ...] | None = None) -> bool:
        """Change the state; say whether that was possible."""
        with self._change:
            if only_from is not None and self._state not in only_from:
                return False
            self._state = state
            self._change.notify_all()
        self._tell()
        return True

    def _tell(self) -> None:
        for callback in tuple(self._callbacks):
            callback()


_under_way: list[Run[Any]] = []


_beginning = threading.RLock()


def runs() -> list[Run[Any]]:
    """Return the runs that have begun and not ended, the oldest first.

    Where a cell was run again its first run may go on under no name: it is found here.

    Examples
    --------
    >>> for run in runs():
    ...     run.stop()
    """
    return list(_under_way)


def check_free(clf: BertClassifier) -> None:
    """Raise a RuntimeError if a run is training the classifier."""
    for i, run in enumerate(runs()):
        if run.trainer.clf is clf:
            msg = (
                f"This classifier is being trained by {run.name!r} ({run.state}, step "
                f"{run.progress.step}); stop that one first, in its panel or by "
                f"bw.runs()[{i}].stop(), or train a copy.deepcopy of the classifier."
            )
            raise RuntimeError(msg)


@atexit.register
def _end_runs() -> None:
    """Stop what still trains, with a last checkpoint; torch aborts a process that cuts it off."""
    under_way = runs()
    for run in under_way:
        run.stop()
    for run in under_way:
        run._ended.wait()  # noqa: SLF001 - its own module
