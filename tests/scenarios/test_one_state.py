"""A call uses one state of the weights, also while another thread trains the model."""

from __future__ import annotations

import copy
import threading

import numpy as np
import pandas as pd
import pytest
import torch

from bert_widgets import TokenHighlights, Trainer, attribute, head_effects
from bert_widgets.model.evaluation import evaluate
from bert_widgets.widgets.token_highlights import computations
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, in_thread, open_pages, page_of

TEXTS = ["a good film", "the soup was bad and cold", "boring"]
DATA = pd.DataFrame({"text": TEXTS * 8, "label": ["positive", "negative"] * 12})


@pytest.fixture
def training():
    clf = tiny_classifier("bert")
    run = Trainer(clf, DATA, epochs=10_000, learning_rate=1e-3, batch_tokens=16, warmup=0).start()
    yield clf, run
    run.stop()
    run.wait(PATIENCE)


def in_one_state(results):
    """Whether rows of results that take turns in three texts are the same for each text."""
    return all(np.ptp(results[start :: len(TEXTS)], axis=0).max() < 1e-5 for start in range(3))


def test_a_prediction_is_by_one_state_of_the_weights(training, monkeypatch):
    monkeypatch.setattr("bert_widgets.model.text_model.token_budget", lambda _device: 32)
    clf, run = training
    before = run.progress.step
    for _ in range(4):
        assert in_one_state(clf.predict(TEXTS * 8).probabilities)
    assert run.progress.step >= before + 3, "the training had no turn"


def test_an_evaluation_is_by_one_state_of_the_weights(training, monkeypatch):
    monkeypatch.setattr("bert_widgets.model.text_model.token_budget", lambda _device: 32)
    clf, _ = training
    measured = []

    def noted(probabilities, *rest):
        measured.append(probabilities)
        return evaluate(probabilities, *rest)

    monkeypatch.setattr("bert_widgets.model.classifier.evaluate", noted)
    for _ in range(4):
        clf.evaluate(list(zip(TEXTS * 8, [clf.labels[0]] * 24, strict=True)))
    assert all(in_one_state(probabilities) for probabilities in measured)


def test_scores_are_by_one_state_of_the_weights(training, monkeypatch):
    monkeypatch.setattr("bert_widgets.explain.attribution.job._GROUP_TOKENS", 32)
    clf, _ = training
    for _ in range(5):
        results = attribute(clf, TEXTS * 20, method="input_x_gradient")
        assert in_one_state(np.stack([result.probabilities for result in results]))
        for text in range(len(TEXTS)):
            scores = np.stack([result.scores for result in results[text :: len(TEXTS)]])
            assert np.ptp(scores, axis=0).max() < 1e-5


def test_effects_of_heads_are_by_one_state_of_the_weights(training):
    clf, run = training
    before = run.progress.step
    for _ in range(4):
        effects = head_effects(clf, TEXTS[1:2] * 8, target="positive")
        assert effects["effect_std"].max() < 1e-5
    assert run.progress.step > before, "the training had no turn"


def test_an_observer_may_predict_while_a_long_text_is_explained():
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, TEXTS[0])
    entered, answers = threading.Event(), []

    def predict(_change):
        entered.set()
        answers.append(clf.predict(TEXTS[1]))

    widget.observe(predict, "selected")
    for _ in range(5):
        widget.text = " ".join(TEXTS * 60)
        select = in_thread(lambda: setattr(widget, "selected", 0 if widget.selected else 1))
        select.join(PATIENCE)
        assert not select.is_alive()
    assert widget.wait(PATIENCE)
    assert len(answers) >= 5


def test_scores_of_a_widget_are_by_the_weights_of_its_prediction(monkeypatch):
    """The weights change as soon as they can after the widget has asked what is known."""
    open_pages(monkeypatch)
    clf = tiny_classifier("bert")
    states = [copy.deepcopy(clf)]
    widget = TokenHighlights(clf, TEXTS[0], method="input_x_gradient")

    def changed():
        with clf.lock, torch.no_grad():
            for weight in clf.parameters():
                weight.mul_(1.2)
            states.append(copy.deepcopy(clf))

    explained = computations.explained

    def explaining(*arguments):
        in_thread(changed).join(0.2)  # it waits for the lock, if that is held
        return explained(*arguments)

    monkeypatch.setattr(computations, "explained", explaining)
    page_of(widget).tell(text=TEXTS[1])
    assert widget.wait(PATIENCE)
    shown = widget.attribution
    (state,) = (
        one for one in states if near(one.predict(TEXTS[1]).probabilities[0], shown.probabilities)
    )
    assert near(attribute(state, TEXTS[1], method="input_x_gradient")[0].scores, shown.scores)


def near(one, other):
    return np.allclose(one, other, atol=1e-5)
