"""Timing work on a device: rates with their spread, peak memory and counted operations."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench.gpu.settings import Settings

MIN_REPEATS = 3


@dataclass(frozen=True)
class Measurement:
    """Texts per second of each repeat, and what one run needed.

    Attributes
    ----------
    rates
        Texts per second.
    flop_per_text
        Floating-point operations in matmuls and attention, as torch's counter sees them.
    peak_mb
        Most device memory held by tensors, weights included; None on a CPU.
    extra
        Further facts by name.
    """

    rates: list[float]
    flop_per_text: float
    peak_mb: float | None
    extra: dict[str, Any]


def measure(
    compute: Callable[[Sequence[str]], dict[str, Any]],
    texts: Sequence[str],
    settings: Settings,
    *,
    first: int,
) -> Measurement:
    """Time ``compute`` on as many texts as let it repeat several times within the time limit.

    ``compute`` returns further facts. Its first calls, on ``first`` texts, count its operations and
    estimate its speed; one more warms up what depends on the number of texts.
    """
    sample = texts[: 2 if settings.tiny else first]
    with FlopCounterMode(display=False) as counter:
        extra = compute(sample)
    seconds = _seconds(lambda: compute(sample), settings.device)
    fitting = int(len(sample) * settings.seconds / (2 * MIN_REPEATS) / seconds)
    texts = texts[: max(fitting, len(sample))]
    if len(texts) > len(sample):
        compute(texts)
    reset_peak(settings.device)
    rates: list[float] = []
    spent = 0.0
    while len(rates) < MIN_REPEATS or spent < settings.seconds:
        seconds = _seconds(lambda: compute(texts), settings.device)
        rates.append(len(texts) / seconds)
        spent += seconds
    return Measurement(
        rates, counter.get_total_flops() / len(sample), peak_mb(settings.device), extra
    )


class StepClock:
    """Measures training steps: a warm-up, then segments of steps between synchronisations.

    Parameters
    ----------
    settings
        Gives the batch size and the numbers of steps.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._steps = 0
        self._counter = FlopCounterMode(display=False)
        self.rates: list[float] = []
        self._spent = 0.0
        self._segment_began = 0.0

    def counting(self) -> FlopCounterMode:
        """Return the context that counts the operations of one step."""
        return self._counter

    def step(self) -> bool:
        """Note that a step has been done; return whether enough has been measured."""
        settings = self._settings
        self._steps += 1
        timed = self._steps - settings.warmup_steps
        if timed < 0 or timed % settings.segment_steps:
            return False
        synchronize(settings.device)
        now = time.perf_counter()
        if timed == 0:
            reset_peak(settings.device)
        else:
            seconds = now - self._segment_began
            self.rates.append(settings.segment_steps * settings.train_batch / seconds)
            self._spent += seconds
        self._segment_began = time.perf_counter()
        enough = len(self.rates) >= MIN_REPEATS and self._spent > settings.seconds
        return enough or len(self.rates) == settings.segments

    def measurement(self) -> Measurement:
        """Return what was measured.

        Raises
        ------
        RuntimeError
            If the training ended before the first timed segment.
        """
        if not self.rates:
            msg = f"The training ended after {self._steps} steps, before the first timed segment."
            raise RuntimeError(msg)
        flop = self._counter.get_total_flops() / self._settings.train_batch
        return Measurement(self.rates, flop, peak_mb(self._settings.device), {})


def matmul_rates(settings: Settings) -> dict[str, float]:
    """Return the median TFLOP/s of a large matrix product in bf16, TF32 and float32."""
    size = settings.matrix_size
    before = torch.get_float32_matmul_precision()
    rates = {}
    try:
        for name, dtype, precision in (
            ("bf16", torch.bfloat16, "highest"),
            ("tf32", torch.float32, "high"),
            ("fp32", torch.float32, "highest"),
        ):
            torch.set_float32_matmul_precision(precision)
            left, right = (
                torch.randn(size, size, device=settings.device).to(dtype) for _ in range(2)
            )
            seconds = [_seconds(lambda: left @ right, settings.device) for _ in range(13)][3:]  # noqa: B023
            rates[name] = 2 * size**3 / statistics.median(seconds) / 1e12
    finally:
        torch.set_float32_matmul_precision(before)
    return rates


def synchronize(device: str) -> None:
    """Wait until the device has finished all queued work."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def reset_peak(device: str) -> None:
    """Start a new measurement of peak memory."""
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()


def peak_mb(device: str) -> float | None:
    """Return the most memory that tensors held since `reset_peak`, in MB; None on a CPU."""
    return torch.cuda.max_memory_allocated() / 2**20 if device.startswith("cuda") else None


def _seconds(compute: Callable[[], object], device: str) -> float:
    synchronize(device)
    began = time.perf_counter()
    compute()
    synchronize(device)
    return time.perf_counter() - began
