"""A process that is asked to end leaves a checkpoint of what its trainings have come to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bert_widgets import TokenHighlights, Trainer
from bert_widgets.training.interrupts import ENDING, held_back
from bert_widgets.widgets.shared import task_queue
from tests.models import tiny_classifier
from tests.training.small import DATA, PATIENCE, trainer
from tests.widgets.pages import in_thread, joined, page_of

ROOT = Path(__file__).parents[2]


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_a_signal_during_the_first_save_leaves_a_checkpoint(tmp_path):
    """The script forks a child for each case: a new process would take seconds to import all."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.endings", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folders = sorted(tmp_path.iterdir())
    assert len(folders) == 2 * len(ENDING)
    for folder in folders:
        assert Trainer.resume(folder).progress.step >= 4
        assert not list(folder.glob(".partial-*"))


def test_a_handler_of_the_users_is_called_when_the_action_is_complete(tmp_path):
    told = []
    training = trainer(data=DATA, folder=tmp_path, epochs=1)
    next(iter(training))
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append((number, saved())))

    def saved():
        return [path.name for path in tmp_path.glob("checkpoint-*")]

    step = training._loop.learner.step

    def asked(rows, rate):
        signal.raise_signal(signal.SIGTERM)
        assert told == []
        return step(rows, rate)

    training._loop.learner.step = asked
    try:
        training.advance()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == [(signal.SIGTERM, [f"checkpoint-{training.progress.step}"])]


def test_afterwards_every_signal_has_the_handler_it_had():
    numbers = (signal.SIGINT, *ENDING)
    before = [signal.getsignal(number) for number in numbers]
    with held_back():
        assert all(callable(signal.getsignal(number)) for number in numbers)
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with held_back():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_end_of_the_interpreter_waits_for_no_result_for_ever(pages, monkeypatch):
    """As for one that waits for a model which a thread that has gone had taken."""
    monkeypatch.setattr(task_queue, "_LONGEST_END", 0.1)
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, "The film was good", method="input_x_gradient")
    assert widget.wait(PATIENCE)
    with clf.lock:
        page_of(widget).tell(text="The soup was bad")
        assert not widget.wait(0.1)
        assert joined(in_thread(task_queue._end_work))
    widget.close()
