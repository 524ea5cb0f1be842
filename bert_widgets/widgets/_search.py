"""The search for a learning rate on a thread of its own, one a trainer, for all its panels."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from ..training.finder import find_learning_rate
from ._base import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..training import Trainer
    from ..training.finder import RateSearch


class Search:
    """Runs `find_learning_rate` and keeps what it has found.

    Attributes
    ----------
    running : bool
        Whether it is going on.
    result : RateSearch or None
        The latest search that has come to its end.
    problem : str
        Why the latest one failed; empty if it did not.
    """

    def __init__(self) -> None:
        self.running = False
        self.result: RateSearch | None = None
        self.problem = ""
        self._points: list[tuple[float, float]] = []
        self._change = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def start(self, trainer: Trainer) -> None:
        """Search in the background; does nothing while a search is going on."""
        with self._change:
            if self.running:
                return
            self.running = True
        self.result, self.problem, self._points = None, "", []
        name = "bert-widgets-search"
        threading.Thread(target=self._search, args=(trainer,), name=name, daemon=True).start()

    def traits(self) -> dict[str, Any]:
        """Return the traits that show the search."""
        suggestion = self.result.suggestion if self.result is not None else None
        return {"finding": self.running, "_finder": self._curve(), "suggested_rate": suggestion}

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each change, from any thread; return what ends that."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    def _search(self, trainer: Trainer) -> None:
        self._tell()
        try:
            self.result = find_learning_rate(trainer, progress=self._add)
        except Exception as error:  # noqa: BLE001 - shown in the panels
            self.problem = f"The search failed: {sentence(error)}"
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
    """Return the one search of a trainer."""
    return _searches.setdefault(trainer, Search())
