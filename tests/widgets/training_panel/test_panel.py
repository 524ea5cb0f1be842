"""The panel shows the current state of runs, its buttons work, and it never delays a run."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets as t

from bert_widgets import Trainer, TrainingPanel
from bert_widgets.training import Event
from bert_widgets.training.legend import legend
from bert_widgets.widgets.shared.lock import widget_lock
from tests.widgets.pages import PATIENCE, agrees, in_thread, joined, page_of
from tests.widgets.training import DATA, PROBES, ended, table, trained, trainer


def shows(page, *runs, shown=0):
    """Whether the page holds all of the runs' histories, and the progress of the one on show."""
    for kind, name in (("step", "_train"), ("evaluation", "_valid")):
        curves = table(page, name)
        for number, run in enumerate(runs):
            held = run.history.columns(kind)
            mine = curves["run"] == number
            for column in curves.keys() - {"run", "loss_mean"}:
                np.testing.assert_allclose(curves[column][mine], held[column], rtol=1e-6)
        if name == "_train":
            np.testing.assert_array_equal(curves["loss"], curves["loss_mean"])
    run = runs[shown]
    progress = run.progress
    for name in ("step", "total_steps", "epoch", "epochs", "elapsed"):
        assert page.state[name] == getattr(progress, name)
    assert page.state["best_step"] == run.history.best_step
    assert page.state["notes"] == [[note.step, note.text] for note in run.history.notes]
    assert page.state["runs"] == legend(runs)
    return page.state["state"] == run.state


def test_the_buttons_drive_the_run():
    panel = TrainingPanel(trainer(epochs=400))
    page, run = page_of(panel), panel.run
    assert page.state["state"] == run.state == "ready"
    assert page.state["settings"][0][0] == "device"
    for command in ("pause", "resume", "stop"):
        page.press(command)
        assert (run.state, panel.error) == ("ready", "")
    page.press("start")
    page.press("start")
    assert panel.run is run, "a second press starts no second run"
    page.wait_for(lambda state: state["state"] == "running" and state["step"] > 1)
    assert page.state["memory"] > 10
    page.press("pause")
    page.press("pause")
    page.wait_for(lambda state: state["state"] == "paused")
    page.press("resume")
    step = run.progress.step
    page.wait_for(lambda state: state["state"] == "running" and state["step"] > step)
    page.press("stop")
    run.wait(PATIENCE)
    assert ended(panel)
    assert run.state == "stopped"
    assert run.progress.step < run.progress.total_steps
    assert shows(page, run)
    for command in ("start", "pause", "resume", "stop", "stop_after_epoch", "save"):
        page.press(command)
        assert (panel.error, run.state, run.stops_after_epoch) == ("", "stopped", False)
    assert agrees(panel)


def test_a_run_can_be_stopped_after_its_epoch():
    panel = TrainingPanel(trainer(epochs=400))
    page, run = page_of(panel), panel.run
    page.press("start")
    page.press("pause")
    for wanted in (True, False, True):
        page.press("stop_after_epoch")
        assert run.stops_after_epoch == wanted, "pressed again, it is taken back"
        page.wait_for(lambda state, wanted=wanted: state["stops_after_epoch"] == wanted)
    page.press("resume")
    run.wait(PATIENCE)
    assert ended(panel)
    assert page.state["state"] == "stopped"
    assert page.state["epoch"] == int(page.state["epoch"]) < 400


def test_a_checkpoint_is_written_on_request(tmp_path):
    panel = TrainingPanel(trainer(epochs=400, folder=tmp_path / "first", checkpoint_every=10_000))
    page = page_of(panel)
    assert page.state["runs"] == ["first"]
    assert not page.state["can_save"]
    page.press("start")
    page.wait_for(lambda state: state["can_save"] and state["step"] > 1)
    page.press("save")
    page.wait_for(lambda state: any("Saved" in text for _, text in state["notes"]))
    page.press("stop")
    panel.run.wait(PATIENCE)
    assert ended(panel)
    assert not page.state["can_save"]
    assert Trainer.resume(tmp_path / "first").progress.step == panel.run.progress.step


