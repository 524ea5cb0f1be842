"""How far a training is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import torch

if TYPE_CHECKING:
    from .loop import Loop


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes
    ----------
    step, total_steps
        Steps of the optimiser done, and in all.
    epoch, epochs
        Epochs done, with a fraction, and in all.
    elapsed
        Seconds of training and evaluation; pauses do not count.
    examples_per_second, seconds_left
        Estimates from the run so far; None before the first step.
    memory
        Bytes in use: on the GPU, or else by this process.
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
    """Return how far a loop is whose model is on ``device``."""
    at, total = loop.position, len(loop.plan)
    known = at.step > 0 and at.seconds > 0
    left = 0 if loop.over else total - at.step
    return Progress(
        step=at.step,
        total_steps=total,
        epoch=loop.plan.epoch(at.step),
        epochs=len(loop.plan.ends),
        elapsed=at.seconds,
        examples_per_second=at.examples / at.seconds if known else None,
        seconds_left=at.seconds / at.step * left if known else None,
        memory=_memory(device),
    )


def _memory(device: torch.device) -> int:
    """Return the bytes in use: on the GPU, or else by this process."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    return int(psutil.Process().memory_info().rss)
