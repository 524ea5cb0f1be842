"""A hook that lets people keep TensorBoard: give it to a trainer as ``report_to``."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from ..._common.extras import needs_extra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .history import Event

_GROUPS = {"step": "train", "evaluation": "validation"}
_SECONDS = 2  # between two writes to the file, so that a killed run has lost no more


def tensorboard(folder: str | Path) -> Callable[[Event], None]:
    """Return a function that writes each event's measurements for TensorBoard.

    Those of a step are named ``train/loss`` and so on, those of an evaluation
    ``validation/accuracy`` and so on. They are in the file after two seconds, after an
    evaluation, and when the function is gone or Python ends.

    Parameters
    ----------
    folder
        Where the event file goes; made if missing. ``tensorboard --logdir`` takes it.

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
