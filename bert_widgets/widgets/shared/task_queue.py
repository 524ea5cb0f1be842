"""Answers computed part by part: at once where Python asks, on a thread where a page does."""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._common.progress import Cancelled, cancelled_by
from .lock import widget_lock
from .widget import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .widget import Widget


@dataclass(frozen=True)
class Task:
    """One part of what a widget answers.

    Attributes
    ----------
    name
        Of the part.
    key
        Returns, in the lock, the question that the part answers; None while nobody asks it.
    compute
        Takes that question and returns the answer. It may wait for the model: it runs outside
        the lock, and ends with `Cancelled` soon after the question has become another.
    show
        Takes the answer, in the widget_lock.
    at_once
        Like ``compute``, for Python, which waits for it; None leaves the part to the background.
    """

    name: str
    key: Callable[[], Any]
    compute: Callable[[Any], Any]
    show: Callable[[Any], None]
    at_once: Callable[[Any], Any] | None = None


@dataclass(eq=False)
class _Run:
    """The computing of one part."""

    part: Task
    question: Any
    compute: Callable[[Any], Any]
    background: bool
    cancelled: threading.Event = field(default_factory=threading.Event)


class TaskQueue:
    """Keeps what a widget shows in step with what its traits ask.

    Parts are answered in their order, each once a question; once more, if what they rest on has
    changed when something is asked the next time. There is one thread at most; it is started when
    there is something to do and ends when there is nothing, when Python computes at once, and on
    `close`. Nobody ever waits for it but `wait`: whoever asks anew cancels what
    it does, and it looks again at what is missing.

    Parameters
    ----------
    widget
        The widget.
    parts
        What it answers.
    changed
        Called in the lock whenever a part became wanted or was answered.
    basis
        Returns what all answers rest on besides their questions: the weights of the model.
    """

    def __init__(
        self,
        widget: Widget,
        parts: Sequence[Task],
        changed: Callable[[], None],
        basis: Callable[[], object],
    ) -> None:
        self._widget = widget
        self._basis, self._rests_on = basis, basis()
        self._parts = {part.name: part for part in parts}
        self._changed = changed
        self._answered: dict[str, Any] = {}
        self._failures: dict[str, str] = {}
        self._runs: list[_Run] = []
        self._waiting = 0  # threads that compute at once
        self._thread: threading.Thread | None = None
        self._closed = False
        self._idle = threading.Event()

    @property
    def first(self) -> str:
        """The name of the first part that Python waits for."""
        return next(name for name, part in self._parts.items() if part.at_once is not None)

    def pending(self, name: str) -> bool:
        """Say whether a part is wanted and not answered yet; hold the lock to call."""
        question = self._parts[name].key()
        return question is not None and self._answered.get(name) != question

    def current(self, name: str) -> bool:
        """Say whether a part is wanted and answered; hold the lock to call."""
        question = self._parts[name].key()
        return question is not None and self._answered.get(name) == question

    def failure(self) -> str:
        """Return why the first of the parts that failed did; hold the lock to call."""
        failures = (self._failures.get(name) for name in self._parts if self.current(name))
        return next(filter(None, failures), "")

    def skip(self, name: str) -> None:
        """Count a part as answered, since it is on show; hold the lock to call."""
        self._answered[name], self._failures[name] = self._parts[name].key(), ""

    def forget(self, name: str) -> None:
        """Count a part as not answered, since it is on show no more; hold the lock to call."""
        self._answered.pop(name, None)

    def ask(self) -> None:
        """Follow a change of the traits; hold the lock to call."""
        basis = self._basis()
        moved = basis != self._rests_on
        if moved:
            self._rests_on = basis
            self._answered.clear()
        for run in self._runs:
            if moved or run.part.key() != run.question:
                run.cancelled.set()
        self._idle.clear()
        self._changed()
        if self._next(at_once=True) and not widget_lock.for_page:
            widget_lock.afterwards(self._answer_at_once)
        else:
            self._go_on()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until everything is answered; say whether it is."""
        if widget_lock.held:
            msg = "Answers come after the observer that waits for them; wait outside of it."
            raise RuntimeError(msg)
        return self._idle.wait(timeout)

    def close(self) -> None:
        """Answer nothing more."""
        with widget_lock:
            self._closed = True
            for run in self._runs:
                run.cancelled.set()
            self._go_on()

    def _next(self, *, at_once: bool) -> _Run | None:
        if self._closed:
            return None
        for name, part in self._parts.items():
            compute = part.at_once if at_once else part.compute
            if compute is not None and self.pending(name):
                return _Run(part, part.key(), compute, background=not at_once)
        return None

    def _go_on(self) -> None:
        """See to it that somebody answers what is missing; hold the lock to call."""
        if self._waiting or self._thread is not None:
            return  # whoever is at it looks again when done
        if self._next(at_once=False) is None:
            self._idle.set()
            return
        name = f"bert-widgets-{type(self._widget).__name__}"
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()
        _at_work.add(self)

    def _answer_at_once(self) -> None:
        with widget_lock:
            self._waiting += 1
            for run in self._runs:
                if run.background:
                    run.cancelled.set()
        try:
            while mine := self._begin(at_once=True):
                self._finish(mine)
        finally:
            with widget_lock:
                self._waiting -= 1
                self._go_on()

    def _work(self) -> None:
        while run := self._begin(at_once=False):
            try:
                self._finish(run)
            except Exception:
                # An observer of the user's failed: the other parts must be shown all the same.
                logging.getLogger(__name__).exception("An answer could not be shown")

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
        answer, failure, interruption = None, "", None
        try:
            with cancelled_by(run.cancelled):
                answer = run.compute(run.question)
        except Cancelled:
            with widget_lock:
                self._runs.remove(run)
            return
        except Exception as error:  # noqa: BLE001 - it is shown to whoever asked
            failure = sentence(error)
        except BaseException as error:  # noqa: BLE001 - it is raised again
            failure, interruption = "The computing was interrupted.", error
        try:
            self._show(run, answer, failure)
        except Exception:
            self._widget.send_state()  # observers that fail keep later changes from the page
            raise
        if interruption is not None:
            raise interruption

    def _show(self, run: _Run, answer: Any, failure: str) -> None:  # noqa: ANN401
        name = run.part.name
        with self._widget.hold_sync(), self._widget.hold_trait_notifications():
            self._runs.remove(run)
            wanted = not run.cancelled.is_set() and run.part.key() == run.question
            if wanted and self.pending(name):
                self._answered[name], self._failures[name] = run.question, failure
                if not failure:
                    run.part.show(answer)
                self._changed()


_at_work: weakref.WeakSet[TaskQueue] = weakref.WeakSet()


@atexit.register
def _end_work() -> None:
    """Let threads end before the interpreter does: torch aborts a process that cuts them off."""
    with widget_lock:
        working = list(_at_work)
    for answers in working:
        answers.close()
        answers.wait()
