"""Results of a widget, computed task by task: at once for Python, in the background for a page."""

from __future__ import annotations

import atexit
import logging
import threading
import time
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._common.errors import reason
from ..._common.forks import at_fork
from ..._common.progress import Cancelled, cancelled_by
from .lock import widget_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .widget import Widget


_LONGEST_END = 30.0  # seconds that the end of the interpreter waits for threads


@dataclass(frozen=True)
class Task:
    """One result that a widget computes.

    Attributes
    ----------
    name
        Identifies the task in its queue.
    key
        Returns the question that the task answers, or None while its result is not wanted. It is
        called with the `widget_lock` held.
    compute
        Takes the question and returns the result. It may wait for the model, so it is called
        without the lock. It raises `Cancelled` soon after the question has changed.
    show
        Takes the result and sets traits. It is called with the lock held.
    at_once
        Like ``compute``, called where Python waits for the result; None leaves the task to the
        background.
    """

    name: str
    key: Callable[[], Any]
    compute: Callable[[Any], Any]
    show: Callable[[Any], None]
    at_once: Callable[[Any], Any] | None = None


@dataclass(eq=False)
class _Run:
    """One computation of a task."""

    task: Task
    question: Any
    compute: Callable[[Any], Any]
    background: bool
    cancelled: threading.Event = field(default_factory=threading.Event)


