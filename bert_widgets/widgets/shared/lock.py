"""The one lock of all widgets, and work that waits until it is free."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class WidgetLock:
    """A re-entrant lock that runs what was left for later once its holder lets go.

    All widgets share one lock. Links make one widget's change set a trait of another, so with a
    lock for each, two threads that begin at either end of a link would wait for each other. For
    the same reason nothing slow, and nothing that waits for a model, is done inside it.

    Attributes
    ----------
    for_page
        Whether its holder does what a page has asked for: then nobody may be made to wait.
    """

    def __init__(self) -> None:
        self.for_page = False
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._depth = 0
        self._later: list[Callable[[], None]] = []

    @property
    def held(self) -> bool:
        """Whether this thread holds it."""
        return self._owner == threading.get_ident()

    @contextlib.contextmanager
    def answering_page(self) -> Iterator[None]:
        """Hold the lock while a message of a page is dealt with."""
        with self:
            before, self.for_page = self.for_page, True
            try:
                yield
            finally:
                self.for_page = before

    def __enter__(self) -> None:
        self._lock.acquire()
        self._owner = threading.get_ident()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        work: list[Callable[[], None]] = []
        if not self._depth:
            self._owner = None
            work, self._later = self._later, work
        self._lock.release()
        for each in work:
            each()

    def afterwards(self, work: Callable[[], None]) -> None:
        """Run ``work`` once, on this thread, as soon as the lock is free; hold the lock to call."""
        if work not in self._later:
            self._later.append(work)


widget_lock = WidgetLock()
