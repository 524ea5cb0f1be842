"""The record of a run: a JSON file that grows with each figure, and the printed table."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from tests.bench import table

if TYPE_CHECKING:
    from tests.bench.gpu.settings import Settings
    from tests.bench.gpu.timing import Measurement

OURS = "bert-widgets"


class Record:
    """All results of a run, saved after each addition.

    Parameters
    ----------
    settings
        Of the run.
    folder
        Where the file goes.
    commit
        What was measured.
    """

    def __init__(self, settings: Settings, folder: Path, commit: str) -> None:
        self._began = time.perf_counter()
        name = device_name(settings.device)
        self.path = folder / f"{_file_name(name)}-{_file_name(commit)}.json"
        self.content: dict[str, Any] = {
            "device": name,
            "commit": commit,
            "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "trial": settings.tiny,
            "versions": versions(),
            "correctness": None,
            "matmul_tflops": {},
            "figures": [],
            "errors": [],
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.save()

    def seconds(self) -> float:
        """Return the seconds since the run began."""
        return time.perf_counter() - self._began

    def save(self) -> None:
        """Write the file."""
        self.content["seconds"] = round(self.seconds())
        self.path.write_text(json.dumps(self.content, indent=1) + "\n", "utf-8")

    def add_figure(self, labels: dict[str, Any], measurement: Measurement) -> None:
        """Add one contender's measurement."""
        rate = statistics.median(measurement.rates)
        tflops = rate * measurement.flop_per_text / 1e12
        ceiling = self.content["matmul_tflops"].get("bf16")
        self.content["figures"].append(
            labels
            | {
                "texts_per_second": {
                    "median": _rounded(rate),
                    "low": _rounded(min(measurement.rates)),
                    "high": _rounded(max(measurement.rates)),
                    "repeats": len(measurement.rates),
                },
                "gflop_per_text": _rounded(measurement.flop_per_text / 1e9),
                "tflops": _rounded(tflops),
                "share_of_bf16_matmul_rate": _rounded(tflops / ceiling) if ceiling else None,
                "peak_mb": None if measurement.peak_mb is None else round(measurement.peak_mb),
            }
            | measurement.extra
        )
        self.save()

    def add_error(self, part: str, error: BaseException | str) -> None:
        """Add the message of a part that failed."""
        message = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        self.content["errors"].append({"part": part, "message": message[:1000]})
        self.save()

    def print(self) -> None:
        """Print all results, the table last."""
        content = self.content
        print(f"\n{content['device']}, commit {content['commit']}, {content['date']}")
        print(", ".join(f"{name} {version}" for name, version in content["versions"].items()))
        if content["trial"]:
            print("This is a trial run: the figures mean nothing.")
        tests = content["correctness"]
        if tests is not None:
            failed = len(tests["failed"])
            print(f"tests/gpu: {tests['passed']} passed, {failed} failed, {tests['seconds']:.0f} s")
            for failure in tests["failed"]:
                print(f"  {failure['test']}: {failure['message'].splitlines()[0]:.150}")
        for error in content["errors"]:
            print(f"{error['part']}: {error['message'].splitlines()[0]:.300}")
        rates = (f"{name} {rate:.3g}" for name, rate in content["matmul_tflops"].items())
        print(f"Matrix product, TFLOP/s: {', '.join(rates)}\n")
        headings = ["task", "model", "tokens", "contender", "texts/s", "lowest-highest"]
        headings += ["ours/this", "bf16 rate", "peak MB"]
        table(headings, [self._row(figure) for figure in content["figures"]])

    def _row(self, figure: dict[str, Any]) -> list[str]:
        rate = figure["texts_per_second"]
        same = ("task", "model", "tokens")
        ours = [
            other["texts_per_second"]["median"]
            for other in self.content["figures"]
            if other["contender"].startswith(OURS) and all(other[n] == figure[n] for n in same)
        ]
        share = figure["share_of_bf16_matmul_rate"]
        return [
            figure["task"],
            figure["model"],
            str(figure["tokens"]),
            figure["contender"],
            f"{rate['median']:.4g}",
            f"{rate['low']:.4g}-{rate['high']:.4g}",
            f"{ours[0] / rate['median']:.2f}" if ours else "",
            "" if share is None else f"{share:.1%}",
            "" if figure["peak_mb"] is None else str(figure["peak_mb"]),
        ]


def device_name(device: str) -> str:
    """Return the name of the GPU or processor."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Return the versions of all that the figures depend on."""
    import importlib.metadata

    installed = {"python": platform.python_version(), "torch": torch.__version__}
    for name in ("transformers", "tokenizers", "accelerate", "captum"):
        try:
            installed[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed[name] = "not installed"
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    installed["cuda"] = torch.version.cuda or "none"
    installed["driver"] = _output(query) or "none"
    return installed


def current_commit() -> str:
    """Return the short hash of the commit, marked if files differ; "unknown" without git."""
    commit = _output(["git", "rev-parse", "--short", "HEAD"])
    if not commit:
        return "unknown"
    changed = _output(["git", "status", "--porcelain", "--untracked-files=no"])
    return f"{commit}-changed" if changed else commit


def _output(command: list[str]) -> str:
    """Return what a program prints; nothing if it fails or there is no such program."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=20, env=os.environ
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _file_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _rounded(value: float) -> float:
    """Round to four significant digits."""
    return float(f"{value:.4g}")
