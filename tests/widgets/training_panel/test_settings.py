"""Learning rate, form and probes set in the page or in Python are those of the trainer."""

from __future__ import annotations

import json

import pytest
import traitlets as t

from bert_widgets import TrainingPanel
from bert_widgets.training import Hyperparameters
from bert_widgets.training.hyperparameters import FORM
from tests.widgets.pages import PATIENCE, agrees, page_of
from tests.widgets.training import PROBES, ended, trained, trainer


def test_the_form_describes_every_hyperparameter():
    panel = TrainingPanel(trainer(class_weights=[1, 2.5]))
    state = page_of(panel).state
    assert [field["name"] for field in state["_fields"]] == [field.name for field in FORM]
    description, field = state["_fields"][1], FORM[1]
    assert description == json.loads(json.dumps({
        "name": field.name, "label": field.label, "help": field.help, "kind": field.kind,
        "least": field.least, "above": field.above, "most": field.most,
        "choices": field.choices, "optional": field.optional,
    }))  # fmt: skip
    chosen = panel.run.trainer.hyperparameters
    assert state["values"] == {
        **{name: getattr(chosen, name) for name in state["values"]},
        "class_weights": [1.0, 2.5],
    }


@pytest.mark.parametrize("by_page", [True, False])
def test_values_are_those_of_the_trainer(by_page):
    panel = TrainingPanel(trainer(class_weights=[1, 2.5]))
    page = page_of(panel)

    def put(values):
        if by_page:
            page.tell(values=values)
        else:
            panel.values = values

    put({**panel.values, "epochs": 5, "schedule": "cosine", "learning_rate": 1})
    assert panel.error == ""
    chosen = panel.run.trainer.hyperparameters
    assert (chosen.epochs, chosen.schedule, chosen.learning_rate) == (5, "cosine", 1.0)
    assert chosen.class_weights == (1.0, 2.5), "what was not changed stays"
    assert (panel.epochs, panel.learning_rate) == (5, 1.0)
    put({"epochs": 4})
    assert panel.values == {**panel.values, "epochs": 4, "schedule": "cosine"}
    put({})
    assert panel.epochs == 4
    assert agrees(panel)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"epochs": 0}, "epochs=0 is not valid"),
        ({"epochs": 2.5}, "epochs=2.5 is not valid"),
        ({"epochs": True}, "epochs=True is not valid"),
        ({"epoch": 2}, "did you mean 'epochs'"),
        ({"learning_rate": 0}, "learning_rate=0 is not valid"),
        ({"learning_rate": 10**400}, ""),
        ({"learning_rate": "1"}, "learning_rate='1' is not valid"),
        ({"keep_best": 1}, "keep_best=1 is not valid"),
        ({"schedule": "liner"}, "did you mean 'linear'"),
        ({"schedule": ["linear"]}, "schedule"),
        ({"class_weights": [1, "a"]}, "class_weights"),
        ({"epochs": 7, "seed": -1}, "seed=-1 is not valid"),
        ({"epochs": {}}, "epochs"),
        ([], "values"),
        (None, "values"),
    ],
)
def test_invalid_values_are_refused_as_a_whole(values, problem):
    panel = TrainingPanel(trainer())
    before, chosen = panel.values, panel.run.trainer.hyperparameters
    page_of(panel).tell(values=values)
    assert panel.error
    assert problem in panel.error
    assert panel.values == before
    assert panel.run.trainer.hyperparameters is chosen
    assert agrees(panel)
    with pytest.raises(t.TraitError):
        panel.values = values
    page_of(panel).tell(values={"epochs": 3})
    assert (panel.error, panel.epochs) == ("", 3)


def test_values_invalid_for_the_texts_are_refused_and_sent_back():
    panel = TrainingPanel(trainer())
    page_of(panel).tell(values={"epochs": 5, "checkpoint_every": 8})
    assert "needs a folder" in panel.error
    assert (panel.epochs, panel.values["checkpoint_every"]) == (2, None)
    assert agrees(panel)


