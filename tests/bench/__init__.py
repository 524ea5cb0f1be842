"""Benchmarks, run by hand: each is a module, `python -m tests.bench.training --help`."""

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


def in_its_own_process(module: str, contender: str, options: list[str]) -> dict[str, Any]:
    """Run ``python -m module --only contender``; return what it hands to `hand_back`."""
    command = [sys.executable, "-m", module, "--only", contender, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def hand_back(result: dict[str, Any]) -> None:
    """Print a result for `in_its_own_process`, with the most memory this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps(result | {"peak_mb": peak / unit}))


@contextlib.contextmanager
def clocks() -> Iterator[dict[str, float]]:
    """Give a dict that afterwards holds the seconds and CPU seconds of what ran inside."""
    clock: dict[str, float] = {}
    seconds, cpu = time.perf_counter(), time.process_time()
    yield clock
    clock["seconds"] = time.perf_counter() - seconds
    clock["cpu"] = time.process_time() - cpu


def use_threads(threads: int | None) -> None:
    """Set how many threads torch computes with; None leaves its own choice."""
    import torch

    if threads:
        torch.set_num_threads(threads)
        os.environ["RAYON_NUM_THREADS"] = str(threads)  # the tokenizers'


def machine() -> str:
    """Say what the figures were measured on."""
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
