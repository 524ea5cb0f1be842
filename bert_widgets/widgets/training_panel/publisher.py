"""Snapshots at a bounded rate from a thread that changes things much faster."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL = 0.1


class Publisher:
    """Calls ``publish`` on a thread of its own after news, at most once in ``interval`` seconds.

    News within an interval are answered by one call after it, so the latest state is always
    published. Without news the thread sleeps. It ends when ``publish`` says so, or on `stop`.

    Parameters
    ----------
    publish
        Takes a snapshot and shows it; returns whether more can follow.
    interval
        Seconds between two calls.
    """

    def __init__(self, publish: Callable[[], bool], *, interval: float = _INTERVAL) -> None:
        self._publish = publish
        self._interval = interval
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="bert-widgets-panel", daemon=True)
        self._thread.start()

    def notify(self) -> None:
        """Say that something changed; returns at once, from any thread."""
        self._news.set()

    def stop(self) -> None:
        """Publish nothing more."""
        self._stopped.set()
        self._news.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended; say whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        more = True
        while more:
            self._news.wait()
            self._news.clear()
            if self._stopped.is_set():
                return
            try:
                more = self._publish()
            except Exception:
                # An observer of the user's failed: the next snapshot must come all the same.
                logging.getLogger(__name__).exception("A snapshot could not be shown")
            self._stopped.wait(self._interval)