def test_settings_are_fixed_once_a_run_has_started():
    panel = TrainingPanel(trained())
    assert ended(panel)
    page = page_of(panel)
    page.tell(values={"epochs": 9})
    assert "has begun" in panel.error
    page.tell(learning_rate=1e-3)
    assert "has ended" in panel.error
    page.tell(values=panel.values)
    assert panel.error == ""
    assert panel.values["epochs"] == 2
    assert agrees(panel)


@pytest.mark.parametrize("by_page", [True, False])
def test_the_learning_rate_can_be_changed_before_and_during_the_run(by_page):
    panel = TrainingPanel(trainer(epochs=400, schedule="constant", warmup=0))
    page, run = page_of(panel), panel.run

    def put(rate):
        if by_page:
            page.tell(learning_rate=rate)
        else:
            panel.learning_rate = rate

    put(2e-4)
    assert run.trainer.hyperparameters.learning_rate == 2e-4
    assert page.state["values"]["learning_rate"] == 2e-4
    page.press("start")
    page.wait_for(lambda state: state["step"] > 1)
    put(3e-4)
    assert run.learning_rate == panel.learning_rate == 3e-4
    changed_from = run.progress.step + 1
    page.wait_for(lambda state: state["step"] > changed_from + 1)
    page.press("stop")
    run.wait(PATIENCE)
    rates = run.history.columns("step")["learning_rate"]
    assert rates[0] == 2e-4
    assert (rates[changed_from:] == 3e-4).all()
    assert ended(panel)
    assert any("Learning rate" in text for _, text in page.state["notes"])
    assert agrees(panel)


def test_a_learning_rate_set_elsewhere_is_displayed():
    panel = TrainingPanel(trainer(epochs=400).start())
    other = TrainingPanel(panel.run)
    other.learning_rate = 2e-4
    page_of(panel).wait_for(lambda state: state["learning_rate"] == 2e-4)
    panel.run.learning_rate = 1e-4
    page_of(other).wait_for(lambda state: state["learning_rate"] == 1e-4)
    panel.run.stop()
    panel.run.wait(PATIENCE)


@pytest.mark.parametrize("rate", [0, -1, 1.5, True, None, "1e-3", 10**400, [1]])
def test_an_invalid_learning_rate_is_refused(rate):
    panel = TrainingPanel(trainer())
    before = panel.learning_rate
    page_of(panel).tell(learning_rate=rate)
    assert panel.error
    with pytest.raises(t.TraitError):
        panel.learning_rate = rate
    assert panel.learning_rate == panel.run.learning_rate == before


def test_probes_can_be_set_at_any_time():
    panel = TrainingPanel(trainer(epochs=400))
    page, run = page_of(panel), panel.run
    page.tell(probes=PROBES[:1])
    assert run.trainer.probes == tuple(PROBES[:1])
    page.press("start")
    page.wait_for(lambda state: state["_probe_history_probes"] == PROBES[:1])
    panel.probes = [*PROBES, "soup"]
    page.wait_for(lambda state: state["_probe_history_probes"] == [*PROBES, "soup"])
    other = TrainingPanel(run)
    assert other.probes == [*PROBES, "soup"]
    run.trainer.probes = ("gorgeous",)
    page.wait_for(lambda state: state["probes"] == ["gorgeous"])
    page.tell(probes=[])
    assert run.trainer.probes == ()
    page.press("stop")
    run.wait(PATIENCE)
    assert ended(panel)
    assert agrees(panel)


@pytest.mark.parametrize(
    "probes", [[""], [" "], ["x" * 2001], ["x"] * 21, [1], None, ["\ud800"], {"a": 1}]
)
def test_invalid_probes_are_refused(probes):
    panel = TrainingPanel(trainer(probes=PROBES))
    page_of(panel).tell(probes=probes)
    assert panel.error
    assert panel.probes == PROBES
    assert agrees(panel)
    with pytest.raises(t.TraitError):
        panel.probes = probes
    assert panel.run.trainer.probes == tuple(PROBES)


def test_defaults_of_the_form_are_those_of_the_dataclass():
    panel = TrainingPanel(trainer())
    shown = {**panel.values, "epochs": 3, "batch_tokens": None, "precision": "auto"}
    assert Hyperparameters(**shown) == Hyperparameters()
