"""The page holds the head on show, exactly, and no more than fits."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets as t
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets import AttentionMatrix, attention_maps
from bert_widgets.widgets import attention_matrix
from tests.models import tiny_classifier

from .pages import agrees, page_of

TEXT = "The film was not bad"


def in_page(widget, layer, head):
    """Return a head as the page decodes it."""
    state = page_of(widget).state
    count = len(state["tokens"])
    at = state["_held"].index(layer * state["heads"] + head)
    maps = np.frombuffer(state["_weights"], np.uint8).reshape(-1, count, count)
    assert len(maps) == len(state["_held"]) == len(state["_scales"])
    return maps[at] / 255 * state["_scales"][at]


@pytest.mark.parametrize("pair", [None, "it was good"])
def test_small_texts_have_every_head_in_the_page(pair):
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, pair, layer=1, head=3)
    maps = attention_maps(clf, TEXT, pair)
    assert (widget.layer, widget.head, widget.layers, widget.heads) == (1, 3, 2, 4)
    for layer in range(2):
        for head in range(4):
            np.testing.assert_allclose(
                in_page(widget, layer, head), maps.head(layer, head), atol=1e-6
            )
    assert agrees(widget)


@pytest.mark.parametrize("budget", [0, 60, 100, 200])
def test_large_texts_have_the_heads_opened_last(monkeypatch, budget):
    clf = tiny_classifier("bert")
    monkeypatch.setattr(attention_matrix, "_BUDGET", budget)
    numbers = st.tuples(st.integers(0, 1), st.integers(0, 3), st.booleans())

    @settings(deadline=None, max_examples=10)
    @given(st.lists(numbers, max_size=12))
    def browse(opened):
        widget = AttentionMatrix(clf, TEXT)
        page = page_of(widget)
        seen = [0]
        for layer, head, by_page in opened:
            if by_page:
                page.tell(layer=layer, head=head)
            else:
                widget.layer, widget.head = layer, head
            seen.append(4 * layer + head)
            np.testing.assert_allclose(
                in_page(widget, layer, head), widget.maps.head(layer, head), atol=1e-6
            )
            assert len(page.state["_weights"]) <= max(budget, len(widget.tokens) ** 2)
            assert agrees(widget)
        if budget == 60:
            assert widget._held == seen[-1:]

    browse()


def test_a_new_text_is_read_and_its_head_sent():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, layer=1)
    widget.selected = 2
    widget.text = "good soup"
    assert widget.selected is None
    assert widget.words == ["good", "soup"]
    np.testing.assert_allclose(
        in_page(widget, 1, 0), attention_maps(clf, "good soup").head(1, 0), atol=1e-6
    )
    widget.pair = "bad"
    assert widget.words == ["good", "soup", "bad"]
    widget.text = ""
    assert "no text" in widget.error
    assert widget.words == ["good", "soup", "bad"]
    assert agrees(widget)


def test_the_page_may_not_edit_the_text():
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT)
    page_of(widget).tell(text="forged")
    assert widget.text == TEXT
    assert agrees(widget)


@pytest.mark.parametrize(("name", "value"), [("layer", 2), ("layer", -1), ("head", 4)])
def test_heads_that_do_not_exist_are_refused(name, value):
    clf = tiny_classifier("bert")
    with pytest.raises(ValueError, match=f"There is no {name} {value}; use 0 to"):
        AttentionMatrix(clf, TEXT, **{name: value})
    widget = AttentionMatrix(clf, TEXT)
    with pytest.raises(t.TraitError, match=f"There is no {name} {value}; use 0 to"):
        setattr(widget, name, value)
    assert agrees(widget)
