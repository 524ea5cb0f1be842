"""Ctrl-C, or a signal that ends the process, delayed until an action is complete."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals by which a process is asked to end; Windows has no SIGHUP."""


def _nothing() -> None: ...


@contextlib.contextmanager
def held_back(save: Callable[[], object] = _nothing) -> Iterator[None]:
    """Delay the signals of the main thread until the end; a second one is obeyed at once.

    Half-updated weights, or a step that is taken but not counted, could not be repaired.

    Parameters
    ----------
    save
        Called at the end if the process was asked to end.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)}
    delayed = {
        number: handler
        for number, handler in before.items()
        if callable(handler) or (number in ENDING and handler is signal.SIG_DFL)
    }
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        if number in held:
            obey(number, delayed[number], frame)
        held.append(number)

    for number in delayed:
        signal.signal(number, hold)
    try:
        yield
    finally:
        ending = [number for number in held if number in ENDING]
        if ending:
            save()
        for number, handler in delayed.items():
            signal.signal(number, handler)
        for number in ending:
            obey(number, delayed[number])
    if signal.SIGINT in held:
        obey(signal.SIGINT, delayed[signal.SIGINT])


def obey(number: int, handler: Any, frame: FrameType | None = None) -> None:  # noqa: ANN401
    """Do what a handler, or the operating system where there is none, does at a signal."""
    if callable(handler):
        handler(number, frame)
    else:
        signal.signal(number, handler)
        signal.raise_signal(number)
