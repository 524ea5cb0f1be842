"""Publishing at a bounded rate what another thread changes much faster."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL = 0.1
_SHARE = 0.02
"""After how much more of the time since a page last answered it is sent the next state.

So a page that answers every few seconds gets ten states a second, and one that is hidden, blocked
or closed for a day some five hundred: hosts keep for a page all that it has not read.
"""


class Publisher:
    """Calls ``publish`` on a separate thread after changes, at most once per interval.

    Changes within an interval lead to one call after it, so that the latest state is always
    published. The longer nobody has answered, the longer is the interval. The thread sleeps until
    there are changes. It ends when ``publish`` returns False, or on `stop`.

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
        self._news = threading.Condition()
        self._changed = self._urgent = self._stopped = False
        self._published = -math.inf
        self._unanswered_since: float | None = None
        self._thread = threading.Thread(target=self._loop, name="bert-widgets-panel", daemon=True)
        self._thread.start()

    def notify(self, *, urgent: bool = False) -> None:
        """Report a change, from any thread; returns immediately.

        Parameters
        ----------
        urgent
            Whether it is to be shown even where nobody answers.
        """
        with self._news:
            if urgent or not self._changed:
                self._changed, self._urgent = True, self._urgent or urgent
                self._news.notify_all()

    def answered(self) -> None:
        """Report that somebody has seen what was published."""
        with self._news:
            self._unanswered_since = None
            self._news.notify_all()

    def stop(self) -> None:
        """Stop publishing."""
        with self._news:
            self._stopped = True
            self._news.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended; return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        more = True
        while more:
            with self._news:
                while not self._stopped and (left := self._seconds_left()) > 0:
                    self._news.wait(None if left == math.inf else left)
                if self._stopped:
                    return
                self._changed = self._urgent = False
                if self._unanswered_since is None:
                    self._unanswered_since = time.monotonic()
            try:
                more = self._publish()
            except Exception:
                # An observer of the user's failed; later states must be shown nevertheless.
                logging.getLogger(__name__).exception("The state could not be shown")
            self._published = time.monotonic()

    def _seconds_left(self) -> float:
        """Return the seconds until the next call; hold the condition to call."""
        if not self._changed:
            return math.inf
        interval = self._interval
        if self._unanswered_since is not None and not self._urgent:
            interval = max(interval, _SHARE * (self._published - self._unanswered_since))
        return self._published + interval - time.monotonic()
