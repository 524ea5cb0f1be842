"""The tests in ``tests/gpu``, run by pytest in a separate process."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from tests.bench.gpu.settings import Settings

ROOT = Path(__file__).parents[3]
NO_TESTS_COLLECTED = 5


def run_tests(settings: Settings) -> dict[str, Any]:
    """Return the numbers of tests that passed and failed, and each failure's message.

    Raises
    ------
    RuntimeError
        If pytest takes too long, or collects nothing although there is a GPU.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            *(sys.executable, "-m", "pytest", "tests/gpu", "-q", f"--junitxml={report}"),
            *("-p", "no:cacheprovider"),
            # Other versions of the dependencies warn of other things.
            *("-o", "filterwarnings=default"),
        ]
        if settings.device.startswith("cuda") and importlib.util.find_spec("xdist"):
            command += ["-n", "4"]
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=settings.correctness_seconds,
            )
        except subprocess.TimeoutExpired as error:
            output = (error.stdout or b"").decode(errors="replace")[-500:]
            msg = f"The tests took more than {settings.correctness_seconds:.0f} s: {output}"
            raise RuntimeError(msg) from error
        seconds = time.perf_counter() - began
        if done.returncode == NO_TESTS_COLLECTED and not settings.device.startswith("cuda"):
            return {"passed": 0, "failed": [], "skipped": 0, "seconds": seconds}
        if not report.exists() or done.returncode == NO_TESTS_COLLECTED:
            msg = f"pytest ended with {done.returncode}: {done.stdout[-500:]}"
            raise RuntimeError(msg)
        return _counts(report) | {"seconds": seconds}


def _counts(report: Path) -> dict[str, Any]:
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest wrote it just now
    failed, skipped = [], 0
    for case in cases:
        problem = case.find("failure")
        if problem is None:
            problem = case.find("error")
        if problem is not None:
            name = f"{case.get('classname')}::{case.get('name')}"
            failed.append({"test": name, "message": (problem.get("message") or "")[:500]})
        elif case.find("skipped") is not None:
            skipped += 1
    passed = len(cases) - len(failed) - skipped
    return {"passed": passed, "failed": failed, "skipped": skipped}
