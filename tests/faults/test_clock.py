"""A clock that is set back while a run trains."""

from __future__ import annotations

import itertools
import os
import time

from bert_widgets import Trainer
from tests.training.small import DATA, assert_same, trainer

HOUR = 3600
OPTIONS = {"data": DATA, "valid": DATA[:8], "checkpoint_every": 2, "evaluate_every": 2}


def test_a_clock_that_goes_back_changes_nothing(monkeypatch, tmp_path, tried):
    """Events of a run while the clock is set back: as with a true clock, resumed too."""
    undisturbed = trainer(folder=tmp_path / "undisturbed", **OPTIONS)
    list(undisturbed)

    hours, now = itertools.count(), time.time
    monkeypatch.setattr(time, "time", lambda: now() - HOUR * next(hours))
    monkeypatch.setattr(time, "time_ns", lambda: round(1e9 * time.time()))
    training = trainer(folder=tmp_path / "set back", **OPTIONS)
    middle = training.progress.total_steps // 2
    elapsed = [0.0]
    while training.progress.step < middle:
        elapsed.append(go_on(training, tried))
    assert elapsed == sorted(elapsed)
    training.save()
    folders = sorted((tmp_path / "set back").glob("checkpoint-*"), key=step_of)
    assert len(folders) > 1
    for folder in folders:  # a later checkpoint has earlier files
        moment = time.time()
        for path in folder.rglob("*"):
            os.utime(path, (moment, moment))

    resumed = Trainer.resume(tmp_path / "set back")
    assert resumed.progress.step == middle
    while not resumed.done:
        go_on(resumed, tried)
    assert_same(resumed, undisturbed)


def go_on(training, tried):
    """Take a step, or evaluate; return the seconds that the run has taken."""
    next(iter(training), None)
    tried()
    progress = training.progress
    assert progress.seconds_left is None or 0 <= progress.seconds_left < HOUR
    assert 0 <= progress.elapsed < HOUR
    return progress.elapsed


def step_of(folder):
    return int(folder.name.rpartition("-")[2])
