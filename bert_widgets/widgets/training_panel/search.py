"""The search for a learning rate in the background: one per trainer, for all its panels."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from ..._common.errors import reason
from ..._common.forks import at_fork
from ..._common.progress import Cancelled, cancelled_by
from ...training.learning_rate_finder import find_learning_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ...training import Trainer
    from ...training.learning_rate_finder import RateSearch


class Search:
    """Runs `find_learning_rate` in the background and keeps its result.

    Attributes
    ----------
    running : bool
        Whether the search is running.
    result : RateSearch or None
        Result of the latest complete search.
    problem : str
        Why the latest search failed; empty if it did not.
    """

    def __init__(self) -> None:
        self.running = False
        self.result: RateSearch | None = None
        self.problem = ""
        self._points: list[tuple[float, float]] = []
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._change = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def start(self, trainer: Trainer) -> None:
        """Start a search in the background; does nothing while one is running."""
        with self._change:
            if self.running:
                return
            self.running = True
        self.result, self.problem, self._points = None, "", []
        self._cancelled.clear()
        name = "bert-widgets-search"
        self._thread = threading.Thread(
            target=self._search, args=(trainer,), name=name, daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Cancel the search; its results are discarded."""
        self._cancelled.set()

    def wait(self) -> None:
        """Wait until the search has ended."""
        if self._thread is not None:
            self._thread.join()

    def traits(self) -> dict[str, Any]:
        """Return the traits that show the search."""
        suggestion = self.result.suggestion if self.result is not None else None
        return {"finding": self.running, "_finder": self._curve(), "suggested_rate": suggestion}

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each change, from any thread; return how to unsubscribe."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    def _search(self, trainer: Trainer) -> None:
        self._tell()
        try:
            with cancelled_by(self._cancelled):
                self.result = find_learning_rate(trainer, progress=self._add)
        except Cancelled:
            self._points = []
        except Exception as error:  # noqa: BLE001 - shown in the panels
            self.problem = f"The search failed: {reason(error)}"
        finally:
            self.running = False
            self._tell()

    def _add(self, rate: float, loss: float) -> None:
        self._points = [*self._points, (rate, loss)]
        self._tell()

    def _curve(self) -> NDArray[np.float64]:
        """Return rates and smoothed losses (k, 2)."""
        if self.result is not None:
            return np.stack([self.result.rates, self.result.smoothed], 1)
        return np.array(self._points).reshape(-1, 2)

    def _tell(self) -> None:
        for callback in tuple(self._callbacks):
            callback()


_searches: WeakKeyDictionary[Trainer, Search] = WeakKeyDictionary()


def search_of(trainer: Trainer) -> Search:
    """Return the search of a trainer."""
    return _searches.setdefault(trainer, Search())


at_fork(in_child=_searches.clear)  # their threads are not in a forked process


@atexit.register
def _end_searches() -> None:
    """End all searches before Python exits; torch aborts if its threads are cut off."""
    searches = list(_searches.values())
    for search in searches:
        search.cancel()
    for search in searches:
        search.wait()
