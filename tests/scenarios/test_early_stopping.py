"""Evaluations are on time; the best weights are kept; a training without progress ends."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import BertClassifier, Trainer
from tests.models import tiny_classifier
from tests.training.small import DATA, FLIPPED, assert_same, epoch_ends, trainer, weights

WILD = {"learning_rate": 5e-3, "epochs": 6, "schedule": "constant"}


def watched(**options):
    """Train; return the trainer and the weights at each evaluation, by step."""
    training = trainer(tiny_classifier("bert"), DATA, FLIPPED, **WILD | options)
    seen = {}
    for event in training:
        if event.kind == "evaluation":
            seen[event.step] = weights(training.clf).clone()
    return training, seen


def steps(training):
    return training.history.columns("evaluation")["step"].astype(int).tolist()


def test_by_default_it_evaluates_before_the_first_step_and_after_each_epoch():
    training, _ = watched()
    assert steps(training) == [0, *epoch_ends(training._loop.plan)]


@pytest.mark.parametrize("every", [1, 4, 7, 10_000])
def test_it_evaluates_every_so_many_steps_and_at_the_end(every):
    training, _ = watched(evaluate_every=every, epochs=2)
    last = training.progress.total_steps
    assert steps(training) == sorted({0, last, *range(every, last, every)})


def test_what_it_measures_is_what_the_classifier_measures():
    training, _ = watched(epochs=1)
    last, again = training.history.evaluation, training.clf.evaluate(training.valid)
    row = training.history.latest("evaluation")
    for name in ("loss", "accuracy", "macro_f1", "calibration_error"):
        assert row[name] == getattr(last, name) == getattr(again, name)
    np.testing.assert_array_equal(last.confusion, again.confusion)


@pytest.mark.parametrize("best_by", ["loss", "accuracy", "macro_f1"])
def test_the_weights_of_the_best_evaluation_are_restored_exactly(best_by):
    training, seen = watched(evaluate_every=2, keep_best=True, best_by=best_by, epochs=3)
    values = training.history.columns("evaluation")[best_by]
    best = steps(training)[values.argmin() if best_by == "loss" else values.argmax()]
    assert training.history.best_step == best  # the first of equals
    assert torch.equal(weights(training.clf), seen[best])
    assert training.history.notes[-1].text == f"Restored the best weights, those of step {best}."


def test_without_keeping_the_best_the_last_weights_stay():
    keeping, _ = watched(evaluate_every=2, keep_best=True, epochs=3)
    training, seen = watched(evaluate_every=2, epochs=3)
    assert torch.equal(weights(training.clf), seen[training.progress.total_steps])
    assert training.history.best_step == keeping.history.best_step


@pytest.mark.exhaustive
@pytest.mark.parametrize("patience", [1, 2, 3])
def test_it_ends_after_so_many_evaluations_without_improvement(patience):
    whole, _ = watched(evaluate_every=2)
    losses = whole.history.columns("evaluation")["loss"]
    lowest = np.minimum.accumulate(losses)
    stale = 0
    for last in range(1, len(losses)):  # the number of the evaluation that ends it
        stale = 0 if losses[last] < lowest[last - 1] else stale + 1
        if stale == patience:
            break
    training, _ = watched(evaluate_every=2, patience=patience)
    assert training.history.columns("evaluation")["loss"].tolist() == losses[: last + 1].tolist()
    assert training.history.count("step") == steps(training)[-1] < whole.progress.total_steps
    assert training.done
    assert training.progress.seconds_left == 0
    assert training.history.notes[-1].text == (
        f"Stopped early: loss has not improved in {patience} evaluations."
    )


def test_it_saves_every_so_many_steps_and_at_the_end(tmp_path):
    training = trainer(data=DATA, folder=tmp_path, checkpoint_every=5, epochs=1)
    saved = []
    for _ in training:
        saved += [p.name for p in tmp_path.glob("checkpoint-*") if p.name not in saved]
    saved += [p.name for p in tmp_path.glob("checkpoint-*") if p.name not in saved]
    last = training.progress.total_steps
    assert saved == [f"checkpoint-{step}" for step in sorted({*range(5, last, 5), last})]


def test_by_default_it_saves_after_each_epoch(tmp_path):
    training = trainer(folder=tmp_path, epochs=2)
    list(training)
    assert sorted(p.name for p in tmp_path.glob("checkpoint-*")) == sorted(
        f"checkpoint-{end}" for end in epoch_ends(training._loop.plan)
    )


def test_the_first_of_equals_is_the_best():
    """A single text has both labels, so half of the predictions are right whatever is learnt."""
    contradiction = [("The film was so good", label) for label in ("negative", "positive")]
    clf = tiny_classifier("bert")
    before = weights(clf)
    training = trainer(clf, DATA, contradiction, best_by="accuracy", keep_best=True)
    list(training)
    assert training.history.best_step == 0
    assert torch.equal(weights(clf), before)


def test_after_early_stopping_the_best_weights_are_on_disk(tmp_path):
    training, _ = watched(folder=tmp_path, evaluate_every=2, patience=2, keep_best=True)
    assert training.history.best_step < training.progress.step  # by the patience
    (last,) = tmp_path.glob(f"checkpoint-{training.progress.step}")
    loaded = BertClassifier.from_pretrained(last, device="cpu")
    assert torch.equal(weights(loaded), weights(training.clf))
    assert_same(Trainer.resume(tmp_path), training)
