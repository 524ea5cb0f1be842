"""A re-entrant lock that waiting threads get in turn."""

from __future__ import annotations

import sys
import threading
import weakref

from .._common.forks import at_fork

_LONGEST_WAIT = 10.0  # seconds that a fork waits for a lock


class FairLock:
    """Like ``threading.RLock``, but a thread that waits gets its turn.

    A training thread takes the lock again microseconds after each step; with a plain lock a
    notebook cell that wants one prediction might wait for the whole run. A copy is a new lock.

    A process is forked while no other thread holds the lock, so what it protects is whole in the
    new process, too. Where the lock was not free in time, the new process cannot take it.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._held = threading.RLock()
        self._owner: int | None = None
        self._lost = False
        _locks.add(self)

    def __enter__(self) -> None:
        if self._lost:
            msg = (
                "This process was forked while another thread used the model, which may be "
                "incomplete here; start it by multiprocessing's method 'spawn', or fork it before "
                "the model is used."
            )
            raise RuntimeError(msg)
        self._take()

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = None
        self._held.release()

    def __reduce__(self) -> tuple[type[FairLock], tuple[()]]:
        return FairLock, ()

    def _take(self, timeout: float = -1) -> bool:
        if self._owner == threading.get_ident():
            self._held.acquire()
        else:
            if not self._turn.acquire(timeout=timeout):
                return False
            try:  # the thread that waits holds the turn, so it is next
                if not self._held.acquire(timeout=timeout):
                    return False
            finally:
                self._turn.release()
            self._owner = threading.get_ident()
            self._depth = 0
        self._depth += 1
        return True


_locks: weakref.WeakSet[FairLock] = weakref.WeakSet()
_taken: list[FairLock] = []


def _before_fork() -> None:
    _taken[:] = [lock for lock in list(_locks) if lock._take(_LONGEST_WAIT)]  # noqa: SLF001


def _after_fork() -> None:
    for lock in _taken:
        lock.__exit__()
    _taken.clear()


def _in_child() -> None:
    for lock in list(_locks):
        lock._turn = threading.Lock()  # noqa: SLF001
        lock._lost = lock not in _taken  # noqa: SLF001
    if _locks and "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)  # the other threads of its pool are not in this process
    _after_fork()


at_fork(before=_before_fork, in_parent=_after_fork, in_child=_in_child)
