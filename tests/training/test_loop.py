"""The loop performs steps, evaluations, snapshots and checkpoints in their order, each once."""

from __future__ import annotations

import itertools

import pytest

from bert_widgets.data.text_data import TextData
from bert_widgets.training import Hyperparameters
from bert_widgets.training.checkpoints.files import latest
from bert_widgets.training.job import job_of
from bert_widgets.training.loop import Loop
from tests.models import tiny_classifier
from tests.training.small import FEW, FLIPPED, FP32, epoch_ends

CLASSES = ("negative", "positive")
TRAIN = TextData.from_(FEW, classes=CLASSES)
VALID = TextData.from_(FLIPPED, classes=CLASSES)


def loop_of(valid=None, *, folder=None, probes=(), **settings):
    job = job_of(tiny_classifier("bert"), TRAIN, valid, folder=folder, probes=probes)
    return Loop(job, Hyperparameters(**FP32 | settings))


def actions(loop, most=10_000):
    """Run the loop; return each action with the step at which it was performed."""
    performed = []
    perform = loop._do

    def recorded(action):
        performed.append((action, loop.position.step))
        return perform(action)

    loop._do = recorded
    while not loop.done and len(performed) < most:
        event = loop.advance()
        if event is not None and event.kind == "step":
            performed.append(("step", event.step))
    return performed


def test_each_step_is_followed_by_what_is_due_in_a_fixed_order(tmp_path):
    loop = loop_of(
        VALID, folder=tmp_path, probes=("good",), epochs=1, evaluate_every=2, checkpoint_every=3
    )
    performed = actions(loop)
    last = len(loop.plan)
    assert performed[:3] == [("evaluate", 0), ("probe", 0), ("step", 1)]
    steps = [step for action, step in performed if action == "step"]
    assert steps == list(range(1, last + 1))
    evaluated = [step for action, step in performed if action == "evaluate"]
    assert evaluated == sorted({0, last, *range(2, last, 2)})
    saved = [step for action, step in performed if action == "save"]
    assert saved == list(range(3, last, 3)), "the last checkpoint is written by finish"
    assert performed[-1] == ("finish", last)
    order = ["step", "evaluate", "probe", "save", "finish"]
    for step in range(1, last + 1):
        due = [action for action, done_before in performed if done_before == step]
        assert due == sorted(due, key=order.index)


def test_without_validation_texts_and_folder_only_steps_remain():
    loop = loop_of(epochs=2)
    performed = actions(loop)
    assert {action for action, _ in performed} == {"step", "probe", "finish"}
    assert loop._job.history.probe_history == ()
    assert loop.done
    assert loop.over


def test_snapshots_of_the_probes_are_at_least_five_steps_apart():
    loop = loop_of(probes=("good",), epochs=4)
    list_of_steps = [step for action, step in actions(loop) if action == "probe"]
    snapshots = [snapshot.step for snapshot in loop._job.history.probe_history]
    assert snapshots == list_of_steps
    gaps = [after - before for before, after in itertools.pairwise(snapshots)]
    assert all(gap >= 5 for gap in gaps[:-1]), "the last snapshot is that of the end"
    assert snapshots[-1] == len(loop.plan)


def test_an_action_that_fails_is_tried_again_and_done_once(tmp_path):
    loop = loop_of(VALID, folder=tmp_path, epochs=1, checkpoint_every=2)
    while "save" not in loop.position.due:
        loop.advance()
    step, save = loop.position.step, loop.save

    def fail():
        raise OSError

    loop.save = fail
    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011 - that of `fail`
            loop.advance()
        assert (loop.position.step, loop.position.due[0]) == (step, "save")
    loop.save = save
    loop.advance()
    assert latest(tmp_path).name == f"checkpoint-{step}"
    assert "save" not in loop.position.due


def test_a_step_that_fails_takes_the_same_texts_again(monkeypatch):
    reference = loop_of(epochs=1)
    loop = loop_of(epochs=1)
    while loop.position.step < 2:
        loop.advance()
    step = loop.learner.step
    calls = []

    def fail_first(rows, rate):
        calls.append(rows.tolist())
        if len(calls) == 1:
            raise KeyboardInterrupt
        return step(rows, rate)

    monkeypatch.setattr(loop.learner, "step", fail_first)
    with pytest.raises(KeyboardInterrupt):
        loop.advance()
    while not loop.done:
        loop.advance()
    while not reference.done:
        reference.advance()
    assert calls[0] == calls[1]
    ours, theirs = (training._job.history.columns("step")["loss"] for training in (loop, reference))
    assert ours.tolist() == theirs.tolist()


def test_patience_ends_the_training_after_the_snapshot_that_was_due():
    loop = loop_of(
        VALID, probes=("good",), epochs=20, patience=2, learning_rate=5e-3, schedule="constant"
    )
    performed = actions(loop)
    assert loop.position.over
    assert loop.position.stale == 2
    assert loop.position.step < len(loop.plan)
    assert performed[-1][0] == "finish"
    assert "has not improved in 2 evaluations" in loop._job.history.notes[-1].text


def test_between_epochs_is_the_moment_when_everything_due_is_done():
    loop = loop_of(VALID, epochs=2)
    ends = set()
    while not loop.done:
        loop.advance()
        if loop.between_epochs:
            ends.add(loop.position.step)
            assert not loop.position.due
    assert ends == set(epoch_ends(loop.plan))


def test_settings_may_change_until_the_first_action_and_not_later():
    loop = loop_of(epochs=1)
    planned = len(loop.plan)
    loop.configure(loop.hyperparameters.changed(epochs=2))
    assert len(loop.plan) == 2 * planned
    with pytest.raises(ValueError, match="needs a folder"):
        loop.configure(loop.hyperparameters.changed(checkpoint_every=1))
    loop.advance()
    assert loop.begun
    with pytest.raises(RuntimeError, match="The training has begun"):
        loop.configure(loop.hyperparameters.changed(epochs=1))
    assert loop.hyperparameters.epochs == 2
