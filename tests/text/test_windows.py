"""Windows cover a text, fit the model, end where sentences end and overlap as asked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bert_widgets.text.encoding import trim
from bert_widgets.text.windows import encode_windows, sentence_spans, shares, windows
from tests.models import KINDS, tiny_classifier


def one_token_words(count, *sentence_ends):
    """Return a text of so many words; a word and a full stop are one token each in tiny BERT."""
    return " ".join("." if i + 1 in sentence_ends else "film" for i in range(count))


def cut(text, length, overlap=0):
    """Return the number of tokens in each window, by tiny BERT's tokenizer."""
    spans = windows(tiny_classifier("bert").tokenizer, text, length=length, overlap=overlap)
    return [len(text[start:end].split()) for start, end in spans]


@pytest.mark.parametrize("length", [12, 13])
@pytest.mark.parametrize("sentence", range(1, 13))
def test_a_window_ends_at_a_sentence_end_in_its_second_half_only(length, sentence):
    first = cut(one_token_words(40, sentence), length)[0]
    assert first == (sentence if sentence > length // 2 else length)


def test_of_several_sentence_ends_the_last_counts():
    assert cut(one_token_words(40, 3, 8, 10), 12)[0] == 10


def test_without_a_sentence_end_a_window_ends_at_a_word_end():
    text = "film " * 9 + "unwatchable " * 9  # two tokens each of the latter
    tokenizer = tiny_classifier("bert").tokenizer
    spans = windows(tokenizer, text, length=12, overlap=0)
    assert text[slice(*spans[0])] == "film " * 9 + "unwatchable"
    assert len(tokenizer.tokenize(text[slice(*spans[0])])) == 11


def test_a_word_longer_than_a_window_is_cut_between_its_tokens():
    tokenizer = tiny_classifier("bert").tokenizer
    spans = windows(tokenizer, "x" + "ab" * 30, length=8, overlap=2)
    assert all(start < end for start, end in spans)
    assert len(spans) > 1


@pytest.mark.parametrize(("count", "expected"), [(8, [8]), (9, [8, 1]), (16, [8, 8]), (0, [0])])
def test_no_more_windows_than_needed(count, expected):
    assert cut(one_token_words(count), 8) == expected


@pytest.mark.parametrize("overlap", [0, 1, 3, 7])
def test_neighbours_share_the_requested_number_of_tokens(overlap):
    text = one_token_words(30)
    spans = windows(tiny_classifier("bert").tokenizer, text, length=8, overlap=overlap)
    shared = [len(text[start:end].split()) for (_, end), (start, _) in pairwise(spans)]
    assert shared == [overlap] * (len(spans) - 1)


def test_a_window_begins_at_a_word():
    """Of the shared tokens, the first is inside a word: the whole word is shared."""
    text = "unwatchable " * 20
    spans = windows(tiny_classifier("bert").tokenizer, text, length=8, overlap=3)
    for (_, end), (start, _) in pairwise(spans):
        assert text[start:end] == "unwatchable unwatchable"


@pytest.mark.parametrize(
    ("length", "overlap", "sentence"),
    [
        (0, 0, "A window of 0 tokens holds no text; use at least 1."),
        (5, 5, "An overlap of 5 does not fit windows of 5; use 0 to 4."),
        (5, -1, "An overlap of -1 does not fit windows of 5; use 0 to 4."),
    ],
)
def test_impossible_windows_are_refused(length, overlap, sentence):
    with pytest.raises(ValueError, match=sentence):
        windows(tiny_classifier("bert").tokenizer, "a b", length=length, overlap=overlap)


def token_offsets(tokenizer, text):
    """Return the characters (n, 2) of each token; some have none."""
    offsets = tokenizer(text, add_special_tokens=False, verbose=False).encodings[0].offsets
    offsets = np.array(offsets, np.int32).reshape(-1, 2)
    trim(offsets, np.zeros(len(offsets), np.int8), (text, ""))
    return offsets


def inside(offsets, span):
    return (offsets[:, 0] >= span[0]) & (offsets[:, 1] <= span[1])


@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta", "chinese"])
@given(
    text=st.lists(
        st.sampled_from(["film", "not", "good.", "Bad!", "电影", "。", "x" * 40, "\n", "so-so,"]),
        min_size=1,
        max_size=60,
    ).map(" ".join),
    length=st.integers(6, 30),
    data=st.data(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_windows_cover_the_text_fit_and_overlap(kind, text, length, data):
    overlap = data.draw(st.integers(0, length - 1))
    tokenizer = tiny_classifier(kind).tokenizer
    spans = windows(tokenizer, text, length=length, overlap=overlap)
    offsets = token_offsets(tokenizer, text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    visible = offsets[offsets[:, 0] < offsets[:, 1]]
    assert np.any([inside(visible, span) for span in spans], 0).all(), "each token is in a window"
    for span in spans:
        assert span[0] < span[1]
        assert inside(visible, span).sum() <= length
    for left, right in pairwise(spans):
        assert left[0] < right[0] <= left[1] or not text[left[1] : right[0]].strip()
        if kind in ("bert", "chinese"):  # the others have tokens without characters
            shared = inside(offsets, left) & inside(offsets, right)
            first_token = offsets[offsets[:, 0] >= left[0], 0].min()  # after any white space
            between = (offsets[:, 0] > first_token) & (offsets[:, 0] < right[0])
            moved_as_little_as_possible = not between.any()
            assert shared.sum() >= overlap or moved_as_little_as_possible


@pytest.mark.parametrize(
    "text", ["One. Two! “Three?” Four… five", "一。二！「三？」四", "3.5 of 10\nnext", "", "."]
)
def test_sentence_spans_cover_the_text(text):
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    expected = {"O": 5, "一": 4, "3": 2, "": 1, ".": 1}[text[:1]]
    assert len(spans) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_encoded_windows_are_parts_of_their_text(kind):
    tokenizer = tiny_classifier(kind).tokenizer
    texts = ["Not bad.", "The film was so good. " * 12]
    encoded = encode_windows(tokenizer, texts, None, limit=20)
    assert encoded[0].encoding.text == texts[0]
    assert [window.owner for window in encoded][:2] == [0, 1]
    for window in encoded:
        start = window.starts[0]
        text = texts[window.owner]
        assert text[start : start + len(window.encoding.text)] == window.encoding.text
        assert len(window.encoding) <= 20
    assert len(encoded) > 3


@pytest.mark.parametrize("long_first", [True, False])
def test_of_a_pair_the_longer_text_is_cut_beside_the_shorter(long_first):
    short, long = "not bad", one_token_words(40)
    texts, pairs = ([long], [short]) if long_first else ([short], [long])
    encoded = encode_windows(tiny_classifier("bert").tokenizer, texts, pairs, limit=15, overlap=2)
    sizes = []
    for window in encoded:
        parts = (window.encoding.text, window.encoding.pair)
        whole, part = reversed(parts) if long_first else parts
        assert whole == short
        start = window.starts[0 if long_first else 1]
        assert long[start : start + len(part)] == part
        assert window.starts[1 if long_first else 0] == 0
        sizes.append(len(part.split()))
    # 15 tokens less three special ones and the two of the shorter text; the last has what is left.
    assert sizes == [10, 10, 10, 10, 8]


def test_of_a_long_pair_the_shorter_text_has_half_of_the_window():
    encoded = encode_windows(
        tiny_classifier("bert").tokenizer,
        [one_token_words(30)],
        [one_token_words(40)],
        limit=15,
    )
    segments = encoded[0].encoding.segments
    assert [(segments == segment).sum() for segment in (0, 1)] == [6, 6]


def test_neighbours_share_an_eighth_by_default():
    text = one_token_words(40)
    encoded = encode_windows(tiny_classifier("bert").tokenizer, [text], None, limit=18)
    starts = [window.starts[0] // len("film ") for window in encoded]
    assert starts == [0, 14, 28]  # windows of 16 tokens that share 2


def test_shares_are_in_proportion_to_the_tokens():
    encoded = encode_windows(
        tiny_classifier("bert").tokenizer, [one_token_words(20), "bad"], None, limit=10, overlap=0
    )
    np.testing.assert_allclose(shares(encoded), [8 / 20, 8 / 20, 4 / 20, 1])
