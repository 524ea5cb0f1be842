"""Trainings that are killed and resumed many times; a script, since it forks.

One process imports everything and then forks a child for each stretch of training: a new process
would take seconds to come as far. The children speak through a pipe, a line after each step.
"""

from __future__ import annotations

import copy
import os
import random
import select
import signal
import sys
import tempfile
import traceback
from functools import partial
from itertools import count
from pathlib import Path

import torch
from tqdm import tqdm

from bert_widgets import Trainer
from bert_widgets.training.checkpoints.files import latest
from tests.models import tiny_classifier
from tests.training.small import FEW, assert_same, trainer

KILLS = {1: 18, 2: 16, 3: 16}
"""How often a training is killed, by the steps between its checkpoints."""

FILE_EVENTS = ("open", "os.", "shutil.")
"""What Python's audit events that speak of files begin with."""


def main():
    torch.set_num_threads(1)
    tqdm.monitor_interval = 0  # its thread would not survive a fork
    for check in (at_random_moments, at_each_file):
        with tempfile.TemporaryDirectory() as folder:
            check(Path(folder))


def at_random_moments(folder):
    """Kill trainings whenever; what is left loads and ends as if it had not been killed."""
    clf = tiny_classifier("bert")
    never_killed = new_trainer(copy.deepcopy(clf), None, None)
    list(never_killed)  # and so everything is imported before the forks
    for every, kills in KILLS.items():
        run = folder / str(every)
        for number in range(kills):
            last_step = killed(partial(train_on, clf, run, every), random.Random(number))  # noqa: S311
            check_loss(clf, run, last_step, every)
        train_on(copy.deepcopy(clf), run, every)
        assert not list(run.glob(".partial-*"))
        ended = Trainer.resume(run, clf=copy.deepcopy(clf))
        never_killed._loop.hyperparameters = ended.hyperparameters
        assert_same(ended, never_killed)


def at_each_file(folder):
    """Kill a process before each thing it does to a file while it writes a checkpoint."""
    saving = new_trainer(tiny_classifier("bert"), folder, None)
    for _ in range(3):
        saving.advance()
        saving.save()
    other_clf = copy.deepcopy(saving.clf)
    before = saving.progress.step
    saving.advance()
    for number in count():
        done = killed_before(number, saving.save)
        step = Trainer.resume(folder, clf=other_clf).progress.step
        assert step in (before, saving.progress.step)
        if done:
            break
    assert number > 20
    assert step == saving.progress.step
    assert not list(folder.glob(".partial-*"))
    assert len(list(folder.glob("checkpoint-*"))) == 2


def new_trainer(clf, folder, every):
    return trainer(clf, FEW, FEW[:6], epochs=20, batch_tokens=32, folder=folder,
                   checkpoint_every=every, evaluate_every=4, keep_best=True)  # fmt: skip


def train_on(clf, folder, every, out=None):
    """Train from where the folder stands to the end, reporting each step."""
    checkpoints = list(folder.glob("checkpoint-*"))
    resumed = Trainer.resume(folder, clf=clf) if checkpoints else new_trainer(clf, folder, every)
    for event in resumed:
        if out is not None:
            os.write(out, f"{event.step}\n".encode())


def killed(child_task, chance):
    """Fork a process, kill it at some moment, and return the last step that it reported."""
    read_end, write_end = os.pipe()
    child = forked(lambda: child_task(out=write_end))
    os.close(write_end)
    output = b""
    lines = chance.randrange(1, 7)
    while output.count(b"\n") < lines and (news := os.read(read_end, 1)):
        output += news
    # A step and a checkpoint take about as long as this at most; mostly the wait ends with a line.
    select.select([read_end], [], [], chance.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    while news := os.read(read_end, 1000):
        output += news
    os.close(read_end)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), "the process ended before it could be killed"
    return int(output.split()[-1])


def killed_before(number, action):
    """Fork a process that dies before its file event ``number``; return whether it ended first."""

    def child_task():
        events = count()

        def die(event, _):
            if event.startswith(FILE_EVENTS) and event != "os.kill" and next(events) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
        action()

    return os.waitpid(forked(child_task), 0)[1] == 0


def forked(child_task):
    child = os.fork()
    if child:
        return child
    try:
        child_task()
    except BaseException:  # noqa: BLE001 - printed, and the exit status says the rest
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def check_loss(clf, folder, last_step, every):
    """At most one interval is lost, and what is there can be loaded."""
    if last_step > every:
        assert latest(folder)
    if list(folder.glob("checkpoint-*")):
        step = Trainer.resume(folder, clf=copy.deepcopy(clf)).progress.step
        assert step >= last_step - every, (step, last_step, every)


if __name__ == "__main__":
    main()
