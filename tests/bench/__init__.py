"""Benchmarks, run by hand. Each is a module: ``python -m tests.bench.training --help``."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def run_in_process(module: str, contender: str, options: list[str]) -> dict[str, Any]:
    """Run ``python -m module --only contender`` and return its result."""
    command = [sys.executable, "-m", module, "--only", contender, *options]
    completed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(completed.stdout.splitlines()[-1])
    return result


def hand_back(result: dict[str, Any]) -> None:
    """Print a result for `run_in_process`, with the peak memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps(result | {"peak_mb": peak / unit}))


@contextlib.contextmanager
def clocks() -> Iterator[dict[str, float]]:
    """Yield a dict that, after the block, holds its wall-clock and CPU seconds."""
    clock: dict[str, float] = {}
    seconds, cpu = time.perf_counter(), time.process_time()
    yield clock
    clock["seconds"] = time.perf_counter() - seconds
    clock["cpu"] = time.process_time() - cpu


def use_threads(threads: int | None) -> None:
    """Set the number of threads that torch uses; None keeps torch's default."""
    import torch

    if threads:
        torch.set_num_threads(threads)
        os.environ["RAYON_NUM_THREADS"] = str(threads)  # the tokenizers'


def machine() -> str:
    """Return the processor and versions that the figures were measured with."""
    import torch
    import transformers

    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores; "
        f"torch {torch.__version__}, transformers {transformers.__version__}"
    )


def table(headings: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, ["-" * width for width in widths], *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("| " + " | ".join(cells) + " |")
