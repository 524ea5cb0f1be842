"""Trainings that `kill -9` ends at any moment; a script, since it forks."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from pathlib import Path

import torch
from tqdm import tqdm

from tests.training.small import DATA, trainer

EVERY = 3
"""Steps between two checkpoints."""


def main(folder, count):
    torch.set_num_threads(1)
    tqdm.monitor_interval = 0  # its thread would not survive a fork
    draw = random.Random(0)  # noqa: S311
    for number in range(count):
        run = folder / str(number)
        child = os.fork()
        if not child:
            train(run, background=number % 2)
        while not list(run.glob("checkpoint-*")):
            threading.Event().wait(0.01)
        threading.Event().wait(draw.random() * 0.3)  # at any moment, also within a save
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def train(folder, *, background):
    given = trainer(data=DATA, folder=folder, checkpoint_every=EVERY, epochs=10_000)

    def count(_event):  # the kernel knows it, whatever becomes of this process
        (folder / "steps").write_text(str(given.progress.step))

    given._job.reporters = (count,)
    given.start().wait() if background else list(given)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
