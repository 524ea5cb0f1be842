"""Whether the settings of a training fit its texts, its model and its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .optimiser.loss import check_class_weights
from .optimiser.schedule import check_frozen_layers, check_trainable

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters
    from .job import Job


def check_fit(job: Job, chosen: Hyperparameters) -> None:
    """Raise a ValueError if the settings do not fit."""
    longest = int(job.tokens.lengths.max())
    if chosen.batch_tokens is not None and longest > chosen.batch_tokens:
        msg = (
            f"batch_tokens={chosen.batch_tokens} is less than the length of the longest training "
            f"text ({longest} tokens); use at least {longest}."
        )
        raise ValueError(msg)
    if chosen.checkpoint_every is not None and job.folder is None:
        msg = f"checkpoint_every={chosen.checkpoint_every} needs a folder; give folder too."
        raise ValueError(msg)
    check_class_weights(job.train, chosen)
    check_frozen_layers(job.clf, chosen)
    check_trainable(job.clf, chosen)
    for name in ("patience", "keep_best"):
        if getattr(chosen, name) and job.valid is None:
            msg = f"{name}={getattr(chosen, name)!r} needs validation texts; give valid too."
            raise ValueError(msg)