class TaskQueue:
    """Computes what the traits of a widget ask for.

    Tasks are done in order, each once per question. They are done again if the basis of all results
    has changed by the time something is asked. At most one background thread runs. It starts when
    there is something to do, and ends when there is nothing left, when Python computes at once, or
    on `close`. Only `wait` waits for it: a new question cancels what the thread computes, and the
    thread then looks again for what is missing.

    Parameters
    ----------
    widget
        The widget.
    tasks
        What is computed.
    changed
        Called with the `widget_lock` held when a task has become wanted or was done.
    basis
        Returns what all results depend on besides their questions: the weights of the model.
    """

    def __init__(
        self,
        widget: Widget,
        tasks: Sequence[Task],
        changed: Callable[[], None],
        basis: Callable[[], object],
    ) -> None:
        self._widget = widget
        self._current_basis = basis
        self._basis = basis()
        self._tasks = {task.name: task for task in tasks}
        self._changed = changed
        self._done: dict[str, Any] = {}
        self._failures: dict[str, str] = {}
        self._unclear: dict[str, str] = {}  # why the question of a task could not be made
        self._runs: list[_Run] = []
        self._waiting = 0  # threads that compute at once
        self._thread: threading.Thread | None = None
        self._closed = False
        self._resting = False
        self._idle = threading.Event()

    @property
    def first(self) -> str:
        """The name of the first task that Python waits for."""
        return next(name for name, task in self._tasks.items() if task.at_once is not None)

    @property
    def basis(self) -> object:
        """What results depended on when something was asked last; hold the lock to read."""
        return self._basis

    def pending(self, name: str) -> bool:
        """Return whether a result is wanted and missing; hold the lock to call."""
        question = self._question(name)
        return question is not None and self._done.get(name) != question

    def current(self, name: str) -> bool:
        """Return whether a result is wanted and there; hold the lock to call."""
        question = self._question(name)
        return question is not None and self._done.get(name) == question

    def failure(self) -> str:
        """Return why the first failed task failed; hold the lock to call."""
        failures = [self._failures.get(name) for name in self._tasks if self.current(name)]
        return next(filter(None, [*failures, *self._unclear.values()]), "")

    def skip(self, name: str) -> None:
        """Mark a task as done because its result is displayed; hold the lock to call."""
        self._done[name], self._failures[name] = self._question(name), ""

    def forget(self, *names: str) -> None:
        """Mark tasks as not done because their results were removed; hold the lock to call."""
        for name in names:
            self._done.pop(name, None)

    def forget_after(self, name: str) -> None:
        """Mark all later tasks as not done, as a new result has replaced what they were about."""
        names = list(self._tasks)
        self.forget(*names[names.index(name) + 1 :])

    def ask(self) -> None:
        """Do what the traits ask for now; hold the lock to call."""
        basis = self._current_basis()
        basis_changed = basis != self._basis
        if basis_changed:
            self._basis = basis
            self._done.clear()
        for run in self._runs:
            if basis_changed or self._question(run.task.name) != run.question:
                run.cancelled.set()
        self._resting = False
        self._idle.clear()
        self._changed()
        if self._next(at_once=True) and not widget_lock.for_page:
            widget_lock.afterwards(self._compute_at_once)
        else:
            self._go_on()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until everything is done; return whether it is."""
        if widget_lock.held:
            msg = "An observer cannot wait for results that are computed after it; wait outside it."
            raise RuntimeError(msg)
        with widget_lock:
            if self._resting:
                self._resting = False
                self._idle.clear()
                self._go_on()
        return self._idle.wait(timeout)

    def rest(self) -> None:
        """Compute nothing more on the background thread until something is asked or waited for."""
        with widget_lock:
            self._resting = True
            self._cancel_background()
            self._go_on()

    def close(self) -> None:
        """Compute nothing more."""
        with widget_lock:
            self._closed = True
            for run in self._runs:
                run.cancelled.set()
            self._go_on()

    def _question(self, name: str) -> Any:  # noqa: ANN401
        """Return the question of a task; None if nothing is wanted, or it cannot be made."""
        try:
            question = self._tasks[name].key()
        except Exception as error:  # noqa: BLE001 - it is shown in the widget
            self._unclear[name] = reason(error)
            return None
        self._unclear.pop(name, None)
        return question

    def _next(self, *, at_once: bool) -> _Run | None:
        if self._closed or (self._resting and not at_once):
            return None
        for name, task in self._tasks.items():
            compute = task.at_once if at_once else task.compute
            if compute is not None and self.pending(name):
                return _Run(task, self._question(name), compute, background=not at_once)
        return None

    def _go_on(self) -> None:
        """Make sure that what is missing gets computed; hold the lock to call."""
        if self._waiting or self._thread is not None:
            return  # a thread is at work and looks again when it is done
        if self._next(at_once=False) is None:
            self._idle.set()
            return
        name = f"bert-widgets-{type(self._widget).__name__}"
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()
        _at_work.add(self)

    def _compute_at_once(self) -> None:
        with widget_lock:
            self._waiting += 1
            self._cancel_background()
        try:
            while started := self._begin(at_once=True):
                self._finish(started)
        finally:
            with widget_lock:
                self._waiting -= 1
                self._go_on()

    def _cancel_background(self) -> None:
        for run in self._runs:
            if run.background:
                run.cancelled.set()

    def _work(self) -> None:
        while run := self._begin(at_once=False):
            try:
                self._finish(run)
            except BaseException:
                # An observer of the user failed, or a library ended the thread. The other results
                # are still shown, and nobody waits in vain.
                logging.getLogger(__name__).exception("A result could not be shown")

    def _begin(self, *, at_once: bool) -> _Run | None:
        with widget_lock:
            run = None
            if at_once or not self._waiting:
                run = self._next(at_once=at_once)
            if run is not None:
                self._runs.append(run)
            elif not at_once:
                self._thread = None
                _at_work.discard(self)
                self._go_on()
            return run

    def _finish(self, run: _Run) -> None:
        result, failure, interruption = None, "", None
        try:
            with cancelled_by(run.cancelled):
                result = run.compute(run.question)
        except Cancelled:
            with widget_lock:
                self._runs.remove(run)
            return
        except Exception as error:  # noqa: BLE001 - it is shown in the widget
            failure = reason(error)
        except BaseException as error:  # noqa: BLE001 - it is raised again
            failure, interruption = "The computation was interrupted.", error
        try:
            self._show(run, result, failure)
        except Exception:
            self._widget.send_state()  # a failing observer keeps later changes from the page
            raise
        if interruption is not None:
            raise interruption

    def _show(self, run: _Run, result: Any, failure: str) -> None:  # noqa: ANN401
        name = run.task.name
        with self._widget.hold_trait_notifications():
            self._runs.remove(run)
            wanted = not run.cancelled.is_set() and self._question(name) == run.question
            if wanted and self.pending(name):
                self._done[name], self._failures[name] = run.question, failure
                if not failure:
                    run.task.show(result)
                self._changed()


_at_work: weakref.WeakSet[TaskQueue] = weakref.WeakSet()


def _forget_work() -> None:
    """Let nobody wait for threads that are not in a forked process."""
    for queue in list(_at_work):
        queue._thread, queue._waiting = None, 0  # noqa: SLF001 - its own module
        queue._runs.clear()  # noqa: SLF001
        queue._idle.set()  # noqa: SLF001
    _at_work.clear()


at_fork(in_child=_forget_work)


@atexit.register
def _end_work() -> None:
    """End threads before the interpreter exits: torch aborts a process that kills them."""
    with widget_lock:
        queues = list(_at_work)
    for queue in queues:
        queue.close()
    end = time.monotonic() + _LONGEST_END
    for queue in queues:
        queue.wait(max(0.0, end - time.monotonic()))
