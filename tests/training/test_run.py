"""A run on a thread follows commands within one step, and loses nothing."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading

import pytest
import torch

from bert_widgets import Trainer, runs
from bert_widgets.training import Run
from bert_widgets.training.checkpoints.files import latest
from tests.models import tiny_classifier
from tests.training.small import (
    DATA,
    FEW,
    PATIENCE,
    assert_same,
    epoch_ends,
    everything,
    trainer,
    until,
    weights,
)


def long_run(clf=None, **options):
    return trainer(clf, DATA, **{"epochs": 5000} | options).start()


def at_step(run, step, act):
    """Call a function on the training thread after a number of steps; return an event."""
    done = threading.Event()
    actions = iter([act])

    def on_change():
        if run.progress.step >= step and (pending := next(actions, None)):
            pending()
            done.set()

    run.subscribe(on_change)
    return done


def test_the_background_run_gives_what_the_plain_loop_gives():
    plain, threaded = trainer(data=DATA), trainer(data=DATA)
    list(plain)
    run = threaded.start()
    assert run is threaded.start() is threaded.run
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert_same(threaded, plain)
    progress = run.progress
    assert progress.step == progress.total_steps
    assert progress.epoch == 2
    assert progress.seconds_left == 0
    assert progress.examples_per_second > 0
    assert progress.memory > 1e6


def test_pausing_does_not_change_the_result():
    plain, paused = trainer(data=DATA), trainer(data=DATA)
    list(plain)
    run = Run(paused)
    stops = [at_step(run, step, run.pause) for step in (2, 4, 7)]
    run.start()
    for stop in stops:
        assert stop.wait(PATIENCE)
        assert run.state == "paused"
        with pytest.raises(TimeoutError, match="still paused"):
            run.wait(0.01)
        run.resume()
    run.wait(PATIENCE)
    assert_same(paused, plain)


def test_pause_stop_and_save_take_effect_before_the_next_step(tmp_path):
    """Each is called by the training thread directly after a step, and no other step may follow."""
    run = Run(trainer(data=DATA, epochs=5000, folder=tmp_path))
    saved = at_step(run, 3, run.save)
    paused = at_step(run, 5, run.pause)
    run.start()
    assert saved.wait(PATIENCE)
    assert paused.wait(PATIENCE)
    seen = everything(run.trainer)
    assert [note.text for note in run.history.notes] == [f"Saved to {tmp_path / 'checkpoint-3'}."]
    run.save()  # while paused
    until(run, lambda: len(run.history.notes) == 2)
    assert latest(tmp_path).name == "checkpoint-5"
    assert run.state == "paused"
    assert everything(run.trainer) | {"notes": []} == seen | {"notes": []}
    stopped = at_step(run, 6, run.stop)
    run.resume()
    assert stopped.wait(PATIENCE)
    run.wait(PATIENCE)
    assert run.state == "stopped"
    assert run.progress.step == 6
    resumed = Trainer.resume(tmp_path)
    assert torch.equal(weights(resumed.clf), weights(run.trainer.clf))
    assert resumed.progress.step == 6


def test_a_paused_run_takes_no_step():
    run = long_run()
    until(run, lambda: run.progress.step >= 1)
    run.pause()
    with run.trainer.clf.lock:  # the current step has ended
        pass
    seen = run.progress.step
    assert not threading.Event().wait(0.3)
    assert run.progress.step <= seen + 1
    run.stop()
    run.wait(PATIENCE)
    assert run.state == "stopped"


@pytest.mark.parametrize("paused", [False, True])
def test_a_classifier_is_trained_by_one_run_at_a_time(tmp_path, paused):
    """Otherwise a cell that is run again would start a second optimiser on the same weights."""
    clf = tiny_classifier("bert")
    elsewhere = long_run()
    first = trainer(clf, DATA, epochs=5000, folder=tmp_path / "first").start()
    until(first, lambda: first.progress.step >= 2)
    if paused:
        first.pause()
    assert runs() == [elsewhere, first]
    second = trainer(clf, DATA)
    refused = rf"^This .* by 'first' \({first.state}, step \d+\); stop .* bw\.runs\(\)\[1\]\.stop"
    with pytest.raises(RuntimeError, match=refused):
        second.start()
    first.save()
    until(first, lambda: first.history.notes)
    before = first.progress.step
    with pytest.raises(RuntimeError, match=refused):
        Trainer.resume(tmp_path / "first", clf=clf)
    assert first.progress.step >= before
    first.start()  # has begun, and is not changed
    assert second.run.state == "ready"

    runs()[1].stop()
    first.wait(PATIENCE)
    assert repr(first) == f"<Run 'first': stopped, step {first.progress.step} of 60,000>"
    assert second.start().wait(PATIENCE).state == "finished"
    elsewhere.stop()
    elsewhere.wait(PATIENCE)
    assert runs() == []


@pytest.mark.parametrize("paused", [False, True])
def test_stop_keeps_the_weights_of_the_last_step(paused):
    clf, same = tiny_classifier("bert"), tiny_classifier("bert")
    run = long_run(clf)
    until(run, lambda: run.progress.step >= 3)
    if paused:
        run.pause()
    run.stop()
    run.wait(PATIENCE)
    assert run.state == "stopped"
    steps = run.progress.step
    assert 3 <= steps < run.progress.total_steps
    assert run.history.count("step") == steps
    for _ in itertools.islice(trainer(same, DATA, epochs=5000), steps):
        pass
    assert torch.equal(weights(clf), weights(same))


def test_stop_gives_an_evaluation_up_and_a_resumed_run_repeats_it(tmp_path):
    clf = tiny_classifier("bert")
    options = {"epochs": 2, "evaluate_every": 2}
    run = Run(trainer(clf, FEW, DATA * 20, folder=tmp_path, **options))
    batches = 0

    def stop_in_an_evaluation(*_):
        nonlocal batches
        if not clf.model.training and run.progress.step == 2:
            batches += 1
            run.stop()

    clf.model.register_forward_hook(stop_in_an_evaluation)
    run.start()
    run.wait(PATIENCE)
    assert run.state == "stopped"
    assert run.progress.step == 2
    assert batches == 1, "the rest of the evaluation was not waited for"
    assert run.history.columns("evaluation")["step"].tolist() == [0]

    resumed = Trainer.resume(tmp_path)
    list(resumed)
    plain = trainer(tiny_classifier("bert"), FEW, DATA * 20, **options)
    hook = plain.clf.model.register_forward_hook(lambda *_: None)  # its forward pass rounds alike
    for event in plain:
        if event.step == 2:
            hook.remove()
    steps = plain.history.columns("evaluation")["step"].tolist()
    assert steps[:2] == [0, 2]
    assert resumed.history.columns("evaluation")["step"].tolist() == steps
    assert torch.equal(weights(resumed.clf), weights(plain.clf))


def test_stop_restores_the_best_weights(tmp_path):
    clf = tiny_classifier("bert")
    run = Run(trainer(clf, DATA, DATA[:6], epochs=5000, folder=tmp_path, keep_best=True,
                      evaluate_every=1, learning_rate=0.02))  # fmt: skip
    best = {}
    run.subscribe(lambda: best.setdefault(run.history.best_step, weights(clf).clone()))
    stopped = at_step(run, 8, run.stop)
    run.start()
    assert stopped.wait(PATIENCE)
    run.wait(PATIENCE)
    assert torch.equal(weights(clf), best[run.history.best_step])
    assert run.history.notes[-1].text.startswith("Restored the best weights, those of step")


def test_stopping_after_the_epoch_stops_at_its_very_end(tmp_path):
    run = Run(trainer(data=DATA, valid=DATA[:6], epochs=4, folder=tmp_path))
    ends = epoch_ends(run.trainer._loop.plan)
    asked = at_step(run, ends[0] + 1, run.stop_after_epoch)
    run.start()
    assert asked.wait(PATIENCE)
    run.wait(PATIENCE)
    assert run.state == "stopped"
    assert run.progress.step == ends[1]
    assert run.progress.epoch == 2
    assert (
        run.history.latest("evaluation")["step"] == ends[1]
    )  # the actions at the end of an epoch were performed
    never_stopped = trainer(data=DATA, valid=DATA[:6], epochs=4)
    list(never_stopped)
    resumed = Trainer.resume(tmp_path)
    list(resumed)
    assert_same(resumed, never_stopped)


def test_stopping_after_the_epoch_can_be_cancelled():
    run = Run(trainer(data=DATA))
    at_step(run, 1, run.stop_after_epoch)
    at_step(run, 2, run.stop_after_epoch)
    run.start()
    run.wait(PATIENCE)
    assert (run.state, run.stops_after_epoch) == ("finished", False)


def test_stopping_after_the_last_epoch_is_finishing(tmp_path):
    run = Run(trainer(epochs=1, folder=tmp_path))
    run.stop_after_epoch()
    run.start()
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == [
        f"checkpoint-{run.progress.total_steps}"
    ]


def test_the_learning_rate_changes_from_the_next_step_on():
    run = Run(trainer(data=DATA, schedule="constant", warmup=0))
    changed = at_step(run, 3, lambda: setattr(run, "learning_rate", 2e-4))
    run.start()
    run.wait(PATIENCE)
    assert changed.is_set()
    rates = run.history.columns("step")["learning_rate"]
    assert rates[:3].tolist() == [1e-3] * 3
    assert set(rates[3:]) == {2e-4}
    assert run.learning_rate == 2e-4
    (note,) = run.history.notes
    assert (note.step, note.text) == (3, "Learning rate changed from 0.001 to 0.0002.")
    for wrong in (0, -1, 2, float("nan"), "fast"):
        with pytest.raises(ValueError, match=r"learning_rate=.*above 0 and at most 1"):
            run.learning_rate = wrong
    assert run.learning_rate == 2e-4


def test_saving_without_a_folder_raises_one_sentence():
    run = Run(trainer())
    with pytest.raises(ValueError, match="no folder for checkpoints; use Trainer"):
        run.save()


def test_a_failure_is_raised_by_wait_and_kept():
    clf = tiny_classifier("bert")
    with torch.no_grad():
        clf.model.classifier.bias[0] = float("inf")
    run = trainer(clf).start()
    with pytest.raises(FloatingPointError, match="lower learning rate"):
        run.wait(PATIENCE)
    assert run.state == "failed"
    assert isinstance(run.exception, FloatingPointError)


def test_commands_in_the_wrong_state_change_nothing(tmp_path):
    run = Run(trainer(folder=tmp_path))
    commands = (run.pause, run.resume, run.stop, run.save)
    for command in commands:
        command()
        assert run.state == "ready"
    with pytest.raises(RuntimeError, match="call start"):
        run.wait()
    run.start()
    run.start()
    run.wait(PATIENCE)
    ended = everything(run.trainer)
    for command in (run.start, *commands):
        command()
        assert run.state == "finished"
    assert everything(run.trainer) == ended


def test_cells_predict_while_a_run_trains():
    clf = tiny_classifier("bert")
    run = long_run(clf)
    until(run, lambda: run.progress.step >= 1)
    for _ in range(20):
        probabilities = clf.predict(["The film was so good"]).probabilities
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert run.state == "running"
    run.stop()
    run.wait(PATIENCE)


def test_subscribers_are_notified_of_every_step_until_they_unsubscribe():
    run = Run(trainer(data=DATA, epochs=1))
    heard: list[int] = []
    unsubscribe = run.subscribe(lambda: heard.append(run.progress.step))
    run.subscribe(lambda: run.progress.step == 3 and unsubscribe())
    run.start()
    run.wait(PATIENCE)
    assert set(heard) >= {1, 2, 3}
    assert max(heard) <= 4
    unsubscribe()


def test_runs_have_distinct_names(tmp_path):
    assert Run(trainer(folder=tmp_path / "small")).name == "small"
    first, second = Run(trainer()).name, Run(trainer()).name
    assert first != second
    assert first.startswith("run ")
    named = trainer(folder=tmp_path / "other", name="a low rate")
    assert Run(named).name == named.name == "a low rate"
    for name in ("", " ", 3):
        with pytest.raises(ValueError, match=f"name={name!r} is no name of a run"):
            trainer(name=name)


def test_a_name_is_kept_by_the_folder(tmp_path):
    named = trainer(folder=tmp_path, name="a low rate")
    named.save()
    del named
    assert Run(Trainer.resume(tmp_path)).name == "a low rate"


def test_a_learning_rate_set_just_after_the_start_disturbs_nothing():
    for _ in range(20):
        training = trainer(valid=FEW[:6], probes=["The film was so good"], epochs=1)
        run = training.start()
        run.learning_rate = 3e-4
        run.wait(PATIENCE)
        assert training.history.probe_history[0].step == 0
        assert training.history.columns("evaluation")["step"][0] == 0
        assert training.history.columns("step")["learning_rate"].max() <= 1e-3
        assert training.history.latest("step")["learning_rate"] < 3e-4


SCRIPT = """
import sys
from tests.training.small import trainer, until
run = trainer(folder=sys.argv[1], epochs=5000).start()
until(run, lambda: run.progress.step >= 3)
if sys.argv[2] == "paused":
    run.pause()
print("end", flush=True)
"""


@pytest.mark.process
@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_script_may_end_before_its_run(tmp_path, state):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "run"), state],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
    resumed = Trainer.resume(tmp_path / "run")
    assert resumed.progress.step >= 3
    next(iter(resumed))
