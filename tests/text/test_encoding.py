"""Tokens, words and windows: nothing of the text is lost, whatever the tokenizer."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bert_widgets.text.encoding import encode
from bert_widgets.text.windows import windows
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
def test_any_text_keeps_its_pieces_in_place(kind, text, pair):
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


@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta", "chinese"])
@given(
    text=st.lists(
        st.sampled_from(["film", "not", "good.", "Bad!", "电影", "。", "x" * 40, "\n", "so-so,"]),
        min_size=1,
        max_size=60,
    ).map(" ".join),
    length=st.integers(4, 30),
    data=st.data(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_windows_cover_the_text_and_fit(kind, text, length, data):
    overlap = data.draw(st.integers(0, length - 1))
    tokenizer = tiny_classifier(kind).tokenizer
    spans = windows(tokenizer, text, length=length, overlap=overlap)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for (start, end), (following, _) in pairwise(spans):
        assert start < following
        assert not text[end:following].strip()  # what lies between two windows is white space
    assert all(start < end for start, end in spans)


def test_windows_end_at_sentences_and_overlap():
    text = "One two three. Four five six seven! " * 20
    spans = windows(tiny_classifier("bert").tokenizer, text, length=30, overlap=5)
    assert len(spans) > 2
    for start, end in spans[:-1]:
        assert text[start:end].endswith((".", "!"))
    assert all(later < end for (_, end), (later, _) in pairwise(spans))  # neighbours share text


@pytest.mark.parametrize(("length", "overlap"), [(0, 0), (5, 5), (5, -1)])
def test_impossible_windows_are_refused(length, overlap):
    with pytest.raises(ValueError, match="use"):
        windows(tiny_classifier("bert").tokenizer, "a b", length=length, overlap=overlap)
