"""Waiting for a run, with its progress where nothing else shows it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from tqdm import tqdm

from .._common.progress import CellLine, in_notebook

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from .progress import Progress
    from .records.history import History

_DELAY = 1.0
"""Seconds before anything is shown, and between two updates of the bar."""

_BETWEEN_LINES = 30.0
"""Seconds between two lines, where there is no terminal that could redraw one."""


class Waited(Protocol):
    """The members of a `Run` that are shown; they are documented there."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def watched(self) -> bool: ...  # noqa: D102
    @property
    def progress(self) -> Progress: ...  # noqa: D102
    @property
    def history(self) -> History: ...  # noqa: D102


def wait_showing(run: Waited, ended: threading.Event, timeout: float | None) -> bool:
    """Wait for the end of a run and show its progress meanwhile; return whether it has ended.

    Nothing is shown while something else watches the run, as an open panel does.
    """
    if in_notebook():
        return _wait_with_bar(run, ended, timeout, CellLine(), keep=False)
    file = sys.stderr
    if file is None:  # a program without a console
        return ended.wait(timeout)
    if file.isatty():
        return _wait_with_bar(run, ended, timeout, file, keep=True)
    return _wait_with_lines(run, ended, timeout, file)


def _wait_with_bar(
    run: Waited,
    ended: threading.Event,
    timeout: float | None,
    file: TextIO | CellLine,
    *,
    keep: bool,
) -> bool:
    bar: tqdm[Any] | None = None
    try:
        for done in _ticks(ended, timeout):
            if done and bar is None:
                return True
            if bar is None and not run.watched:
                bar = tqdm(
                    total=run.progress.total_steps,
                    leave=keep,
                    file=file,
                    bar_format="{desc} |{bar}| {percentage:3.0f}%",
                    mininterval=0,
                )
            if bar is not None and not run.watched:
                bar.total, bar.n = run.progress.total_steps, run.progress.step
                bar.set_description_str(describe(run))
            if done:
                return True
        return False
    finally:
        if bar is not None:
            bar.close()


def _wait_with_lines(
    run: Waited, ended: threading.Event, timeout: float | None, file: TextIO
) -> bool:
    due = time.monotonic() + _BETWEEN_LINES
    for done in _ticks(ended, timeout):
        if done:
            return True
        if time.monotonic() >= due:
            if not run.watched:
                print(describe(run), file=file, flush=True)
            due = time.monotonic() + _BETWEEN_LINES
    return False


def _ticks(ended: threading.Event, timeout: float | None) -> Iterator[bool]:
    """Yield every now and then whether the end has come, and stop at the time limit."""
    until = None if timeout is None else time.monotonic() + timeout
    while True:
        left = _DELAY if until is None else min(_DELAY, until - time.monotonic())
        done = ended.wait(max(0.0, left))
        yield done
        if done or (until is not None and time.monotonic() >= until):
            return


def describe(run: Waited) -> str:
    """Return the progress of a run in a few words, such as its loss and the time left."""
    progress, latest = run.progress, run.history.latest("step")
    parts = [f"{run.name}: step {progress.step:,} of {progress.total_steps:,}"]
    if latest:
        parts.append(f"loss {latest['loss']:.3f}")
    if run.state != "running":
        parts.append(run.state)
    elif progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return a time as one would say it, such as ``"3 min"``."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
