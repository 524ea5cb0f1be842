"""The folder of a training may vanish, be damaged or be used by another one at any time."""

from __future__ import annotations

import json
import os
import shutil
import socket

import psutil
import pytest

from bert_widgets import Trainer
from bert_widgets.training import CheckpointError
from bert_widgets.training.checkpoints import lock
from bert_widgets.training.checkpoints.files import latest
from tests.training.small import DATA, PATIENCE, assert_same, everything, trainer, until


def begun(folder=None, **options):
    options = {"valid": DATA[:6], "checkpoint_every": 2 if folder else None} | options
    return trainer(data=DATA, folder=folder, **options)


def at_step(training, step):
    while training.progress.step < step or training._loop.position.due:
        training.advance()
    return training


def vanish(folder):
    shutil.rmtree(folder)


def move(folder):
    folder.rename(folder.with_name("elsewhere"))


def empty(folder):
    vanish(folder)
    folder.mkdir()


def lose_texts(folder):
    (folder / "train.jsonl").unlink()


def change_texts(folder):
    (folder / "valid.jsonl").write_text("{}")


@pytest.mark.parametrize("harm", [vanish, move, empty, lose_texts, change_texts])
def test_what_a_resume_needs_is_written_anew_when_the_folder_has_lost_it(harm, tmp_path):
    plain = begun()
    list(plain)
    folder = tmp_path / "run"
    training = at_step(begun(folder), 4)
    harm(folder)
    at_step(training, 6)
    (note,) = [note.text for note in training.history.notes]
    assert "had been removed or changed" in note
    assert note.endswith("what a resume needs was written anew.")
    resumed = Trainer.resume(folder)
    assert resumed.progress.step == 6
    list(resumed)
    resumed._loop.hyperparameters = plain.hyperparameters
    resumed.history.notes = ()
    assert_same(resumed, plain)


def test_a_folder_that_cannot_be_written_to_any_more_pauses_the_run_until_it_can(tmp_path):
    folder = tmp_path / "run"
    training = begun(folder, epochs=3000)
    run = training.start()
    until(run, lambda: training.progress.step > 4)
    run.pause()
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("a file where the folder was")
    run.resume()
    until(run, lambda: run.problem)
    assert run.state == "paused"
    assert "could not be written" in run.problem
    folder.unlink()
    run.resume()
    until(run, lambda: not run.problem)
    run.stop()
    run.wait(PATIENCE)
    assert Trainer.resume(folder).progress.step == run.progress.step


@pytest.fixture
def claim(tmp_path):
    """What a training of another process of this machine has written in its lock file."""
    training = begun(tmp_path / "first")
    training.advance()
    written = json.loads((tmp_path / "first" / lock.NAME).read_text())
    parent = psutil.Process(os.getppid())
    return written | {"process": parent.pid, "process_started": parent.create_time()}


def locked(folder, claim):
    folder.mkdir(exist_ok=True)
    (folder / lock.NAME).write_text(json.dumps(claim | {"folder": str(folder.resolve())}))
    return folder


def test_a_folder_that_another_process_writes_to_is_refused(claim, tmp_path):
    folder = locked(tmp_path / "run", claim)
    message = (
        rf"Another training writes .*process {os.getppid()} on .*stop it first, or give another"
    )
    with pytest.raises(RuntimeError, match=message):
        begun(folder)
    with pytest.raises(RuntimeError, match=message):
        Trainer.resume(folder)


def test_one_on_another_machine_is_refused_until_its_claim_is_deleted(claim, tmp_path):
    folder = locked(tmp_path / "run", claim | {"host": "elsewhere", "process": 2**22})
    with pytest.raises(RuntimeError, match=r"on 'elsewhere' since .*; if it has ended, delete"):
        begun(folder)
    (folder / lock.NAME).unlink()
    list(begun(folder))
    assert not (folder / lock.NAME).exists()


def test_a_claim_taken_meanwhile_pauses_the_run_and_both_sides_stay_whole(claim, tmp_path):
    training = begun(tmp_path / "run")
    locked(tmp_path / "run", claim)
    run = training.start()
    until(run, lambda: run.state == "paused")
    assert run.problem.startswith("Another training writes to")
    assert [path.name for path in (tmp_path / "run").iterdir()] == [lock.NAME]
    (tmp_path / "run" / lock.NAME).unlink()
    run.resume()
    run.wait(PATIENCE)
    assert (run.state, run.problem) == ("finished", "")
    assert Trainer.resume(tmp_path / "run").done


