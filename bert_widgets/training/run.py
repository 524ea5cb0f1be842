"""A trainer on a background thread: start, pause, resume, stop, wait."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .history import History
    from .trainer import Trainer

State = Literal["ready", "running", "paused", "stopping", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes
    ----------
    step, total_steps
        Steps of the optimiser done, and in all.
    epoch, epochs
        Epochs done, with a fraction, and in all.
    elapsed
        Seconds of training and evaluation; pauses do not count.
    examples_per_second, seconds_left
        Estimates from the run so far; None before the first step.
    """

    step: int
    total_steps: int
    epoch: float
    epochs: int
    elapsed: float
    examples_per_second: float | None
    seconds_left: float | None


class Run:
    """A training that goes on while the notebook is used.

    The methods return at once and take effect between two steps; only `wait` waits.

    Parameters
    ----------
    trainer
        What to run; it must not be iterated elsewhere.

    Examples
    --------
    >>> run = Trainer(clf, train, valid).start()  # doctest: +SKIP
    >>> run.pause(); run.resume(); run.wait()  # doctest: +SKIP
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.exception: BaseException | None = None
        self._state: State = "ready"
        self._change = threading.Condition()
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

    def start(self) -> None:
        """Begin training; a run that has begun is left as it is."""
        if self._move("running", only_from=("ready",)):
            self._thread.start()

    def pause(self) -> None:
        """Hold the training after the step at hand."""
        self._move("paused", only_from=("running",))

    def resume(self) -> None:
        """Go on after a pause."""
        self._move("running", only_from=("paused",))

    def stop(self) -> None:
        """End the training after the step at hand; the weights stay as they are by then."""
        self._move("stopping", only_from=("running", "paused"))

    def wait(self, timeout: float | None = None) -> Run:
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
        self._thread.join(timeout)
        if self._thread.is_alive():
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

    def _train(self) -> None:
        try:
            for _ in self.trainer:
                self._tell()
                if self._told_to_stop():
                    self._move("stopped")
                    return
        except BaseException as error:  # noqa: BLE001 - shown in the panel, raised by wait()
            self.exception = error
            self._move("failed")
        else:
            self._move("finished")

    def _told_to_stop(self) -> bool:
        """Wait while the run is paused; say whether it is to end."""
        with self._change:
            self._change.wait_for(lambda: self._state != "paused")
            return self._state == "stopping"

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
