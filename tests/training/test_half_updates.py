"""An update of the weights that fails midway is neither repeated nor saved."""

from __future__ import annotations

import contextlib

import pytest
import torch

from bert_widgets import Trainer
from bert_widgets.training.optimiser.word_rows import WordRows
from bert_widgets.training.records.dynamics import Dynamics
from tests.training.small import DATA, PATIENCE, everything, trainer, weights

STEP = 5
SAID = "The update of step 6 failed midway and cannot be repeated; "


def failing(function, error):
    def fail(*arguments, **options):
        function(*arguments, **options)  # what it does is done
        raise error

    return fail


def at_step(folder=None, **options):
    """Return a training at `STEP`, with a checkpoint of the step before."""
    training = trainer(data=DATA, folder=folder, checkpoint_every=4 if folder else None, **options)
    while training.progress.step < STEP:
        training.advance()
    return training


@pytest.mark.parametrize(
    ("part", "name"),
    [(torch.optim.AdamW, "step"), (WordRows, "write_back"), (torch.optim.AdamW, "zero_grad")],
)
@pytest.mark.parametrize("background", [False, True])
def test_the_weights_are_restored_and_the_last_checkpoint_stays(
    part, name, background, tmp_path, monkeypatch
):
    plain = at_step(tmp_path / "plain")
    training = at_step(tmp_path / "run")
    fresh = weights(trainer(data=DATA).clf)
    with monkeypatch.context() as patched:
        patched.setattr(part, name, failing(getattr(part, name), MemoryError("no room")))
        with pytest.raises(RuntimeError, match=SAID + "the classifier has its weights of step 0"):
            training.start().wait(PATIENCE) if background else list(training)
    assert torch.equal(weights(training.clf), fresh)
    assert (
        "Continue from the checkpoint of step 4 with Trainer.resume("
        in training.history.notes[-1].text
    )
    assert [path.name for path in (tmp_path / "run").glob("checkpoint-*")] == ["checkpoint-4"]
    for again in (training.advance, training.save, training.finish):
        with pytest.raises(RuntimeError, match=SAID):
            again()
    resumed = Trainer.resume(tmp_path / "run")
    for one in (resumed, plain):
        list(one)
    assert everything(resumed)["weights"] == everything(plain)["weights"]


def test_without_a_checkpoint_one_begins_anew(monkeypatch):
    training = at_step()
    monkeypatch.setattr(
        WordRows, "write_back", failing(WordRows.write_back, MemoryError("no room"))
    )
    with pytest.raises(
        RuntimeError,
        match=SAID + ".*There is no checkpoint; begin a new training. The failure: no room",
    ):
        list(training)


def test_an_interrupt_stays_one(monkeypatch):
    training = at_step()
    with monkeypatch.context() as patched:
        write_back = failing(WordRows.write_back, KeyboardInterrupt("no room"))
        patched.setattr(WordRows, "write_back", write_back)
        with pytest.raises(KeyboardInterrupt):
            list(training)
    with pytest.raises(RuntimeError, match=SAID):
        list(training)


def test_a_record_that_fails_leaves_a_step_that_counts(monkeypatch, tmp_path):
    """What follows the update is not needed to go on, so the step is not taken again."""
    plain, training = trainer(epochs=1), trainer(epochs=1, folder=tmp_path)
    list(plain)
    record, failed = Dynamics.record, []

    def fail_once(self, rows, probabilities):
        if training.progress.step == STEP - 2 and not failed:
            failed.append(rows)
            raise MemoryError
        record(self, rows, probabilities)

    monkeypatch.setattr(Dynamics, "record", fail_once)
    with contextlib.suppress(MemoryError):
        list(training)
    assert failed
    assert Trainer.resume(tmp_path).progress.step == STEP - 2
    list(training)
    assert training.done
    assert everything(training)["weights"] == everything(plain)["weights"]