def test_without_a_folder_nothing_can_be_saved():
    panel = TrainingPanel(trainer(epochs=400))
    page = page_of(panel)
    page.press("start")
    page.press("save")
    assert "no folder" in panel.error
    assert not page.state["can_save"]
    page.press("stop")
    assert panel.error == ""
    panel.run.wait(PATIENCE)


def test_a_failed_write_pauses_the_run_without_ending_it(tmp_path, monkeypatch):
    panel = TrainingPanel(trainer(folder=tmp_path / "runs", checkpoint_every=1))
    page = page_of(panel)
    tmp_path.joinpath("runs").write_text("a file where the folder should be", "utf-8")
    page.press("start")
    page.wait_for(lambda state: state["problem"])
    page.wait_for(lambda state: state["state"] == "paused")
    tmp_path.joinpath("runs").unlink()
    page.press("resume")
    panel.run.wait(PATIENCE)
    assert ended(panel)
    assert (page.state["state"], page.state["problem"]) == ("finished", "")


def test_every_panel_of_a_run_shows_all_of_it_after_a_reload_too():
    mine = trainer(probes=PROBES)
    first = TrainingPanel(mine)
    second = TrainingPanel(mine)
    assert first.run is second.run
    page_of(second).press("start")
    page_of(first).wait_for(lambda state: state["state"] != "ready")
    third = TrainingPanel(mine.run)
    run = mine.run.wait(PATIENCE)
    late = TrainingPanel(run)
    for panel in (first, second, third, late):
        assert ended(panel)
        assert shows(page_of(panel), run)
        page_of(panel).reload()
        assert shows(page_of(panel), run)
        assert agrees(panel)
        assert panel._probe_history_steps.tolist() == late._probe_history_steps.tolist()
    assert run.state == "finished"
    assert run.history.columns("evaluation")["step"][0] == 0


def test_a_run_started_from_python_is_shown():
    mine = trainer()
    panel = TrainingPanel(mine)
    assert mine.start() is panel.run
    mine.run.wait(PATIENCE)
    assert ended(panel)
    assert shows(page_of(panel), mine.run)


def test_start_is_refused_while_another_run_trains_the_classifier():
    first = trainer(epochs=5000)
    first.start()
    panel = TrainingPanel(Trainer(first.clf, first.train))
    page_of(panel).press("start")
    assert "This classifier is being trained by" in panel.error
    assert (panel.state, first.run.state) == ("ready", "running")
    first.run.stop()
    first.run.wait(PATIENCE)
    page_of(panel).press("start")
    assert (panel.error, panel.run.state == "ready") == ("", False)
    panel.run.stop()
    panel.run.wait(PATIENCE)


def test_several_runs_are_overlaid_and_one_is_selected():
    done, other = trained(epochs=1), trainer(learning_rate=1e-3)
    panel = TrainingPanel([done, other], probes=PROBES)
    page = page_of(panel)
    assert panel.run is done
    assert page.state["runs"] == [
        f"{done.name}, epochs 1, learning rate 5e-5",
        f"{other.run.name}, epochs 2, learning rate 0.001",
    ]
    assert other.probes == tuple(PROBES)
    page.press("start")
    assert other.run.state == "ready", "the run on show has ended"
    page.tell(shown=1)
    assert panel.run is other.run
    assert (page.state["state"], page.state["step"]) == ("ready", 0)
    assert page.state["values"]["learning_rate"] == 1e-3
    page.press("start")
    other.run.wait(PATIENCE)
    assert ended(panel)
    assert shows(page, done, other.run, shown=1)
    assert page.state["_probe_history_probes"] == PROBES
    panel.shown = 0
    assert shows(page, done, other.run, shown=0)
    assert page.state["_probe_history_probes"] == []
    assert agrees(panel)
    page.tell(shown=2)
    assert (panel.shown, panel.error) == (0, "There is no run 2; use 0 to 1.")
    with pytest.raises(t.TraitError, match="There is no run -1"):
        panel.shown = -1


def test_a_failure_is_shown_with_its_run():
    bad = trainer(learning_rate=1.0, warmup=0.0, max_grad_norm=1e30, epochs=50)
    panel = TrainingPanel([bad, trainer()])
    page = page_of(panel)
    for parameter in bad.clf.parameters():
        parameter.data.mul_(1e30)
    page.press("start")
    with pytest.raises(FloatingPointError):
        panel.run.wait(PATIENCE)
    page.wait_for(lambda state: state["state"] == "failed" and state["error"])
    assert panel.error.startswith("Training failed: The loss became")
    page.press("nonsense")
    page.press("stop")
    assert panel.error.startswith("Training failed"), "it does not go away"
    page.tell(shown=1)
    assert panel.error == ""
    page.tell(shown=0)
    assert panel.error.startswith("Training failed")
    assert agrees(panel)


