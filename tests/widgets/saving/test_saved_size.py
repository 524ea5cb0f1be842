"""A notebook that is saved with the state of its widgets stays small."""

from __future__ import annotations

import json

import pytest
from ipywidgets import Widget
from transformers import BertConfig, BertForSequenceClassification

from bert_widgets import AttentionMatrix, BertClassifier, TokenHighlights, Trainer, TrainingPanel
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE
from tests.widgets.training import DATA

LONG = "good film " * 255
SHORT = "not good film " * 13


@pytest.fixture(scope="module")
def clf():
    """A narrow model with as many layers, heads and positions as bert-base."""
    tokenizer = tiny_classifier("bert").tokenizer
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=24,
        intermediate_size=24,
        id2label={0: "negative", 1: "positive"},
        label2id={"negative": 0, "positive": 1},
    )
    tokenizer.model_max_length = 512
    return BertClassifier(BertForSequenceClassification(config).eval(), tokenizer)


def test_five_widgets_take_less_than_two_megabytes(clf):
    widgets = [
        AttentionMatrix(clf, LONG),
        AttentionMatrix(clf, SHORT),
        TokenHighlights(clf, LONG, method="input_x_gradient"),
        TokenHighlights(clf, SHORT, method="input_x_gradient"),
        TrainingPanel(
            Trainer(clf, DATA, DATA, epochs=2, precision="fp32", probes=[SHORT])
            .start()
            .wait(PATIENCE)
        ),
    ]
    assert len(widgets[0].token_texts) == 512
    assert all(widget.wait(PATIENCE) for widget in widgets[:4])
    saved = Widget.get_manager_state(widgets=widgets)["state"]
    sizes = {type(widgets[i]).__name__ + str(i): size(saved, widgets[i]) for i in range(5)}
    assert sum(sizes.values()) < 2e6, sizes


def size(saved, widget):
    return len(json.dumps(saved[widget.model_id]))
