"""Trainings whose process is asked to end, or forks; a script, since it forks."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from bert_widgets import runs
from bert_widgets.training.interrupts import ENDING
from tests.training.small import DATA, PATIENCE, trainer


def main(folder):
    torch.set_num_threads(1)
    tqdm.monitor_interval = 0  # its thread would not survive a fork
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)  # nohup ignores SIGHUP
        for background in (False, True):
            name = f"{signal.Signals(number).name} {background}"
            status = forked(lambda run=folder / name, n=number, b=background: asked(run, n, b))
            assert os.waitstatus_to_exitcode(status) in (-number, 128 + number), (name, status)
    run = trainer(data=DATA, epochs=5000).start()
    assert os.waitstatus_to_exitcode(forked(lambda: free_of(run))) == 7
    assert runs() == [run]


def asked(folder, number, background):
    """Train; in the middle of the first checkpoint a signal asks the process to end."""
    force = os.fsync

    def signalled(handle):
        os.fsync = force
        os.kill(os.getpid(), number)
        force(handle)

    training = trainer(data=DATA, folder=folder, epochs=100, checkpoint_every=4)
    os.fsync = signalled
    training.start().wait() if background else list(training)


def free_of(run):
    """End as a process does that knows nothing of the runs of its parent."""
    assert runs() == []
    assert run.state == "failed"
    with contextlib.suppress(RuntimeError):
        run.wait(PATIENCE)
    sys.exit(7)  # and so through what is registered with atexit


def forked(life):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    life()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