STALE = {
    "dead": {"process": 2**22 - 1},
    "number used again": {"process_started": 1e9},
    "copied": {"folder": "/elsewhere"},
    "damaged": {"process": "x"},
    "absurd": {"process": 10**400},
    "negative": {"process": -1},
}


@pytest.mark.parametrize("change", STALE.values(), ids=STALE)
def test_a_stale_claim_is_replaced(change, claim, tmp_path):
    folder = locked(tmp_path / "run", claim)
    (folder / lock.NAME).write_text(json.dumps(claim | {"folder": str(folder)} | change))
    training = begun(folder)
    training.advance()
    ours = json.loads((folder / lock.NAME).read_text())
    assert (ours["process"], ours["host"]) == (os.getpid(), socket.gethostname())
    list(training)
    assert Trainer.resume(folder).done


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_claim_that_is_no_file_is_replaced(tmp_path):
    os.mkfifo(tmp_path / lock.NAME)
    list(begun(tmp_path))
    assert Trainer.resume(tmp_path).done


def test_two_trainings_of_one_process_do_not_delete_each_others_checkpoints(tmp_path):
    first, second = begun(tmp_path), begun(tmp_path, valid=None)
    at_step(first, 2)
    at_step(second, 2)
    with pytest.raises(CheckpointError, match="another training of this process, begun later"):
        at_step(first, 4)
    at_step(second, 4)
    assert everything(Trainer.resume(tmp_path)) == everything(second)


def test_a_folder_of_a_run_under_way_is_refused(tmp_path):
    run = begun(tmp_path, epochs=3000).start()
    try:
        with pytest.raises(RuntimeError, match=r"The run .* writes to the folder .*stop that run"):
            begun(tmp_path)
    finally:
        run.stop()
        run.wait(PATIENCE)
    assert Trainer.resume(tmp_path).progress.step == run.progress.step


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["model.safetensors", "best.safetensors", "tokenizer.json", "trainer.json",
             "history.safetensors", "config.json", "bert_widgets_manifest.json"],
)  # fmt: skip
@pytest.mark.parametrize("harm", [flip, os.unlink, lambda path: os.truncate(path, 9)])
def test_a_damaged_checkpoint_is_passed_over_for_the_newest_whole_one(harm, name, tmp_path):
    at_step(begun(tmp_path, keep_best=True), 4)
    harm(latest(tmp_path) / name)
    with pytest.warns(UserWarning, match="checkpoint-4 is damaged .*continues from checkpoint-2"):
        resumed = Trainer.resume(tmp_path)
    assert resumed.progress.step == 2
    assert "checkpoint-4 is damaged" in resumed.history.notes[-1].text
    harm(tmp_path / "checkpoint-2" / name)
    with pytest.raises(CheckpointError, match=r"checkpoint-4 is damaged.*checkpoint-2 is damaged"):
        Trainer.resume(tmp_path)


def test_texts_in_another_order_are_noticed(tmp_path):
    at_step(begun(tmp_path), 4)
    head, *rows = (tmp_path / "train.jsonl").read_text().splitlines()
    (tmp_path / "train.jsonl").write_text("\n".join([head, *rows[::-1]]))
    with pytest.raises(CheckpointError, match=r"train\.jsonl has changed since it was saved"):
        Trainer.resume(tmp_path)


@pytest.mark.parametrize("name", ["checkpoint-999", "checkpoint-٩٩٩"])
def test_an_empty_checkpoint_hides_no_other(name, tmp_path):
    training = at_step(begun(tmp_path), 4)
    (tmp_path / name).mkdir()
    if name.isascii():
        with pytest.warns(UserWarning, match="checkpoint-999 is damaged"):
            resumed = Trainer.resume(tmp_path)
    else:
        resumed = Trainer.resume(tmp_path)
    assert resumed.progress.step == 4
    at_step(training, 8)
    assert {"checkpoint-6", "checkpoint-8"} <= {path.name for path in tmp_path.iterdir()}
