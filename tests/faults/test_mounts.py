"""The file system of a run's folder runs out of files, becomes read-only or is unmounted."""

from __future__ import annotations

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
    given = trainer(data=DATA, folder=folder / "run", checkpoint_every=2, epochs=10_000)
    run = given.start()
    until(run, lambda: given.progress.step > 4)
    return given, run


def ended(run):
    run.stop()
    run.wait(PATIENCE)
    resumed = Trainer.resume(run.trainer.folder)
    assert resumed.progress.step == run.progress.step
    assert everything(resumed)["weights"] == everything(run.trainer)["weights"]


def fill(folder):
    """Make files until there can be no more."""
    number = 0
    while not system("touch", folder / f"file {number}").returncode:
        number += 1


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
    given, run = begun(mounted)
    harm(mounted)
    until(run, lambda: run.state == "paused")
    assert why in run.problem
    repair(mounted)
    run.resume()
    until(run, lambda: not run.problem)
    step = given.progress.step
    until(run, lambda: given.progress.step > step + 2)
    ended(run)


def test_what_a_resume_needs_is_written_where_the_folder_was_mounted(mounted):
    given, run = begun(mounted)
    assert system("umount", "-l", mounted).returncode == 0
    step = given.progress.step
    until(run, lambda: given.progress.step > step + 4)
    ended(run)
    assert any("what a resume needs was written anew" in n.text for n in given.history.notes)
