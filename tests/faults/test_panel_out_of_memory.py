"""Memory that runs out while a panel shows a training or a search for a learning rate."""

from __future__ import annotations

import numpy as np
import pytest

import bert_widgets as bw
from bert_widgets import Trainer
from bert_widgets.testing.side_effect_checks import model_state
from bert_widgets.widgets.training_panel.search import search_of
from tests.faults.forward_passes import OUT_OF_MEMORY, Broken
from tests.training.small import DATA, trainer, without_dropout
from tests.widgets.pages import page_of

PROBES = ["The film was good"]


@pytest.fixture
def broken(monkeypatch):
    return Broken(monkeypatch)


def begun(**options):
    training = trainer(without_dropout(), valid=DATA[:6], probes=PROBES, epochs=1, **options)
    return training, bw.TrainingPanel(training)


def ended(training, panel):
    """Press Start and wait until the page knows how the run has ended."""
    page_of(panel).press("start")
    page_of(panel).wait_for(lambda state: state["state"] in ("finished", "failed"))
    state = page_of(panel).state
    panel.close()
    return state, training.history.columns("step").get("loss", np.zeros(0))


def test_a_run_goes_on_and_its_panel_shows_it(broken, long, tried):
    """Memory errors at any forward pass of a run: it went on, and its panel showed it."""
    _, plain = ended(*begun())
    before = broken.left
    ended(*begun())
    passes = before - broken.left
    chosen = range(1, passes + 1)
    for number, operation in enumerate(chosen if long else chosen[:: passes // 6]):
        training, panel = begun()
        broken.error = OUT_OF_MEMORY[number % len(OUT_OF_MEMORY)]()
        broken.left = operation
        state, losses = ended(training, panel)
        assert (state["state"], state["error"]) == ("finished", ""), operation
        np.testing.assert_allclose(losses, plain, atol=1e-3)
        tried()


@pytest.mark.parametrize("make", OUT_OF_MEMORY)
def test_a_run_that_does_not_fit_at_all_fails_in_a_sentence(make, broken, tmp_path):
    training, panel = begun(folder=tmp_path)
    while training.progress.step < 2:
        training.advance()
    broken.error, broken.for_good, broken.left = make(), True, 0
    state, _ = ended(training, panel)
    assert state["state"] == "failed"
    assert state["error"].startswith("Training failed: Not even one text of ")
    broken.for_good = False
    resumed = Trainer.resume(tmp_path)
    assert resumed.progress.step == 2
    list(resumed)


def test_a_search_says_what_happened_and_leaves_the_model(broken):
    training, panel = begun()
    before = model_state(training.clf)
    for make in OUT_OF_MEMORY:
        broken.error, broken.for_good, broken.left = make(), True, 5
        page_of(panel).press("find_learning_rate")
        search_of(training).wait()
        page_of(panel).wait_for(lambda state: state["error"] and not state["finding"])
        assert panel.error.startswith("The search failed: Not even one text of ")
        broken.for_good = False
        assert model_state(training.clf) == before
    state, _ = ended(training, panel)
    assert state["state"] == "finished"
