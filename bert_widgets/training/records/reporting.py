"""Functions that a trainer calls with each event, such as a writer for TensorBoard."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ..._common.errors import reason
from ..._common.extras import needs_extra
from .history import Event

if TYPE_CHECKING:
    from pathlib import Path

Reporter: TypeAlias = Callable[[Event], None]

_GROUPS = {"step": "train", "evaluation": "validation"}
_SECONDS = 2  # between two writes to the file: the most that a killed run loses


def reporters_of(report_to: Reporter | Sequence[Reporter] | None) -> tuple[Reporter, ...]:
    """Return the functions given as ``report_to``.

    Raises
    ------
    TypeError
        If one of them cannot be called.
    """
    if report_to is None:
        return ()
    reporters = tuple(report_to) if isinstance(report_to, Sequence) else (report_to,)
    unfit = [reporter for reporter in reporters if not callable(reporter)]
    if unfit:
        msg = f"report_to must be a function or a list of functions; {unfit[0]!r:.60} is not."
        raise TypeError(msg)
    return reporters


def name_of(reporter: Callable[..., object]) -> str:
    """Return the name of a function that is told of events, as a note mentions it."""
    return str(getattr(reporter, "__name__", type(reporter).__name__))


def call_reporters(
    event: Event, reporters: tuple[Reporter, ...], note: Callable[[str], None]
) -> tuple[Reporter, ...]:
    """Call the reporters with an event; return those that did not fail, and note the others."""
    working = []
    for reporter in reporters:
        try:
            reporter(event)
        except Exception as error:  # noqa: BLE001 - a broken logger must not end the run
            note(f"{name_of(reporter)} failed and is no longer called: {reason(error)}")
        else:
            working.append(reporter)
    return tuple(working)


def tensorboard(folder: str | Path) -> Reporter:
    """Return a function that writes each event's measurements for TensorBoard.

    Measurements of a step are named ``train/loss`` and so on, those of an evaluation
    ``validation/accuracy`` and so on. They are written to the file after at most two seconds,
    after each evaluation, and when the function is deleted or Python exits.

    Parameters
    ----------
    folder
        Folder of the event file, created if missing; open it with ``tensorboard --logdir``.

    Raises
    ------
    ImportError
        If TensorBoard is not installed.

    Examples
    --------
    >>> Trainer(clf, train, report_to=tensorboard("runs/first")).start()  # doctest: +SKIP
    """
    with needs_extra("tensorboard", "bert_widgets.tensorboard"):
        from torch.utils.tensorboard import SummaryWriter
    writer = SummaryWriter(str(folder), flush_secs=_SECONDS)

    def report(event: Event) -> None:
        for name, value in event.values.items():
            writer.add_scalar(f"{_GROUPS[event.kind]}/{name}", value, event.step)
        if event.kind == "evaluation":
            writer.flush()

    weakref.finalize(report, writer.close)
    return report
