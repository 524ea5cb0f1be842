"""After a model is trained further, all results for the next question are from one state of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import (
    AttentionMatrix,
    TokenHighlights,
    Trainer,
    attention_maps,
    attribute,
    head_effects,
)
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, page_of

TEXT = "The film was not bad"
QUICK = {"method": "input_x_gradient"}


def train(clf):
    """Change the weights in place, as an optimiser does."""
    with torch.no_grad():
        for weights in clf.model.parameters():
            weights.mul_(0.8)


def ask(widget, by_page, **traits):
    if by_page:
        page_of(widget).tell(**traits)
    else:
        for name, value in traits.items():
            setattr(widget, name, value)
    assert widget.wait(PATIENCE)


@pytest.mark.parametrize("by_page", [False, True])
@pytest.mark.parametrize(
    "asked",
    [{"edit": {"word": 3, "action": "delete"}}, {"compare": True}, {"by_layer": True}],
    ids=lambda asked: next(iter(asked)),
)
def test_highlights_use_the_current_weights(asked, by_page):
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, TEXT, **QUICK)
    assert widget.wait(PATIENCE)
    before = widget.probabilities
    train(clf)
    np.testing.assert_array_equal(widget.probabilities, before)
    ask(widget, by_page, **asked)
    now = attribute(clf, TEXT, **QUICK)[0]
    assert np.abs(now.probabilities - before).max() > 0.01
    np.testing.assert_allclose(widget.probabilities, now.probabilities, atol=1e-5)
    np.testing.assert_allclose(widget.scores, now.scores, atol=1e-5)
    if widget.edit:
        edited = clf.predict("The film was bad").probabilities[0]
        np.testing.assert_allclose(widget.edited["probabilities"], edited, atol=1e-5)
    if widget.compare:
        rows = widget.class_scores.reshape(len(clf.labels), -1)
        np.testing.assert_allclose(rows[clf.labels.index(now.target)], now.scores, atol=1e-5)
    assert agrees(widget)


def test_evidence_uses_the_current_weights():
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, TEXT, **QUICK)
    widget.evidence()
    train(clf)
    widget.evidence()
    assert widget.wait(PATIENCE)
    whole, removed = widget.deletion.reshape(-1, 5)[[0, -1], 1]
    target = clf.labels.index(widget.target)
    assert whole == pytest.approx(clf.predict(TEXT).probabilities[0, target], abs=1e-5)
    assert whole == pytest.approx(widget.probabilities[target], abs=1e-5)
    assert removed != whole


@pytest.mark.parametrize("by_page", [False, True])
def test_heads_are_switched_off_with_the_current_weights(by_page):
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT)
    assert widget.wait(PATIENCE)
    train(clf)
    ask(widget, by_page, ablated=[[1, 2]])
    maps = attention_maps(clf, TEXT)
    np.testing.assert_allclose(widget.probabilities, maps.probabilities, atol=1e-6)
    np.testing.assert_allclose(widget.maps.head(1, 2), maps.head(1, 2), atol=1e-6)
    ask(widget, by_page, ablated=[])
    np.testing.assert_allclose(widget.ablated_probabilities, maps.probabilities, atol=1e-6)
    assert agrees(widget)


@pytest.mark.parametrize("measured_before", [False, True])
def test_effects_use_the_current_weights(measured_before):
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT)
    if measured_before:
        widget.measure_effects()
        assert widget.wait(PATIENCE)
    train(clf)
    widget.measure_effects()
    assert widget.wait(PATIENCE)
    expected = head_effects(clf, TEXT, target=widget.target)["effect"]
    np.testing.assert_allclose(widget.effects, expected, atol=1e-5)
    assert agrees(widget)


def test_questions_during_training_are_answered_in_the_end_with_the_last_weights():
    clf = tiny_classifier("bert")
    rows = [(TEXT, "negative"), ("The acting was never good", "positive")] * 200
    widget, matrix = TokenHighlights(clf, TEXT, **QUICK), AttentionMatrix(clf, TEXT)
    run = Trainer(clf, rows, epochs=3, batch_tokens=64, learning_rate=1e-3).start()
    for word in range(4):
        for shown, traits in ((widget, {"edit": {"word": word, "action": "mask"}}),
                             (matrix, {"ablated": [[0, word]]})):  # fmt: skip
            ask(shown, True, **traits)  # noqa: FBT003
    run.wait()
    ask(widget, True, edit={"word": 4, "action": "mask"})  # noqa: FBT003
    ask(matrix, True, ablated=[])  # noqa: FBT003
    last = clf.predict(TEXT).probabilities[0]
    np.testing.assert_allclose(widget.probabilities, last, atol=1e-5)
    np.testing.assert_allclose(matrix.ablated_probabilities, last, atol=1e-5)
