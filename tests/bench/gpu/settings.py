"""The sizes and time limits of one benchmark run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How much is measured.

    Attributes
    ----------
    device
        A torch device name.
    seconds
        Time for the repeats of one figure; warm-up comes on top.
    limit
        Seconds after the start of the run from which on no further figure is begun.
    lengths
        Numbers of tokens per text, special tokens included.
    texts
        Distinct texts of each length.
    train_batch
        Texts in a training batch.
    warmup_steps, segment_steps, segments
        Training steps before the first timed one, in one timed segment, and most segments.
    captum_tokens
        Most tokens that Captum processes at once.
    matrix_size
        Rows and columns of the matrices whose product gives the matmul rate.
    correctness_seconds
        Time limit for the tests in ``tests/gpu``.
    tiny
        Whether this is a trial run on a CPU.
    """

    device: str
    seconds: float = 2.5
    limit: float = 390.0
    lengths: tuple[int, ...] = (128, 32, 512)
    texts: int = 1600
    train_batch: int = 32
    warmup_steps: int = 8
    segment_steps: int = 5
    segments: int = 20
    captum_tokens: int = 16_384
    matrix_size: int = 8192
    correctness_seconds: float = 120.0
    tiny: bool = False

    def shrunk(self) -> Settings:
        """Return the settings of a trial run."""
        return dataclasses.replace(
            self,
            seconds=0.05,
            lengths=(8,),
            texts=20,
            train_batch=2,
            warmup_steps=2,
            segment_steps=1,
            segments=2,
            captum_tokens=400,
            matrix_size=256,
            correctness_seconds=30.0,
            tiny=True,
        )
