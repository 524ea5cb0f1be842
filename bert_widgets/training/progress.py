"""The progress of a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import torch

if TYPE_CHECKING:
    from .loop import Loop


@dataclass(frozen=True)
class Progress:
    """The progress of a training.

    Attributes
    ----------
    step, total_steps
        Number of optimiser steps done, and in all; of more than 32 epochs, an estimate.
    epoch, epochs
        Number of epochs done, with a fraction, and in all.
    elapsed
        Seconds of training and evaluation, without pauses.
    examples_per_second, seconds_left
        Estimates from the run so far; None before the first step.
    memory
        Bytes in use on the GPU, or by this process if there is none.
    """

    step: int
    total_steps: int
    epoch: float
    epochs: int
    elapsed: float
    examples_per_second: float | None
    seconds_left: float | None
    memory: int


def progress_of(loop: Loop, device: torch.device) -> Progress:
    """Return the progress of a loop whose model is on ``device``."""
    position, total = loop.position, loop.plan.total(loop.position.step)
    known = position.step > 0 and position.seconds > 0
    steps_left = 0 if loop.over else total - position.step
    return Progress(
        step=position.step,
        total_steps=total,
        epoch=loop.plan.epoch(position.step),
        epochs=loop.plan.epochs,
        elapsed=position.seconds,
        examples_per_second=position.examples / position.seconds if known else None,
        seconds_left=position.seconds / position.step * steps_left if known else None,
        memory=_memory(device),
    )


def _memory(device: torch.device) -> int:
    """Return the bytes in use on the GPU, or by this process if there is none."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    return int(psutil.Process().memory_info().rss)
