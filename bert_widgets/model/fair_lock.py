"""A re-entrant lock that waiting threads get in turn."""

from __future__ import annotations

import threading


class FairLock:
    """Like ``threading.RLock``, but a thread that waits gets its turn.

    A training thread takes the lock again microseconds after each step; with a plain lock a
    notebook cell that wants one prediction might wait for the whole run. A copy is a new lock.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._held = threading.RLock()
        self._owner: int | None = None

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            self._held.acquire()
        else:
            with self._turn:  # the thread that waits holds the turn, so it is next
                self._held.acquire()
            self._owner = threading.get_ident()
            self._depth = 0
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = None
        self._held.release()

    def __reduce__(self) -> tuple[type[FairLock], tuple[()]]:
        return FairLock, ()
