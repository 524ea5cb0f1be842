"""Publishing at a bounded rate what another thread changes much faster."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL = 0.1


class Publisher:
    """Calls ``publish`` on a separate thread after changes, at most once per interval.

    Changes within an interval lead to one call after it, so that the latest state is always
    published. The thread sleeps until there are changes. It ends when ``publish`` returns False,
    or on `stop`.

    Parameters
    ----------
    publish
        Shows the present state; returns whether it may still change.
    interval
        Minimum seconds between two calls.
    """

    def __init__(self, publish: Callable[[], bool], *, interval: float = _INTERVAL) -> None:
        self._publish = publish
        self._interval = interval
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="bert-widgets-panel", daemon=True)
        self._thread.start()

    def notify(self) -> None:
        """Report a change, from any thread; returns immediately."""
        self._changed.set()

    def stop(self) -> None:
        """Stop publishing."""
        self._stopped.set()
        self._changed.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended; return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        more = True
        while more:
            self._changed.wait()
            self._changed.clear()
            if self._stopped.is_set():
                return
            try:
                more = self._publish()
            except Exception:
                # An observer of the user's failed; later states must be shown nevertheless.
                logging.getLogger(__name__).exception("The state could not be shown")
            self._stopped.wait(self._interval)
