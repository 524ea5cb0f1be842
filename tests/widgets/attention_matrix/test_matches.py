"""Corpus matches of the selected token, and texts with masked tokens."""

from __future__ import annotations

import json
from html import unescape

import numpy as np
import pandas as pd
import pytest
import traitlets as t

from bert_widgets import AttentionMatrix, Corpus, attention_maps, head_effects
from bert_widgets.explain.corpus import corpus as similar_tokens
from tests.models import CORPUS, tiny_classifier
from tests.widgets.pages import agrees, page_of

TEXT = "The film was not bad"
FRAME = pd.DataFrame({"text": CORPUS[:8], "label": ["good", "bad"] * 4})


def make_widget(**options):
    clf = tiny_classifier("bert")
    return AttentionMatrix(clf, TEXT, corpus=Corpus(clf, FRAME), **options)


def wanted(token, layer, by, *heads):
    return {"token": token, "layer": layer, "by": by, "heads": list(heads)}


def context(match):
    return match["before"] + "".join(match["match"]) + match["after"]


def test_matches_are_those_of_the_corpus():
    widget = make_widget(layer=1, view="similar")
    assert (widget.matches, widget.similar_tokens) == ([], None)
    widget.selected = 1
    corpus = Corpus(widget._clf, FRAME)
    expected = corpus.similar(TEXT, 2, layer=1, heads=[0], specials=False)
    pd.testing.assert_frame_equal(widget.similar_tokens, expected)
    assert len(widget.matches) == 50
    for match, row in zip(widget.matches, expected.itertuples(), strict=True):
        assert context(match) in row.text
        assert "".join(match["match"]) == row.word
        assert match["match"][1] == row.text[row.start : row.end]
        assert match["similarity"] == pytest.approx(row.similarity, abs=1e-4)
        assert (match["attends_to"], match["label"]) == (row.attends_to_word, row.label)
    counts = dict(widget.match_counts)
    most = expected.word.str.lower().value_counts()
    assert [count for _, count in counts["Matched words"]] == most.head(8).tolist()
    assert dict(map(tuple, counts["Labels"])) == expected.label.value_counts().to_dict()
    assert agrees(widget)
    json.dumps(widget.matches, allow_nan=False)


def test_matches_follow_the_page():
    widget = make_widget(view="similar")
    page = page_of(widget)
    page.tell(selected=1, token=2)
    assert widget.wait(60)
    assert widget._search_progress == 1
    assert page.state["_matches_of"] == wanted(2, 0, "embedding", 0)
    first = widget.similar_tokens
    page.tell(similar_by="heads", line_heads=[1, 2])
    page.tell(layer=1)
    assert widget.wait(60)
    assert page.state["_matches_of"] == wanted(2, 1, "heads", 1, 2)
    expected = Corpus(widget._clf, FRAME).similar(
        TEXT, 2, layer=1, by="heads", heads=[1, 2], specials=False
    )
    pd.testing.assert_frame_equal(widget.similar_tokens, expected)
    assert not widget.similar_tokens.equals(first)
    assert agrees(widget)


@pytest.mark.parametrize(
    "look", [{"selected": None}, {"layer": -1}, {"token": 0}, {"view": "lines"}]
)
def test_without_a_searchable_token_there_is_no_search(look):
    widget = make_widget(view="similar", layer=0)
    for name, value in look.items():
        setattr(widget, name, value)
    if "token" not in look and "selected" not in look:
        widget.selected = 1
    assert widget.wait(60)
    assert (widget.matches, widget.error) == ([], "")


def test_a_new_text_has_other_matches():
    widget = make_widget(view="similar")
    widget.selected = 1
    assert widget.matches
    widget.text = "The soup"
    assert (widget.selected, widget.matches, widget.similar_tokens) == (None, [], None)
    widget.selected = 1
    assert widget.similar_tokens is not None
    assert widget._matches_of == wanted(2, 0, "embedding", 0)


def test_without_a_script_the_matches_are_a_table():
    clf = tiny_classifier("bert")
    texts = ["The <b>film</b> & was bad", *CORPUS[:3]]
    widget = AttentionMatrix(clf, TEXT, corpus=Corpus(clf, texts), view="similar")
    assert "most similar" not in widget.fallback_html()
    widget.selected = 1
    html, text = widget.fallback_html(), widget.fallback_text()
    assert "most similar to 'film' at layer 0, in 4 texts" in unescape(html)
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert "The <b>film</b> & was bad" in text
    widget.view = "matrix"
    assert "most similar" not in widget.fallback_html()


def test_tags_are_counted_too():
    clf = tiny_classifier("bert")
    corpus = Corpus(clf, CORPUS[:4], tags=lambda text: [(0, 4, "start"), (4, len(text), "rest")])
    widget = AttentionMatrix(clf, TEXT, corpus=corpus, view="similar")
    widget.selected = 0
    counts = dict(widget.match_counts)
    assert {tag for tag, _ in counts["Their tags"]} == {"start", "rest"}
    assert "Labels" not in counts
    assert {match["tag"] for match in widget.matches} == {"start", "rest"}


def test_a_failed_search_is_reported_and_the_widget_keeps_working(monkeypatch):
    widget = make_widget(view="similar")
    page = page_of(widget)

    def fail(*_args):
        msg = "no more memory"
        raise RuntimeError(msg)

    with monkeypatch.context() as broken:
        broken.setattr(similar_tokens, "read_layer", fail)
        page.tell(selected=1)
        assert widget.wait(60)
        assert widget.error == "no more memory"
    page.tell(selected=2)
    assert widget.wait(60)
    assert widget.error == ""
    assert widget.matches


