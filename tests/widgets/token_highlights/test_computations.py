"""What is said of the displayed scores is by the weights that they were computed with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import TokenHighlights, attribute
from bert_widgets.widgets.token_highlights.computations import Computations
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE

TEXT = "The film was not bad at all"


def train(clf):
    """Change the weights in place, as a step of a training does."""
    with torch.no_grad():
        clf.model.classifier.weight.mul_(-1.0)


@pytest.fixture
def highlights():
    clf = tiny_classifier("bert", labels=("bad", "mixed", "good"))
    highlights = TokenHighlights(clf, TEXT, method="input_x_gradient")
    assert highlights.wait(PATIENCE)
    return highlights


def test_nothing_is_compared_with_scores_by_other_weights(highlights):
    displayed = highlights._displayed
    by = Computations(highlights._clf, displayed, lambda share: None)
    assert by.badge(displayed.attribution) is not None
    assert "trained" not in by.check(displayed.attribution)

    train(highlights._clf)
    assert by.badge(displayed.attribution) is None
    assert "have not been checked" in by.check(displayed.attribution)
    for compute, argument in (
        (by.edited, {"word": 1, "action": "delete"}),
        (by.classes, displayed.question),
        (by.layers, displayed.question),
        (by.deletion, displayed.attribution),
    ):
        with pytest.raises(ValueError, match="trained since these scores were computed"):
            compute(argument)


def test_scores_are_computed_anew_before_what_is_asked_about_them(highlights):
    before = highlights.scores.copy()
    train(highlights._clf)
    highlights.compare = True
    assert highlights.wait(PATIENCE)
    [fresh] = attribute(highlights._clf, [TEXT], method="input_x_gradient")
    assert not np.allclose(before, highlights.scores)
    np.testing.assert_allclose(highlights.scores, fresh.scores, atol=1e-5)
    rows = highlights.class_scores.reshape(len(highlights.labels), -1)
    row = rows[highlights.labels.index(highlights.target)]
    np.testing.assert_allclose(row, fresh.scores, atol=1e-5)
    assert highlights.error == ""
    assert not any("trained" in warning for warning in highlights.warnings)