def test_closing_the_panel_leaves_the_run_alone():
    run = trainer().start()
    panel, other = TrainingPanel(run), TrainingPanel(run)
    page = page_of(panel)
    panel.close()
    assert ended(panel)
    sent = len(page.updates)
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert len(page.updates) == sent
    assert ended(other)
    assert shows(page_of(other), run)


def test_a_run_never_waits_for_widgets():
    run = trainer().start()
    run.pause()
    panel = TrainingPanel(run)
    with widget_lock:
        run.resume()
        assert joined(in_thread(run.wait))
        assert run.state == "finished"
    assert ended(panel)
    assert shows(page_of(panel), run)


def test_a_failing_observer_does_not_affect_other_traits():
    panel = TrainingPanel(trainer())

    def fail(_change):
        raise ZeroDivisionError

    panel.observe(fail, ["state", "step", "_train"])
    page_of(panel).press("start")
    run = panel.run.wait(PATIENCE)
    assert ended(panel)
    assert shows(page_of(panel), run)


def test_a_widget_shown_again_is_up_to_date():
    run = trainer(epochs=400).start()
    panel = TrainingPanel(run)
    run.stop()
    run.wait(PATIENCE)
    assert ended(panel)
    data, _ = panel._repr_mimebundle_()
    assert f"step {run.progress.step} of" in data["text/html"]
    assert data["text/plain"].startswith(f"stopped: step {run.progress.step} of")


@pytest.mark.exhaustive
@pytest.mark.parametrize("runs", [1, 3])
def test_a_million_steps_and_evaluations_stay_under_a_megabyte(runs):
    panels = [trainer(probes=PROBES) for _ in range(runs)]
    panel = TrainingPanel(panels)
    random = np.random.default_rng(0)
    for mine in panels:
        columns = random.random((4, 1_000_000))
        mine.history.load(
            {f"step/{name}": values for name, values in zip(
                ("epoch", "loss", "learning_rate", "gradient_norm"), columns, strict=True
            )} | {"step/step": np.arange(1.0, 1_000_001)}
            | {"evaluation/step": np.arange(100.0, 1_000_001, 100)}
            | {f"evaluation/{name}": columns[1, :10_000] for name in ("loss", "accuracy")}
        )  # fmt: skip
        for step in range(120):
            mine.history.note(step, "Saved to somewhere. " * 40)
    panel._publish()
    page = page_of(panel)
    train, valid = table(page, "_train"), table(page, "_valid")
    for curves in (train, valid):
        for number in range(runs):
            steps = curves["step"][curves["run"] == number]
            assert (np.diff(steps) > 0).all()
            assert steps[-1] == 1_000_000
    assert np.isnan(valid["macro_f1"]).all(), "what is not measured is missing, not zero"
    assert len(page.state["notes"]) == 100
    traits = {name: value for name, value in page.state.items() if name != "_bundle_source"}
    size = sum(len(v) if isinstance(v, bytes) else len(str(v)) for v in traits.values())
    assert size < 400_000


def test_a_metric_that_is_not_measured_is_missing_not_zero():
    plain = trainer()
    plain.history.add(Event("step", 1, 0.1, {"loss": 0.5}))
    shown = table(page_of(TrainingPanel(plain)), "_train")
    assert shown["loss"].tolist() == [0.5]
    assert np.isnan(shown["gradient_norm"]).all()


@pytest.mark.parametrize("makers", [[], [trainer] * 21])
def test_a_panel_shows_one_to_twenty_runs(makers):
    with pytest.raises(ValueError, match="shows 1 to 20 runs"):
        TrainingPanel([make() for make in makers])


@pytest.mark.parametrize("argument", [DATA, None, "run", [1]])
def test_an_argument_that_is_not_a_run_is_refused(argument):
    with pytest.raises(TypeError, match="shows a Run or a Trainer"):
        TrainingPanel(argument)
