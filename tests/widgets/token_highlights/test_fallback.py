"""The static version of highlights has units, margins, badge and warnings, as escaped text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bert_widgets import TokenHighlights, attribute
from bert_widgets.widgets.token_highlights.fallback import highlights_html, highlights_text
from tests.models import tiny_classifier
from tests.widgets.documents import Document
from tests.widgets.pages import PATIENCE

EVIL = "</div><script>alert(1)</script>"


@pytest.fixture(scope="module")
def clf():
    return tiny_classifier("bert")


def test_a_widget_shows_its_evidence_without_a_script(clf):
    widget = TokenHighlights(clf, "The film was not bad", method="occlusion", unit="tokens")
    data, _ = widget._repr_mimebundle_()
    assert widget.wait(PATIENCE)
    shown = Document(widget.fallback_html()).elements[0]["text"]
    assert widget.badge in shown
    assert "scores of tokens" in shown
    assert all(warning in shown for warning in widget.warnings)
    lines = widget.fallback_text().splitlines()
    assert lines[1] == widget.badge
    assert len(lines) == 2 + len(widget.warnings)
    assert data["text/plain"].splitlines()[0] == lines[0]


def test_margins_and_targets_are_named(clf):
    result = attribute(clf, "good soup", method="occlusion", target=(1, 0))[0]
    result = replace(result, margins=np.array([0.25, 0.125], np.float32))
    document = Document(highlights_html(result))
    titles = [element["attributes"].get("title", "") for element in document.elements]
    assert [title.split("±")[1] for title in titles if title] == ["0.250", "0.125"]
    assert "±0.25 or narrower" in document.elements[0]["text"]
    assert "towards negative" in document.elements[0]["text"]
    text = highlights_text(result)
    assert text.startswith("positive against negative ")
    assert "±0.25" in text


def test_sentences_are_escaped(clf):
    result = attribute(clf, "good soup", method="occlusion")[0]
    document = Document(highlights_html(result, badge=EVIL, warnings=[EVIL]))
    assert not document.find("script")
    assert document.elements[0]["text"].count(EVIL) == 2
