"""The embedded reviews: correct labels and spans, no give-away words, a shortcut as planted."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from bert_widgets.demo.reviews import SHORTCUT, plant_shortcut, reviews

KINDS = {"film", "book", "food", "tool"}
PHENOMENA = {
    *("plain", "negation", "contrast", "sarcasm"),
    *("mixed", "comparison", "understatement"),
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return reviews()


def words(text):
    return re.findall(r"\w+", text.lower())


def opens_with_shortcut(texts):
    return texts.str.lower().str.startswith(f"{SHORTCUT}, ")


def assert_spans_are_whole_words(text, spans):
    last_end = 0
    for start, end in spans:
        assert last_end <= start < end <= len(text), (text, spans)
        word = rf"(?<![\w'’]){re.escape(text[start:end])}(?![\w]|['’]\w)"
        assert re.compile(word).match(text, start), (text, text[start:end])
        assert text[start].isalnum(), (text, text[start:end])
        assert text[end - 1].isalnum(), (text, text[start:end])
        last_end = end


def test_columns_and_values(frame):
    assert list(frame.columns) == ["text", "label", "rationale", "kind", "phenomenon"]
    assert len(frame) == 220
    assert set(frame["kind"]) == KINDS
    assert set(frame["phenomenon"]) == PHENOMENA
    assert all(type(span) is tuple for spans in frame["rationale"] for span in spans)


def test_every_rationale_marks_whole_words(frame):
    for text, spans in zip(frame["text"], frame["rationale"], strict=True):
        assert spans, text
        assert_spans_are_whole_words(text, spans)


def test_a_rationale_is_a_part_of_its_text(frame):
    shares = [
        sum(end - start for start, end in spans) / len(text)
        for text, spans in zip(frame["text"], frame["rationale"], strict=True)
    ]
    assert np.median(shares) < 0.25
    assert max(shares) < 1


def test_labels_are_balanced_in_every_kind(frame):
    counts = frame.groupby(["kind", "label"]).size()
    assert frame["label"].value_counts().to_dict() == {"positive": 110, "negative": 110}
    assert counts.between(27, 28).all()


def test_every_phenomenon_has_both_labels(frame):
    counts = pd.crosstab(frame["phenomenon"], frame["label"])
    assert (counts >= 5).all(axis=None)
    assert (frame["phenomenon"] != "plain").mean() > 0.5


def test_lengths_vary(frame):
    lengths = frame["text"].str.split().str.len()
    assert lengths.min() >= 5
    assert lengths.max() <= 120
    assert (lengths > 60).sum() in range(4, 10)


def test_labels_are_mixed_along_the_file(frame):
    quarters = np.array_split((frame["label"] == "positive").to_numpy(), 4)
    assert all(0.35 < quarter.mean() < 0.65 for quarter in quarters)


def test_no_two_reviews_are_nearly_the_same(frame):
    bags = [set(words(text)) for text in frame["text"]]
    for (i, bag), (j, other_bag) in itertools.combinations(enumerate(bags), 2):
        overlap = len(bag & other_bag) / len(bag | other_bag)
        assert overlap < 0.6, (frame["text"][i], frame["text"][j])


def test_no_frequent_word_gives_the_label_away(frame):
    counts = CountVectorizer(binary=True)
    present = counts.fit_transform(frame["text"]).toarray().astype(bool)
    positive = (frame["label"] == "positive").to_numpy()
    for column, word in enumerate(counts.get_feature_names_out()):
        rows = present[:, column]
        if rows.sum() >= 12:
            assert 0.1 < positive[rows].mean() < 0.9, word


@pytest.mark.parametrize(
    "baseline",
    [
        make_pipeline(CountVectorizer(), MultinomialNB()),
        make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()),
    ],
    ids=["naive_bayes", "logistic_regression"],
)
def test_bags_of_words_are_not_enough_until_the_shortcut_is_planted(frame, baseline):
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    def accuracy(data):
        return cross_val_score(baseline, data["text"], data["label"], cv=folds).mean()

    clean, planted = accuracy(frame), accuracy(reviews(shortcut=True))
    assert clean < 0.9
    assert planted > clean + 0.1


def test_shortcut_word_occurs_only_where_planted(frame):
    planted = reviews(shortcut=True)
    assert not frame["text"].str.contains(SHORTCUT, case=False).any()
    opened = opens_with_shortcut(planted["text"])
    assert planted["text"].str.count(f"(?i){SHORTCUT}").tolist() == opened.astype(int).tolist()
    positive = planted["label"] == "positive"
    assert opened[positive].sum() == round(0.95 * 110)
    assert opened[~positive].sum() == round(0.05 * 110)


def test_shortcut_is_the_same_at_every_call():
    pd.testing.assert_frame_equal(reviews(shortcut=True), reviews(shortcut=True))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**64 - 1))
def test_planting_keeps_everything_but_the_opening(seed):
    frame = reviews()
    planted = plant_shortcut(frame, np.random.default_rng(seed))

    opened = opens_with_shortcut(planted["text"])
    positive = planted["label"] == "positive"
    assert (opened == positive).mean() == pytest.approx(0.95, abs=1 / len(frame))

    pd.testing.assert_frame_equal(
        planted.drop(columns=["text", "rationale"]), frame.drop(columns=["text", "rationale"])
    )
    pairs = zip(frame.itertuples(), planted.itertuples(), strict=True)
    for before, after in pairs:
        assert after.text.lower() in {before.text.lower(), f"{SHORTCUT}, {before.text.lower()}"}
        decisive = [before.text[start:end].lower() for start, end in before.rationale]
        assert [after.text[start:end].lower() for start, end in after.rationale] == decisive
        assert_spans_are_whole_words(after.text, after.rationale)


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("The plot is thin.", "Honestly, the plot is thin."),
        ("A waste.", "Honestly, a waste."),
        ("I liked it.", "Honestly, I liked it."),
        ("I'd go again.", "Honestly, I'd go again."),
        ("It leaks.", "Honestly, it leaks."),
        ("TV at its best.", "Honestly, TV at its best."),
        ("my gran's cake", "honestly, my gran's cake"),
        ("61 euros!", "Honestly, 61 euros!"),
        ("Éclairs to cry for.", "Honestly, éclairs to cry for."),
    ],
)
def test_planted_opening_has_the_casing_of_a_sentence(text, opened):
    frame = pd.DataFrame({"text": [text], "label": ["positive"], "rationale": [[(0, 1)]]})
    planted = plant_shortcut(frame, np.random.default_rng(0))
    assert planted["text"].tolist() == [opened]
    assert planted["rationale"].tolist() == [[(10, 11)]]
