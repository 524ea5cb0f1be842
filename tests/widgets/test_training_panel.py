"""The panel shows the run as it is, obeys its buttons, and never holds the run up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bert_widgets import Trainer, TrainingPanel
from bert_widgets.training import Event
from bert_widgets.widgets._gate import gate
from tests.models import tiny_classifier

from .pages import PATIENCE, agrees, in_thread, joined, page_of

DATA = pd.DataFrame(
    {
        "text": ["The film was good", "bad soup", "a boring story", "gorgeous"] * 8,
        "label": ["positive", "negative", "negative", "positive"] * 8,
    }
)


def trainer(**options):
    options = {"epochs": 2, "batch_tokens": 32, "precision": "fp32", **options}
    return Trainer(tiny_classifier("bert"), DATA, DATA, **options)


def curve(page, name, columns):
    rows = np.frombuffer(page.state[name], "<f4").reshape(-1, len(page.state[columns]))
    return dict(zip(page.state[columns], rows.T, strict=True))


def shows(page, run):
    """Whether the page holds all of a run's history and progress."""
    for kind, name in (("step", "_train"), ("evaluation", "_valid")):
        shown = curve(page, name, f"{name}_columns")
        held = run.history.columns(kind)
        for column, values in shown.items():
            np.testing.assert_allclose(values, held[column], rtol=1e-6)
    progress = run.progress
    assert (page.state["step"], page.state["total_steps"]) == (progress.step, progress.total_steps)
    assert page.state["epoch"] == progress.epoch
    assert page.state["elapsed"] == progress.elapsed
    return page.state["state"] == run.state


def ended(panel):
    """Wait until the panel has shown the last of its run."""
    return panel._publisher.wait(PATIENCE)


def test_the_buttons_drive_the_run():
    panel = TrainingPanel(trainer(epochs=400))
    page = page_of(panel)
    assert page.state["state"] == "ready"
    assert page.state["settings"][0][0] == "device"
    assert panel.run is None
    page.press("pause")
    assert panel.run is None
    page.press("start")
    run = panel.run
    page.press("start")
    assert panel.run is run, "a second press starts no second run"
    page.wait_for(lambda state: state["state"] == "running" and state["step"] > 1)
    page.press("pause")
    page.wait_for(lambda state: state["state"] == "paused")
    page.press("resume")
    at = run.progress.step
    page.wait_for(lambda state: state["state"] == "running" and state["step"] > at)
    page.press("stop")
    run.wait(PATIENCE)
    assert ended(panel)
    assert run.state == "stopped"
    assert run.progress.step < run.progress.total_steps
    assert shows(page, run)
    page.press("resume")
    assert (panel.error, run.state) == ("", "stopped")


def test_every_panel_of_a_run_shows_all_of_it_after_a_reload_too():
    run = trainer().start()
    early = TrainingPanel(run)
    run.wait(PATIENCE)
    late = TrainingPanel(run)
    assert ended(early)
    assert ended(late)
    for panel in (early, late):
        assert shows(page_of(panel), run)
        assert run.state == "finished"
        page_of(panel).reload()
        assert shows(page_of(panel), run)
        assert agrees(panel)
    assert run.history.columns("evaluation")["step"][0] == 0


def test_a_failure_is_shown_as_a_sentence():
    panel = TrainingPanel(trainer(learning_rate=1e30, warmup=0.0, max_grad_norm=1e30))
    page_of(panel).press("start")
    with pytest.raises(FloatingPointError):
        panel.run.wait(PATIENCE)
    assert ended(panel)
    assert page_of(panel).state["state"] == "failed"
    assert panel.error.startswith("Training failed: The loss became")
    page_of(panel).press("nonsense")
    page_of(panel).press("stop")
    assert panel.error.startswith("Training failed"), "it does not go away"
    assert agrees(panel)


def test_closing_the_panel_leaves_the_run_alone():
    run = trainer().start()
    panel = TrainingPanel(run)
    page = page_of(panel)
    panel.close()
    assert ended(panel)
    sent = len(page.updates)
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert len(page.updates) == sent


def test_a_run_never_waits_for_widgets():
    run = trainer().start()
    run.pause()
    panel = TrainingPanel(run)
    with gate:
        run.resume()
        assert joined(in_thread(run.wait))
        assert run.state == "finished"
    assert ended(panel)
    assert shows(page_of(panel), run)


@pytest.mark.parametrize("count", [1999, 2000, 2001, 25_000])
def test_long_curves_are_thinned_evenly_to_their_last_point(count):
    long = trainer()
    for step in range(1, count + 1):
        long.history.add(Event("step", step, 0.0, {"loss": 1 / step}))
    steps = curve(page_of(TrainingPanel(long)), "_train", "_train_columns")["step"]
    assert (steps[0], steps[-1]) == (1, count)
    assert len(steps) == min(count, 2000)
    gaps = np.diff(steps)
    assert gaps.min() >= 1
    assert gaps.max() - gaps.min() <= 1


def test_a_metric_that_is_not_measured_is_missing_not_zero():
    plain = trainer()
    plain.history.add(Event("step", 1, 0.1, {"loss": 0.5}))
    shown = curve(page_of(TrainingPanel(plain)), "_train", "_train_columns")
    assert shown["loss"].tolist() == [0.5]
    assert np.isnan(shown["gradient_norm"]).all()