def test_masked_tokens_are_masked_in_every_view():
    widget = make_widget(layer=1, head=2, view="query_key", target="positive")
    clf, before = widget._clf, widget.probabilities
    widget.token = 4
    page_of(widget).tell(masked=[4, 2])
    assert widget.wait(60)
    maps = attention_maps(clf, TEXT, masked=[2, 4])
    assert widget.masked == [2, 4]
    assert widget.token_texts == list(maps.token_texts)
    assert (widget.token, widget.target) == (4, "positive")
    np.testing.assert_allclose(widget.probabilities, maps.probabilities)
    np.testing.assert_allclose(widget.unmasked_probabilities, before)
    np.testing.assert_array_equal(widget.maps.weights, maps.weights)
    mask = clf.tokenizer.mask_token
    masked = f"The {mask} was {mask} bad"
    effects = head_effects(clf, masked, target="positive")
    np.testing.assert_allclose(widget.estimates, effects.estimate, atol=1e-5)
    page_of(widget).press("effects")
    assert widget.wait(60)
    np.testing.assert_allclose(widget.effects, effects.effect, atol=1e-5)
    widget.ablated = [[1, 1]]
    other = AttentionMatrix(clf, masked, target="positive")
    other.ablated = [[1, 1]]
    np.testing.assert_allclose(widget.ablated_probabilities, other.ablated_probabilities, atol=1e-6)
    widget.ablated = widget.masked = []
    np.testing.assert_allclose(widget.ablated_probabilities, before, atol=1e-6)
    assert mask not in widget.token_texts
    assert agrees(widget)


@pytest.mark.parametrize("unit", ["tokens", "words"])
def test_matrices_in_the_page_are_those_of_the_masked_text(unit):
    widget = make_widget(layer=1, head=2)
    widget.unit = unit
    for masked in ([2], [2, 4], []):
        widget.masked = masked
        weights = attention_maps(widget._clf, TEXT, masked=masked)
        expected = weights.arranged(weights.head(1, 2), words=unit == "words").weights
        count = len(expected)
        state = page_of(widget).state
        (number,) = (i for i, slot in enumerate(state["_slots"]) if slot)
        entries = state["_slots"][number]
        position = next(
            i for i, entry in enumerate(entries) if (entry["layer"], entry["head"]) == (1, 2)
        )
        levels = np.frombuffer(state[f"_slot_{number}"], np.uint8).reshape(-1, count, count)
        matrix = levels[position] / 255 * entries[position]["scale"]
        np.testing.assert_allclose(matrix, expected, atol=1e-6)


def test_a_masked_token_is_searched_as_the_model_reads_it():
    widget = make_widget(view="similar", layer=1)
    widget.selected = 1
    before = widget.similar_tokens
    widget.masked = [2]
    mask = widget._clf.tokenizer.mask_token
    expected = Corpus(widget._clf, FRAME).similar(
        f"The {mask} was not bad", 2, layer=1, heads=[0], specials=False
    )
    pd.testing.assert_frame_equal(widget.similar_tokens, expected)
    assert not widget.similar_tokens.equals(before)


def test_the_target_stays_while_tokens_are_masked_and_masks_go_with_the_text():
    widget = make_widget()
    target = widget.target
    for token in range(1, 6):
        widget.masked = [token]
        assert widget.target == target
    widget.text = "boring"
    assert widget.masked == []
    assert widget.target == widget._clf.predict("boring").labels[0]
    np.testing.assert_allclose(widget.unmasked_probabilities, widget.probabilities)


FORGED = [
    ("masked", [99], "There is no token 99 to mask"),
    ("masked", [-1], "There is no token -1 to mask"),
    ("masked", [0], r"Token 0 is [CLS], a special token"),
    ("masked", [True], "expected a whole number, not the bool True"),
    ("masked", ["film"], "masked"),
    ("similar_by", "head", "Unknown similar_by 'head': did you mean 'heads'"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), FORGED)
def test_unknown_values_are_refused_in_one_sentence(name, value, sentence):
    widget = make_widget()
    before = getattr(widget, name)
    with pytest.raises(t.TraitError) as refusal:
        setattr(widget, name, value)
    assert sentence in str(refusal.value)
    page_of(widget).tell(**{name: value})
    assert sentence in widget.error
    assert getattr(widget, name) == before
    widget.wait()
    assert agrees(widget)


@pytest.mark.parametrize("name", ["matches", "_corpus_size", "_matches_of", "_maskable"])
def test_the_page_cannot_set_the_matches(name):
    widget = make_widget()
    before = getattr(widget, name)
    page_of(widget).tell(**{name: before})
    assert widget.error == f"The notebook page cannot set {name!r}."
    assert getattr(widget, name) == before


def test_without_a_corpus_there_is_nothing_to_search():
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT)
    page_of(widget).tell(view="similar")
    assert "There is no corpus to search" in widget.error
    assert widget.view == "matrix"
    with pytest.raises(t.TraitError, match="no corpus to search"):
        AttentionMatrix(tiny_classifier("bert"), TEXT, view="similar")


def test_a_corpus_of_another_classifier_is_refused():
    clf = tiny_classifier("bert")
    with pytest.raises(TypeError, match=r"must be a bw\.Corpus, not"):
        AttentionMatrix(clf, TEXT, corpus=CORPUS)
    with pytest.raises(ValueError, match="made with another classifier"):
        AttentionMatrix(clf, TEXT, corpus=Corpus(tiny_classifier("bert"), CORPUS))


def test_a_model_without_a_mask_token_is_refused():
    clf = tiny_classifier("bert")
    clf.tokenizer.mask_token = None
    widget = AttentionMatrix(clf, TEXT)
    assert not widget._maskable
    page_of(widget).tell(masked=[1])
    assert "has no mask token" in widget.error
    assert widget.masked == []
