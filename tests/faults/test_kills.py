"""A process that is killed (`kill -9`) loses no more than what came after its last checkpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bert_widgets import Trainer
from tests.faults.killed import EVERY
from tests.training.small import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_a_killed_training_is_resumed_from_its_folder(tmp_path, long, tried):
    """Processes killed (`kill -9`) while they train: resumed, at most two intervals lost."""
    count = 50 if long else 4
    subprocess.run(
        [sys.executable, "-m", "tests.faults.killed", tmp_path, str(count)],
        cwd=ROOT, check=True, capture_output=True, timeout=10 * PATIENCE,
    )  # fmt: skip
    steps_of = {folder: int((folder / "steps").read_text() or 0) for folder in tmp_path.iterdir()}
    assert len(steps_of) == count
    for folder, step in steps_of.items():
        resumed = Trainer.resume(folder)
        at = resumed.progress.step
        # The step that was taken is told after it, and its checkpoint is written after that.
        assert at >= step - 2 * EVERY + 1, (folder, at, step)
        while resumed.progress.step < at + EVERY or resumed._loop.position.due:
            resumed.advance()
        assert not list(folder.glob(".partial-*"))
        tried()
