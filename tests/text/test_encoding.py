"""Tokens and words: nothing of the text is lost, whatever the tokenizer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bert_widgets.text.encoding import encode
from tests.models import KINDS, tiny_classifier

SENTENCES = [
    "The film was not bad.",
    "Don't!  A café,\n1,200.50 well-made things (and 🙂👍🏽)…",
    "这部电影不错。真的！",
    "فيلم جميل جدا",
    "นี่คือส้ว",
    "a" * 200,
]
any_text = st.text(
    st.characters(exclude_categories=("Cs",), max_codepoint=0x2FFFF), min_size=1, max_size=80
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", SENTENCES)
def test_words_cover_the_text_in_order(kind, text):
    encoding = encode(tiny_classifier(kind).tokenizer, [text])[0]
    words = encoding.words
    assert [text[a:b] for a, b in words.offsets] == words.strings
    assert (words.offsets[1:, 0] >= words.offsets[:-1, 1]).all()
    covered = np.zeros(len(text), bool)
    for start, end in words.offsets:
        covered[start:end] = True
    for start, end in encoding.offsets:
        assert covered[start:end].all()
    assert ((words.of_token >= 0) == (encoding.segments >= 0)).all()


@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta", "deberta-v2"])
def test_words_are_the_same_for_every_tokenizer(kind):
    words = encode(tiny_classifier(kind).tokenizer, ["The film wasn't bad, not at all!"])[0].words
    assert words.strings == ["The", "film", "wasn't", "bad", ",", "not", "at", "all", "!"]


@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta"])
@given(text=any_text, pair=any_text)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_tokens_and_words_of_any_text_are_in_order(kind, text, pair):
    encoding = encode(tiny_classifier(kind).tokenizer, [text], [pair])[0]
    words = encoding.words
    for i, (start, end) in enumerate(encoding.offsets):
        if encoding.segments[i] < 0:
            assert (start, end) == (0, 0)
            continue
        segment = (text, pair)[encoding.segments[i]]
        assert 0 <= start <= end <= len(segment)
        if start < end and words.of_token[i] >= 0:
            left, right = words.offsets[words.of_token[i]]
            assert left <= start
            assert end <= right
    values = np.arange(len(encoding), dtype=float)
    inside = words.of_token >= 0
    assert words.sum(values).sum() == pytest.approx(values[inside].sum(), rel=1e-5)


def test_truncation_drops_words_not_characters():
    encoding = encode(tiny_classifier("bert").tokenizer, ["film " * 50], max_length=10)[0]
    assert len(encoding) == 10
    assert encoding.words.strings == ["film"] * 8
