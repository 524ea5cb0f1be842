"""Ctrl-C, or the kernel's Stop button, ends only the cell."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pytest

import bert_widgets.training
from bert_widgets.training import Run
from bert_widgets.training.interrupts import held_back
from tests.training.small import DATA, assert_same, trainer

PATIENCE = 60
PACKAGE = str(Path(bert_widgets.training.__file__).parent)


def new_training(folder=None):
    return trainer(data=DATA[::9], valid=DATA[:4], folder=folder, checkpoint_every=2 if folder
                   else None, keep_best=True, evaluate_every=2, probes=["The soup was bad"],
                   epochs=1)  # fmt: skip


def traced(work, interrupted_line):
    """Do some work, with a Ctrl-C before that line of the package; return the lines."""
    lines = 0

    def trace(frame, event, _):
        nonlocal lines
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            lines += 1
            if lines == interrupted_line:
                signal.raise_signal(signal.SIGINT)
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return lines


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(12))
def test_iteration_continues_after_an_interrupt_at_any_point(part, tmp_path):
    never_interrupted = new_training()
    lines = traced(lambda: list(never_interrupted), interrupted_line=None)
    interrupted = new_training(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        traced(lambda: list(interrupted), interrupted_line=lines * part // 12 + part + 1)
    list(interrupted)
    interrupted._loop.hyperparameters = never_interrupted.hyperparameters
    assert_same(interrupted, never_interrupted)


def test_a_second_interrupt_is_raised_at_once():
    done = []

    def work():
        for interrupt in ("first", "second"):
            signal.raise_signal(signal.SIGINT)
            done.append(interrupt)

    with pytest.raises(KeyboardInterrupt), held_back():
        work()
    assert done == ["first"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupting_wait_does_not_stop_the_run():
    never_interrupted = new_training()
    list(never_interrupted)
    interrupted = new_training()
    main = threading.main_thread()
    run = Run(interrupted)
    held = threading.Event()
    in_first_step = threading.Event()

    def interrupt():
        if run.progress.step == 1 and not in_first_step.is_set():
            in_first_step.set()
            held.wait(PATIENCE)  # the run is in its first step until the cell has been interrupted

    run.subscribe(interrupt)
    run.start()
    assert in_first_step.wait(PATIENCE)
    timer = threading.Timer(0.05, lambda: signal.pthread_kill(main.ident, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run.wait(PATIENCE)
    assert run.state == "running"
    held.set()
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert_same(interrupted, never_interrupted)
