"""Trainings that are killed and resumed many times; a script, since it forks.

One process imports everything and then forks a child for each life of the training: a new process
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

LIVES = {1: 18, 2: 16, 3: 16}
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
    """Kill trainings whenever; what is left loads and ends as if nothing had been."""
    clf = tiny_classifier("bert")
    never_killed = begun(copy.deepcopy(clf), None, None)
    list(never_killed)  # and so everything is imported before the forks
    for every, lives in LIVES.items():
        run = folder / str(every)
        for life in range(lives):
            seen = killed(partial(live, clf, run, every), random.Random(life))  # noqa: S311
            check_loss(clf, run, seen, every)
        live(copy.deepcopy(clf), run, every)
        assert not list(run.glob(".partial-*"))
        ended = Trainer.resume(run, clf=copy.deepcopy(clf))
        never_killed._loop.hyperparameters = ended.hyperparameters
        assert_same(ended, never_killed)


def at_each_file(folder):
    """Kill a process before each thing it does to a file while it writes a checkpoint."""
    saving = begun(tiny_classifier("bert"), folder, None)
    for _ in range(3):
        saving.advance()
        saving.save()
    spare = copy.deepcopy(saving.clf)
    before = saving.progress.step
    saving.advance()
    for number in count():
        done = killed_before(number, saving.save)
        step = Trainer.resume(folder, clf=spare).progress.step
        assert step in (before, saving.progress.step)
        if done:
            break
    assert number > 20
    assert step == saving.progress.step
    assert not list(folder.glob(".partial-*"))
    assert len(list(folder.glob("checkpoint-*"))) == 2


def begun(clf, folder, every):
    return trainer(clf, FEW, FEW[:6], epochs=20, batch_tokens=32, folder=folder,
                   checkpoint_every=every, evaluate_every=4, keep_best=True)  # fmt: skip


def live(clf, folder, every, out=None):
    """Train from where the folder stands to the end, telling each step."""
    there = list(folder.glob("checkpoint-*"))
    going = Trainer.resume(folder, clf=clf) if there else begun(clf, folder, every)
    for event in going:
        if out is not None:
            os.write(out, f"{event.step}\n".encode())


def killed(life, chance):
    """Fork a life, kill it at some moment, return the last step it told of."""
    ours, theirs = os.pipe()
    child = forked(lambda: life(out=theirs))
    os.close(theirs)
    told = b""
    lines = chance.randrange(1, 7)
    while told.count(b"\n") < lines and (news := os.read(ours, 1)):
        told += news
    # A step and a checkpoint take about as long as this at most; mostly the wait ends with a line.
    select.select([ours], [], [], chance.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    while news := os.read(ours, 1000):
        told += news
    os.close(ours)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), "the life came to its end before it could be killed"
    return int(told.split()[-1])


def killed_before(number, action):
    """Fork a process that dies before its file event ``number``; say whether it came to its end."""

    def life():
        events = count()

        def die(event, _):
            if event.startswith(FILE_EVENTS) and event != "os.kill" and next(events) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
        action()

    return os.waitpid(forked(life), 0)[1] == 0


def forked(life):
    child = os.fork()
    if child:
        return child
    try:
        life()
    except BaseException:  # noqa: BLE001 - told, and the exit status says the rest
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def check_loss(clf, folder, seen, every):
    """At most one interval is lost, and what is there can be loaded."""
    if seen > every:
        assert latest(folder)
    if list(folder.glob("checkpoint-*")):
        step = Trainer.resume(folder, clf=copy.deepcopy(clf)).progress.step
        assert step >= seen - every, (step, seen, every)


if __name__ == "__main__":
    main()
