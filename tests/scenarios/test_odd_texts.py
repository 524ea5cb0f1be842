"""Texts that a tokenizer cannot read or that have no tokens, in every function that takes texts."""

from __future__ import annotations

import numpy as np
import pytest

import bert_widgets as bw
from bert_widgets.training import Trainer
from tests.models import tiny_classifier

BROKEN = "good \ud83d film"
WITHOUT_TOKENS = ["\u200b", "\ufeff", "\u00ad", "\0", "\ufffd", "\u0301"]


@pytest.mark.parametrize(
    "odd_texts",
    [
        BROKEN,
        ["a film", BROKEN],
        ("a film", BROKEN),
        [("a film", "a soup"), ("a film", BROKEN)],
        [(BROKEN, "a soup")],
    ],
)
@pytest.mark.parametrize("ask", ["predict", "attribute", "head_effects", "corpus"])
def test_half_a_character_is_named_with_its_row(odd_texts, ask):
    clf = tiny_classifier("bert")
    row = len(odd_texts) - 1 if isinstance(odd_texts, list) else 0
    with pytest.raises(ValueError, match=rf"^Text {row} contains half of a character.*\\ud83d"):
        {
            "predict": clf.predict,
            "attribute": lambda texts: bw.attribute(clf, texts),
            "head_effects": lambda texts: bw.head_effects(clf, texts),
            "corpus": lambda texts: bw.Corpus(clf, texts),
        }[ask](odd_texts)


def test_half_a_character_is_named_in_labelled_rows():
    rows = [("a good film", "positive"), (BROKEN, "negative")]
    clf = tiny_classifier("bert")
    with pytest.raises(ValueError, match=r"^Row 1: the 'text' contains half of a character"):
        clf.evaluate(rows)
    with pytest.raises(ValueError, match=r"^Row 1: the 'text' contains half of a character"):
        Trainer(clf, rows)
    with pytest.raises(ValueError, match=r"^Probe 0 contains half of a character"):
        Trainer(clf, [rows[0], ("a bad film", "negative")], probes=[BROKEN])


@pytest.mark.parametrize("pair", [None, "a film"])
def test_half_a_character_is_named_in_attention_maps(pair):
    text = "a film" if pair is None else BROKEN
    with pytest.raises(ValueError, match=r"^The text contains half of a character"):
        bw.attention_maps(tiny_classifier("bert"), text, BROKEN if pair is None else pair)


@pytest.mark.parametrize("text", WITHOUT_TOKENS)
def test_a_text_without_tokens_is_predicted_from_its_special_tokens(text):
    clf = tiny_classifier("bert")
    predicted = clf.predict([text, "a good film"])
    np.testing.assert_allclose(
        predicted.probabilities[0], clf.predict([""]).probabilities[0], atol=1e-6
    )
    np.testing.assert_allclose(
        predicted.probabilities[1], clf.predict(["a good film"]).probabilities[0], atol=1e-6
    )


@pytest.mark.parametrize("text", WITHOUT_TOKENS)
def test_a_text_without_tokens_has_no_word_to_explain(text):
    clf = tiny_classifier("bert")
    with pytest.raises(ValueError, match=r"^Text 1, .*, has no word to explain"):
        bw.attribute(clf, ["a film", text])
    with pytest.raises(ValueError, match="has no word to explain"):
        bw.TokenHighlights(clf, text)


@pytest.mark.parametrize("text", WITHOUT_TOKENS)
def test_a_probe_without_tokens_is_refused_when_it_is_given(text):
    rows = [("a good film", "positive"), ("a bad film", "negative")]
    with pytest.raises(ValueError, match=r"^Probe 1, .*, has no word to explain"):
        Trainer(tiny_classifier("bert"), rows, probes=["a film", text])
    trainer = Trainer(tiny_classifier("bert"), rows, probes=["a film"])
    with pytest.raises(ValueError, match=r"^Probe 0, .*, has no word to explain"):
        trainer.probes = [text]
    assert trainer.probes == ("a film",)


@pytest.mark.parametrize("text", WITHOUT_TOKENS)
def test_a_widget_keeps_its_result_where_a_text_has_no_tokens(text):
    widget = bw.TokenHighlights(tiny_classifier("bert"), "a good film")
    widget.text = text
    assert "no word" in widget.error
    widget.text = "a bad film"
    assert widget.error == ""
    assert widget.words == ["a", "bad", "film"]


@pytest.mark.parametrize("text", WITHOUT_TOKENS)
def test_attention_of_a_text_without_tokens_is_that_of_its_special_tokens(text):
    matrix = bw.AttentionMatrix(tiny_classifier("bert"), text)
    assert matrix.error == ""
    assert list(matrix.token_texts) == ["[CLS]", "[SEP]"]
