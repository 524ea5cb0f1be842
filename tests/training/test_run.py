"""A run on a thread obeys, and loses nothing."""

from __future__ import annotations

import threading

import pytest
import torch

from bert_widgets import Trainer
from bert_widgets.training import Run
from tests.models import tiny_classifier
from tests.training.test_trainer import DATA, weights

PATIENCE = 60


def trainer(clf=None, **options):
    clf = clf or tiny_classifier("bert")
    return Trainer(clf, DATA, **{"epochs": 2, "batch_tokens": 64, "precision": "fp32", **options})


def until(run, condition):
    """Wait, told by the run itself, until the condition holds."""
    told = threading.Condition()

    def tell():
        with told:
            told.notify_all()

    unsubscribe = run.subscribe(tell)
    try:
        with told:
            assert told.wait_for(condition, PATIENCE)
    finally:
        unsubscribe()


def test_the_background_run_gives_the_weights_of_the_plain_loop():
    plain, threaded = tiny_classifier("bert"), tiny_classifier("bert")
    list(trainer(plain))
    run = trainer(threaded).start()
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert torch.equal(weights(plain), weights(threaded))
    progress = run.progress
    assert progress.step == progress.total_steps
    assert progress.epoch == 2
    assert progress.seconds_left == 0


def test_pausing_changes_nothing_but_time():
    plain, paused = tiny_classifier("bert"), tiny_classifier("bert")
    list(trainer(plain))
    run = trainer(paused).start()
    for target in (2, 4, 7):
        until(run, lambda target=target: run.progress.step >= target)
        run.pause()
        assert run.state == "paused"
        with pytest.raises(TimeoutError, match="still paused"):
            run.wait(0.01)
        run.resume()
    run.wait(PATIENCE)
    assert torch.equal(weights(plain), weights(paused))


def test_a_paused_run_takes_no_step():
    run = trainer(epochs=50).start()
    until(run, lambda: run.progress.step >= 1)
    run.pause()
    with run.trainer.clf.lock:  # the step at hand has ended
        pass
    seen = run.progress.step
    assert not threading.Event().wait(0.3)
    assert run.progress.step <= seen + 1
    run.stop()
    run.wait(PATIENCE)
    assert run.state == "stopped"


@pytest.mark.parametrize("paused", [False, True])
def test_stop_keeps_the_weights_of_the_last_step(paused):
    clf = tiny_classifier("bert")
    run = trainer(clf, epochs=50).start()
    until(run, lambda: run.progress.step >= 3)
    if paused:
        run.pause()
    run.stop()
    run.wait(PATIENCE)
    assert run.state == "stopped"
    steps = run.progress.step
    assert 3 <= steps < run.progress.total_steps
    assert len(run.history.columns("step")["loss"]) == steps
    same = tiny_classifier("bert")
    replay = iter(trainer(same, epochs=50))
    for _ in range(steps):
        next(replay)
    assert torch.equal(weights(clf), weights(same))


def test_a_failure_is_raised_by_wait_and_kept():
    clf = tiny_classifier("bert")
    with torch.no_grad():
        clf.model.classifier.bias[0] = float("inf")
    run = trainer(clf).start()
    with pytest.raises(FloatingPointError, match="lower learning rate"):
        run.wait(PATIENCE)
    assert run.state == "failed"
    assert isinstance(run.exception, FloatingPointError)


def test_commands_out_of_turn_change_nothing():
    run = Run(trainer())
    for command in (run.pause, run.resume, run.stop):
        command()
        assert run.state == "ready"
    with pytest.raises(RuntimeError, match="call start"):
        run.wait()
    run.start()
    run.start()
    run.wait(PATIENCE)
    for command in (run.start, run.pause, run.resume, run.stop):
        command()
        assert run.state == "finished"


def test_cells_predict_while_a_run_trains():
    clf = tiny_classifier("bert")
    run = trainer(clf, epochs=30).start()
    until(run, lambda: run.progress.step >= 1)
    during = 0
    while run.state == "running" and during < 20:
        probabilities = clf.predict(["The film was so good"]).probabilities
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
        during += 1
    run.stop()
    run.wait(PATIENCE)
    assert during > 0


def test_subscribers_hear_every_step_until_they_leave():
    run = Run(trainer(epochs=1))
    heard: list[int] = []
    unsubscribe = run.subscribe(lambda: heard.append(run.progress.step))
    run.subscribe(lambda: run.progress.step == 3 and unsubscribe())
    run.start()
    run.wait(PATIENCE)
    assert set(heard) >= {1, 2, 3}
    assert max(heard) <= 4
    unsubscribe()
