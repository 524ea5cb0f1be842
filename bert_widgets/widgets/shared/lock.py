"""The lock that all widgets share, and work that is done once it is free."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from ..._common.forks import at_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class WidgetLock:
    """A re-entrant lock that calls deferred functions after it has been released.

    All widgets share one lock. A link makes a change of one widget set a trait of another, so with
    one lock per widget, two threads that start at opposite ends of a link could deadlock. For the
    same reason nothing slow, and nothing that waits for a model, is done while holding it.

    Attributes
    ----------
    for_page
        Whether the holder is handling a message from a page, which must not wait for results.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Make the lock free, whoever holds it."""
        self.for_page = False
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._depth = 0
        self._deferred: list[Callable[[], None]] = []

    @property
    def held(self) -> bool:
        """Whether this thread holds the lock."""
        return self._owner == threading.get_ident()

    @contextlib.contextmanager
    def answering_page(self) -> Iterator[None]:
        """Hold the lock while handling a message from a page."""
        with self:
            before, self.for_page = self.for_page, True
            try:
                yield
            finally:
                self.for_page = before

    @contextlib.contextmanager
    def unless_busy(self) -> Iterator[bool]:
        """Hold the lock if it is free; the value is whether it was.

        For who holds the lock of a model: the holder of this one may be an observer that waits
        for the model.
        """
        if not self._lock.acquire(blocking=False):
            yield False
            return
        self._enter()
        try:
            yield True
        finally:
            self.__exit__()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._enter()

    def _enter(self) -> None:
        self._owner = threading.get_ident()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        deferred: list[Callable[[], None]] = []
        if not self._depth:
            self._owner = None
            deferred, self._deferred = self._deferred, deferred
        self._lock.release()
        for function in deferred:
            function()

    def afterwards(self, function: Callable[[], None]) -> None:
        """Call a function once on this thread, after the lock, which is held now, is released."""
        if function not in self._deferred:
            self._deferred.append(function)


widget_lock = WidgetLock()


def _in_child() -> None:
    if not widget_lock.held:  # it may be held by a thread that is not in this process
        widget_lock.reset()


at_fork(in_child=_in_child)
