"""Checks of the arguments and traits of a training panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets as t

from ...training import Run, Trainer

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_RUNS = 20
_BOX_SIDES = 4


def runs_of(argument: object) -> tuple[Run[Trainer], ...]:
    """Return the runs that a panel shows; a trainer without a run gets one.

    Raises
    ------
    TypeError
        If an item is something else.
    ValueError
        If there are none or too many.
    """
    items = list(argument) if isinstance(argument, list | tuple) else [argument]
    if not 1 <= len(items) <= _MOST_RUNS:
        msg = f"A TrainingPanel shows 1 to {_MOST_RUNS} runs, not {len(items)}."
        raise ValueError(msg)
    return tuple(_run_of(item) for item in items)


def check_index(name: str, index: int, count: int) -> None:
    """Raise ``TraitError`` if there is no item of this index."""
    if not 0 <= index < count:
        hint = f"use 0 to {count - 1}" if count else "there are none yet"
        msg = f"There is no {name} {index!r:.40}; {hint}."
        raise t.TraitError(msg)


def check_box(box: Sequence[float]) -> None:
    """Raise ``TraitError`` if this is not a box of the data map, nor empty."""
    if box and (len(box) != _BOX_SIDES or box[0] > box[1] or box[2] > box[3]):
        msg = (
            f"{box!r:.80} is not a box of the data map; give variability from, to, confidence "
            "from, to, or an empty list."
        )
        raise t.TraitError(msg)


def _run_of(item: object) -> Run[Trainer]:
    if isinstance(item, Trainer):
        # Created before it is started, so that all panels of the trainer are notified of the start.
        item.run = item.run or Run(item)
        return item.run
    if isinstance(item, Run):
        return item
    kind = type(item).__name__
    msg = f"A TrainingPanel shows a Run or a Trainer, or a list of them, not a {kind}."
    raise TypeError(msg)
