"""After a failed update of the weights: weights to go on with, and the message about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.errors import reason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .checkpoints.weights import LastGood
    from .optimiser.learner import NonFiniteError

_NAMED = 5  # rows that a message names


def restore_half_updated(
    error: BaseException, last_good: LastGood, step: int, checkpoint: tuple[Path, int] | None
) -> str:
    """Restore weights of an earlier step after an update that failed midway.

    The moments of the optimiser, which are half updated too, cannot be restored, so the training
    is over.

    Parameters
    ----------
    error
        Why the update failed.
    last_good
        The copy of the weights.
    step
        Number of steps done.
    checkpoint
        The folder and the step of the last checkpoint; None if there is none.

    Returns
    -------
    str
        What happened, and how to continue.
    """
    try:
        weights = f"the classifier has its weights of step {last_good.restore()} again"
    except Exception as failed:  # noqa: BLE001 - the reason for the end must not be hidden
        weights = f"the classifier's weights are of no use ({reason(failed)})"
    advice = "There is no checkpoint; begin a new training."
    if checkpoint is not None:
        folder, saved_step = checkpoint
        advice = (
            f"Continue from the checkpoint of step {saved_step} with "
            f"Trainer.resume({str(folder)!r})."
        )
    return (
        f"The update of step {step + 1} failed midway and cannot be repeated; {weights}. "
        f"{advice} The failure: {reason(error)}"
    )


def restore_finite(
    error: NonFiniteError, last_good: LastGood, step: int, texts: Sequence[str]
) -> str:
    """Restore the last good weights if those of a step without a finite loss are bad.

    Parameters
    ----------
    error
        Names the rows.
    last_good, step
        As for `restore_half_updated`.
    texts
        The training texts.

    Returns
    -------
    str
        The step, the texts, and whether the weights were restored.
    """
    restored_step = last_good.rescue()
    weights = "unchanged" if restored_step is None else f"restored to those of step {restored_step}"
    rows = ", ".join(map(str, error.rows[:_NAMED].tolist())) + ", ..." * (len(error.rows) > _NAMED)
    first = texts[error.rows[0]]
    return (
        f"{error} at step {step + 1} on training "
        f"row{'s' * (len(error.rows) > 1)} {rows} ({first[:60]!r}); the weights are {weights}. "
        "Try a lower learning rate, or check these texts."
    )
