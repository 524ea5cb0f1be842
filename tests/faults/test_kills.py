"""``kill -9`` at any moment: never a checkpoint that does not load, never more than it may lose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.killed_trainings import KILLS

pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_a_killed_run_resumes_and_ends_as_if_it_had_never_been_killed(tried):
    """Trainings killed (`kill -9`) at any moment: resumed, and ended as if they had not been.

    The checks are in `tests.faults.killed_trainings`: a process of its own, since it forks.
    """
    assert sum(KILLS.values()) == 50
    quiet = os.environ | {"TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killed_trainings"],
        cwd=ROOT, env=quiet, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    tried(sum(KILLS.values()))
