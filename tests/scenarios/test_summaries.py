"""What a notebook prints for a result at the end of a cell is short, whatever its size."""

from __future__ import annotations

import dataclasses

import pytest

import bert_widgets as bw
from bert_widgets import TextData
from tests.models import tiny_classifier

ROWS = [(f"so boring {i}", "negative") for i in range(3000)] + [("good <b>", "positive")]
LINES, WIDTH = 70, 200


def results():
    clf, data = tiny_classifier("bert"), TextData.from_(ROWS)
    few = data.take([0, 3000])
    trainer = bw.Trainer(clf, few, few, epochs=1, precision="fp32")
    list(trainer)
    long = " ".join(["so boring"] * 200)
    return [
        (data, "3,001 texts; negative: 3,000, positive: 1>"),
        (clf.predict(data.texts), "[3001 rows x 4 columns]"),
        (clf.evaluate(few), "accuracy 0."),
        (bw.attribute(clf, long, method="saliency"), "the strongest of 400>"),
        (bw.attention_maps(clf, "so boring"), "tokens: 2 layers of 4 heads>"),
        (bw.query_key(clf, "so boring", layer=1, head=2), "layer 1, head 2: "),
        (trainer, "2 texts: step 1 of 1>"),
        (trainer.history, "steps 1, evaluations 2>"),
        (trainer.dynamics, "2 texts>"),
        (bw.Corpus(clf, data.texts), "3,001 texts, "),
    ]


def test_summaries_are_short_and_state_the_contents():
    for result, message in results():
        summary = repr(result)
        assert message in summary
        assert len(summary.splitlines()) <= LINES
        assert max(map(len, summary.splitlines())) <= WIDTH


def test_tables_in_a_page_show_texts_as_text():
    clf = tiny_classifier("bert")
    page = clf.predict(["good <b>"])._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    evaluation = dataclasses.replace(clf.evaluate(ROWS[-2:]), classes=("<i>", "<u>"))
    assert "&lt;i&gt;" in evaluation._repr_html_()


@pytest.mark.parametrize("labels", [7, 40])
def test_many_labels_are_counted_not_listed(labels):
    data = TextData.from_([(f"text {i}", f"label {i}") for i in range(labels)] * 3)
    assert repr(data).endswith(f"and {labels - 6} labels more>")
