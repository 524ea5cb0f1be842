"""Long work: its progress, with an estimate of the time left, and how it is cancelled."""

from __future__ import annotations

import contextlib
import sys
import threading
import uuid
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    _Tqdm: TypeAlias = tqdm[Any]
else:
    _Tqdm = tqdm

_CANCELLED: ContextVar[threading.Event | None] = ContextVar("cancelled", default=None)
_LISTENER: ContextVar[Callable[[float], object] | None] = ContextVar("listener", default=None)


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The work was cancelled."""


@contextlib.contextmanager
def cancelled_by(event: threading.Event) -> Iterator[None]:
    """Let the work inside end with `Cancelled` soon after ``event`` is set."""
    token = _CANCELLED.set(event)
    try:
        yield
    finally:
        _CANCELLED.reset(token)


def check_cancelled() -> None:
    """Raise `Cancelled` if the work was cancelled; long work calls this between its batches."""
    event = _CANCELLED.get()
    if event is not None and event.is_set():
        raise Cancelled


@contextlib.contextmanager
def heard_by(listener: Callable[[float], object]) -> Iterator[None]:
    """Call ``listener`` with the share of the first bar inside that is done, from 0 to 1."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def in_notebook() -> bool:
    """Return whether the code runs in a cell of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return hasattr(shell, "kernel")


class CellLine:
    """A file for the line of a bar in a cell, which leaves nothing in a saved notebook.

    What is written to ``sys.stdout`` stays in the file of the notebook, overwritten or not.
    """

    def __init__(self) -> None:
        self._id = uuid.uuid4().hex
        self._shown = ""

    def write(self, text: str) -> None:
        """Show the text in place of the one before; a blank one takes that away."""
        line = text.strip()
        if line == self._shown:
            return
        from IPython.display import display

        data = {"text/plain": line} if line else {}
        display(data, raw=True, display_id=self._id, update=bool(self._shown))  # type: ignore[no-untyped-call]
        self._shown = line

    def flush(self) -> None:
        """Do nothing, as each line is shown at once."""


class _Bar(_Tqdm):
    """A bar that also informs a listener; tqdm does not count for hidden bars."""

    listener: Callable[[float], object] | None = None
    done = 0.0

    def update(self, n: float | None = 1) -> bool | None:
        self.done += n or 0
        if self.listener is not None:
            self.listener(self.done / (self.total or 1))
        return super().update(n)


def progress(total: int, doing: str) -> tqdm[Any]:
    """Return a progress bar that appears once the work has taken a second.

    It is plain text, because a widget would not be rendered in a saved notebook. On threads other
    than the main one it stays hidden, because they have no cell to show it in.
    """
    hidden = threading.current_thread() is not threading.main_thread()
    file = CellLine() if in_notebook() else sys.stderr
    bar = _Bar(
        total=total, desc=doing, unit=" texts", delay=1, leave=False, disable=hidden, file=file
    )
    bar.listener = _LISTENER.get()
    _LISTENER.set(None)  # bars within this one are part of its work
    bar.update(0)
    return bar
