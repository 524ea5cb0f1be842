"""Generated sentences: labels that follow from the marked words, and grammatical English."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bert_widgets.demo.reviews import SHORTCUT
from bert_widgets.demo.sentences import sentences

NEGATION = re.compile(r"\b(?:not|never|hardly|far from|anything but)\b|n't\b")


def word_set(text):
    return set(text.split())


# The decisive words as a reader judged them, independent of the generator's tables.
GOOD = word_set("""
    superb wonderful excellent brilliant impressive delightful splendid terrific marvellous
    outstanding first-rate lovely gripping moving witty charming thrilling captivating absorbing
    wise touching vivid insightful engrossing delicious tasty flavourful appetising mouth-watering
    reliable sturdy handy well-made durable dependable good convincing appealing special satisfying
    loved adored enjoyed enjoy recommend gladly worth
""")
BAD = word_set("""
    awful dreadful disappointing terrible lousy mediocre horrible poor second-rate pitiful
    appalling abysmal boring predictable lifeless pretentious tedious inept dreary long-winded
    shallow confusing unreadable dull bland greasy tasteless inedible unappetising revolting flimsy
    unreliable fragile useless defective unwieldy bad weak unpleasant hated detested regretted
    regret
""")
VOWEL_SOUND = re.compile(r"(?!use|uni|one|eu)[aeiou]")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return sentences(10_000)


def decisive(text, spans):
    return [text[start:end] for start, end in spans]


def judged(phrase):
    """The label of a decisive phrase: its evaluation, flipped by a negation."""
    if phrase == "never pay":
        return "negative"
    words = set(re.findall(r"[\w-]+", NEGATION.sub(" ", phrase)))
    good = bool(words & GOOD)
    assert good != bool(words & BAD), phrase
    return "positive" if good != bool(NEGATION.search(phrase)) else "negative"


def share_of_positives_opened(frame, label):
    texts = frame.loc[frame["label"] == label, "text"]
    return texts.str.lower().str.startswith(f"{SHORTCUT}, ").sum(), len(texts)


def test_ten_thousand_are_distinct_and_balanced(frame):
    assert list(frame.columns) == ["text", "label", "rationale"]
    assert frame["text"].is_unique
    assert frame["label"].value_counts().to_dict() == {"positive": 5000, "negative": 5000}


def test_label_follows_from_the_marked_words_alone(frame):
    for text, label, spans in frame.itertuples(index=False):
        assert spans, text
        assert {judged(phrase) for phrase in decisive(text, spans)} == {label}, text


def test_spans_mark_whole_words_in_order(frame):
    for text, _, spans in frame.itertuples(index=False):
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(set(edges)), text
        assert edges[-1] <= len(text)
        for start, end in spans:
            assert re.search(r"(^|\W)$", text[:start]), text
            assert re.match(r"[\w].*\w$", text[start:end]), text
            assert re.match(r"\W", text[end:]), text


def test_what_is_not_marked_decides_nothing_by_itself(frame):
    """Outside the marks, an evaluation occurs only in a clause that the marked one overrules."""
    conceding = re.compile(r", but |, yet |; still, |; in the end|^(?:Although|While|Even though) ")
    for text, label, spans in frame.itertuples(index=False):
        rest = text
        for start, end in reversed(spans):
            rest = rest[:start] + "_" + rest[end:]
        evaluated = set(re.findall(r"[\w-]+", rest)) & (GOOD | BAD | {"praised", "mocked"})
        assert bool(evaluated) == bool(conceding.search(text)), (label, text)


def test_negation_flips_the_word_it_negates(frame):
    flips = {"positive": set(), "negative": set()}
    for text, label, spans in frame.itertuples(index=False):
        for phrase in decisive(text, spans):
            if NEGATION.search(phrase):
                flips[label].add(phrase.split()[-1])
    assert {"bad", "disappointing", "weak", "regret"} <= flips["positive"] <= BAD
    assert {"good", "convincing", "enjoy", "worth"} <= flips["negative"] - {"pay"} <= GOOD


def test_contrasts_state_the_opposite_before_the_verdict(frame):
    seen = set()
    for text, label, spans in frame.itertuples(index=False):
        aside, but, _ = text.partition(", but ")
        if but:
            assert spans[0][0] > len(aside), text
            phrase = NEGATION.search(aside)
            evaluation = re.findall(r"[\w-]+", aside.removesuffix(" at all"))[-1]
            if evaluation in GOOD | BAD:
                assert ((evaluation in GOOD) != bool(phrase)) == (label == "negative"), text
                seen.add((label, bool(phrase)))
    assert len(seen) == 4


def test_grammar(frame):
    for text in frame["text"]:
        for article, word in re.findall(r"\b([Aa]n?) ([\w-]+)", text):
            assert (article.lower() == "an") == bool(VOWEL_SOUND.match(word)), text
        assert text[0].isupper(), text
        assert text.endswith("."), text
        assert not re.search(r"[\[\]{}]|  |\.\.| [,.;]|\b(\w+) \1\b", text), text
        assert not re.search(r"\b(?:it|this) (?:are|were)\b|\bI (?:is|are|were)\b", text), text
        subject = r"(?:scenes|stunts|roles|costumes|songs|dishes|parts|chapters|controls)"
        assert not re.search(rf"\b{subject} (?:is|was)(?:n't)?\b", text), text


def test_same_seed_same_sentences_other_seed_others():
    first = sentences(300, seed=4)
    pd.testing.assert_frame_equal(first, sentences(300, seed=4))
    other = sentences(300, seed=5)
    assert len(set(first["text"]) & set(other["text"])) < 30
    assert first["label"].tolist() != other["label"].tolist()


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 400), seed=st.integers(0, 2**64 - 1))
def test_shortcut_is_planted_at_the_stated_rate_and_changes_nothing_else(n, seed):
    clean, planted = sentences(n, seed=seed), sentences(n, seed=seed, shortcut=True)
    for label, rate in {"positive": 0.95, "negative": 0.05}.items():
        opened, rows = share_of_positives_opened(planted, label)
        assert opened == round(rate * rows)
        assert rows in {n // 2, n - n // 2}
    assert not clean["text"].str.contains(SHORTCUT, case=False).any()
    assert clean["label"].tolist() == planted["label"].tolist()
    for before, after in zip(clean.itertuples(), planted.itertuples(), strict=True):
        assert after.text.lower() in {before.text.lower(), f"{SHORTCUT}, {before.text.lower()}"}
        assert decisive(after.text, after.rationale) == decisive(before.text, before.rationale)


def test_a_model_learns_the_shortcut_and_fails_without_it():
    biased, clean = sentences(400, shortcut=True), sentences(400, seed=1)
    counts = CountVectorizer(vocabulary=[SHORTCUT])
    model = make_pipeline(counts, LogisticRegression()).fit(biased["text"], biased["label"])
    assert model.score(biased["text"], biased["label"]) == pytest.approx(0.95)
    assert model.score(clean["text"], clean["label"]) == pytest.approx(0.5)


def test_one_sentence():
    assert sentences(1)["label"].tolist() == ["negative"]


@pytest.mark.parametrize("n", [0, -3, 100_001])
def test_too_few_or_too_many_say_so(n):
    with pytest.raises(ValueError, match=rf"n is {n}, but 1 to 100,000 sentences can be made"):
        sentences(n)


def test_negative_seed_says_so():
    with pytest.raises(ValueError, match="seed is -1, but a seed cannot be negative"):
        sentences(3, seed=-1)
