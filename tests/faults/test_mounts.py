"""The file system of a run's folder runs out of files, becomes read-only or is unmounted."""

from __future__ import annotations

import itertools
import shutil
import subprocess

import pytest

from bert_widgets import Trainer
from tests.training.small import DATA, PATIENCE, everything, trainer, until


def system(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def mounted(tmp_path):
    """A file system of its own."""
    if shutil.which("mount") is None:
        pytest.skip("There is no program that mounts file systems.")
    folder = tmp_path / "mounted"
    folder.mkdir()
    done = system("mount", "-t", "tmpfs", "-o", "size=100m,nr_inodes=100", "tmpfs", folder)
    if done.returncode:
        pytest.skip(f"A file system cannot be mounted here: {done.stderr.strip()}")
    yield folder
    system("umount", "-l", folder)


def begun(folder):
    training = trainer(data=DATA, folder=folder / "run", checkpoint_every=2, epochs=10_000)
    run = training.start()
    until(run, lambda: training.progress.step > 4)
    return training, run


def ended(run):
    run.stop()
    run.wait(PATIENCE)
    resumed = Trainer.resume(run.trainer.folder)
    assert resumed.progress.step == run.progress.step
    assert everything(resumed)["weights"] == everything(run.trainer)["weights"]


def fill(folder):
    """Make files until there can be no more."""
    for number in itertools.count(len(list(folder.glob("file *")))):
        try:
            (folder / f"file {number}").touch()
        except OSError:
            return


def empty(folder):
    for path in folder.glob("file *"):
        path.unlink()


def seal(folder):
    while system("mount", "-o", "remount,ro", folder).returncode:
        pass  # it is busy while a checkpoint is written


def unseal(folder):
    assert system("mount", "-o", "remount,rw", folder).returncode == 0


@pytest.mark.parametrize(
    ("harm", "repair", "why"),
    [(fill, empty, "No space left on device"), (seal, unseal, "Read-only file system")],
)
def test_the_run_pauses_until_it_can_write_again(harm, repair, why, mounted):
    training, run = begun(mounted)
    harm(mounted)

    def paused():
        if harm is fill:  # a checkpoint that was being written meanwhile has freed some files
            fill(mounted)
        return run.state == "paused"

    until(run, paused)
    assert why in run.problem
    repair(mounted)
    run.resume()
    until(run, lambda: not run.problem)
    step = training.progress.step
    until(run, lambda: training.progress.step > step + 2)
    ended(run)


def test_what_a_resume_needs_is_written_where_the_folder_was_mounted(mounted):
    training, run = begun(mounted)
    assert system("umount", "-l", mounted).returncode == 0
    step = training.progress.step
    until(run, lambda: training.progress.step > step + 4)
    ended(run)
    assert any("what a resume needs was written anew" in n.text for n in training.history.notes)
