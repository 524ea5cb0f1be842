"""The one lock of all widgets, and work that waits until it is free."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Gate:
    """A re-entrant lock that runs what was left for later once its holder lets go.

    All widgets share one gate. Links make one widget's change set a trait of another, so with a
    lock for each, two threads that begin at either end of a link would wait for each other. For
    the same reason nothing slow, and nothing that waits for a model, is done inside it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._later: list[Callable[[], None]] = []

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        work: list[Callable[[], None]] = []
        if not self._depth:
            work, self._later = self._later, work
        self._lock.release()
        for each in work:
            each()

    def afterwards(self, work: Callable[[], None]) -> None:
        """Run ``work`` once, on this thread, as soon as the gate is free; hold the gate to call."""
        if work not in self._later:
            self._later.append(work)


gate = Gate()
