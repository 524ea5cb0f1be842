"""A checkpoint that cannot be written loses nothing but the checkpoint."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest

from bert_widgets import Trainer
from bert_widgets.training import CheckpointError
from bert_widgets.training.checkpoints.files import latest
from tests.models import tiny_classifier
from tests.training.small import DATA, PATIENCE, assert_same, everything, trainer, until

resource = pytest.importorskip("resource")

SIZES = [0, 500, 20_000, 150_000]
"""Bytes a file may have: the first of a checkpoint's files that is larger fails."""


def new_training(folder=None, clf=None):
    return trainer(
        clf or tiny_classifier("bert"), valid=DATA[:6], folder=folder, keep_best=True,
        learning_rate=0.02, evaluate_every=2, checkpoint_every=3 if folder else None,
    )  # fmt: skip


def assert_same_result(training, other):
    training._loop.hyperparameters = dataclasses.replace(
        training.hyperparameters, checkpoint_every=None
    )
    assert_same(training, other)


@contextlib.contextmanager
def room_for(size):
    """Let no file grow beyond ``size`` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def with_a_large_tokenizer():
    """The library that writes tokenizer.json fails in a different way."""
    clf = tiny_classifier("bert")
    clf.tokenizer.add_tokens(["x" * 200_000])
    clf.model.resize_token_embeddings(len(clf.tokenizer))
    clf.model.get_input_embeddings().weight.data[-1] = 0  # not random
    return clf


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [lambda: tiny_classifier("bert"), with_a_large_tokenizer])
def test_nothing_is_lost_whichever_file_has_no_room(size, make, tmp_path):
    never_full = new_training(clf=make())
    list(never_full)
    full = new_training(tmp_path, make())
    with (
        room_for(size),
        pytest.raises(CheckpointError, match=r"step 3 .*too large.*no data is lost"),
    ):
        list(full)
    before = everything(full)
    with room_for(size), pytest.raises(CheckpointError):  # another attempt changes nothing
        list(full)
    assert everything(full) == before
    list(full)
    assert_same_result(full, never_full)
    assert_same_result(Trainer.resume(tmp_path), never_full)
    assert not list(tmp_path.glob(".partial-*"))


def test_the_earlier_checkpoint_stays_whole(tmp_path):
    training = new_training(tmp_path)
    while training.progress.step < 4:
        training.advance()
    there = latest(tmp_path)
    with room_for(50_000), pytest.raises(CheckpointError):
        training.save()
    assert latest(tmp_path) == there
    assert Trainer.resume(tmp_path).progress.step == 3


def test_a_run_pauses_with_a_reason_and_continues(tmp_path):
    never_blocked = new_training()
    list(never_blocked)
    (tmp_path / "runs").write_text("a file where the folder should be")
    training = new_training(tmp_path / "runs" / "first")
    run = training.start()
    until(run, lambda: run.state == "paused")
    assert "step 3 could not be written" in run.problem
    assert run.problem.count(". ") == 0
    assert run.problem in [note.text for note in run.history.notes]
    run.resume()  # too early
    until(run, lambda: run.state == "paused")
    (tmp_path / "runs").unlink()
    run.resume()
    run.wait(PATIENCE)
    assert (run.state, run.problem) == ("finished", "")
    training.history.notes = tuple(n for n in training.history.notes if "written" not in n.text)
    assert_same_result(training, never_blocked)
    assert Trainer.resume(tmp_path / "runs" / "first").done


def test_a_run_that_cannot_save_can_be_stopped(tmp_path):
    (tmp_path / "file").write_text("")
    training = new_training(tmp_path / "file" / "first")
    run = training.start()
    until(run, lambda: run.state == "paused")
    run.stop()
    run.wait(PATIENCE)
    assert run.state == "stopped"
    assert "could not be written" in run.problem


def test_saving_on_demand_pauses_only_if_it_fails(tmp_path):
    (tmp_path / "file").write_text("")
    run = trainer(folder=tmp_path / "file" / "first", epochs=2000).start()
    until(run, lambda: run.progress.step > 1)
    run.save()
    until(run, lambda: run.state == "paused")
    assert "could not be written" in run.problem
    (tmp_path / "file").unlink()
    run.save()
    until(run, lambda: not run.problem)
    assert run.state == "paused"  # it continues only on request
    run.stop()
    run.wait(PATIENCE)
    assert Trainer.resume(tmp_path / "file" / "first").progress.step == run.progress.step
