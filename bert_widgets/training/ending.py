"""The end of the process: the runs in it are stopped before, each with a last checkpoint."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from .interrupts import ENDING, obey

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_SIGNALLED = 128  # added to a signal's number, the exit status by which shells report it


def stop_before_end(going_on: Callable[[], object], stop: Callable[[], object]) -> None:
    """Let SIGTERM and SIGHUP end the process only after ``stop``; a second one ends it at once.

    What the main thread does ends with `SystemExit`, as it does with KeyboardInterrupt at Ctrl-C.
    Signals for which there is a handler already, or which are ignored, are left as they are. Only
    the main thread can do this; in another one nothing happens.

    Parameters
    ----------
    going_on
        Whether there is anything to stop; otherwise the process ends at once.
    stop
        Stops what is going on and waits for its end. It is called on a thread of its own, since
        the main thread may hold any lock.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    asked: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        if asked or not going_on():
            obey(number, signal.SIG_DFL)
        asked.append(number)
        threading.Thread(target=stop_and_end, args=[number], daemon=True).start()
        raise SystemExit(_SIGNALLED + number)

    def stop_and_end(number: int) -> None:
        try:
            stop()
        finally:
            os.kill(os.getpid(), number)

    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
