"""What one call returns is by one state of the weights, whoever trains the model meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

from bert_widgets import TokenHighlights, Trainer, attribute
from bert_widgets.model.evaluation import evaluate
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, in_thread

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
