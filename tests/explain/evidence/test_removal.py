from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets.explain import attribute
from bert_widgets.explain.evidence.removal import remaining, without
from tests.models import tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring."


def explained(text, kind="bert", **options):
    return attribute(tiny_classifier(kind), text, method="input_x_gradient", **options)[0]


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [
        ("a gorgeous, witty film", "gorgeous", "a, witty film"),
        ("a gorgeous, witty film", ",", "a gorgeous witty film"),
        ("a gorgeous , witty film", "gorgeous", "a , witty film"),
        ("a bad film.", "film", "a bad."),
        ("bad film", "bad", "film"),
        ("bad  film", "film", "bad"),
        ("3/4 of it", "/", "3 4 of it"),
        ("good", "good", ""),
        ("电影很好", "很", "电影好"),
    ],
)
def test_deleting_a_word_removes_its_space_too(text, word, left) -> None:
    attribution = explained(text, "chinese" if "很" in text else "bert")
    assert without(attribution, [attribution.words.index(word)]) == left


@settings(deadline=None, max_examples=60)
@given(
    text=st.text("ab ,.'é🙂-3电", min_size=1, max_size=30).filter(
        lambda text: any(c.isalnum() for c in text)
    ),
    data=st.data(),
)
def test_the_other_characters_stay_in_their_order(text, data) -> None:
    attribution = explained(text)
    removed = data.draw(st.sets(st.integers(0, len(attribution.words) - 1)))
    left = without(attribution, removed)
    gone = [attribution.word_offsets[i] for i in removed]
    expected = [
        c for i, c in enumerate(text) if not any(a <= i < b for a, b in gone) and not c.isspace()
    ]
    assert [c for c in left if not c.isspace()] == expected
    assert left == text if not removed else left == left.strip()
    masked = without(attribution, removed, mask="<m>")
    assert masked.count("<m>") == len(removed)
    assert [c for c in masked.replace("<m>", "") if not c.isspace()] == expected


def test_words_are_removed_from_both_texts_of_a_pair() -> None:
    attribution = explained(("so bad, so long", "so good"))
    gone = [i for i, word in enumerate(attribution.words) if word == "so"]
    assert without(attribution, gone) == ("bad, long", "good")
    assert without(attribution, gone[2:], mask="[MASK]") == ("so bad, so long", "[MASK] good")


@pytest.mark.parametrize("unit", ["words", "tokens", "sentences", [(4, 20)]])
def test_every_unit_can_be_removed(unit) -> None:
    attribution = explained(TEXT, unit=unit)
    assert without(attribution, range(len(attribution.words))) == ""


def test_answers_are_the_predictions_of_the_edited_texts_each_made_once() -> None:
    clf = tiny_classifier("bert", labels=("bad", "middling", "good"))
    asked: list[object] = []
    predict = clf.predict
    clf.predict = lambda texts: asked.extend(texts) or predict(texts)
    single = attribute(clf, TEXT, target="good")[0]
    paired = attribute(clf, (TEXT, "so boring"), target="middling")[0]
    questions = [(0, []), (0, [1]), (1, [0]), (0, [1]), (1, [])]
    probabilities = remaining(clf, [single, paired], questions, removal="delete")
    edited = [TEXT, TEXT.replace("film ", ""), (TEXT.replace("The ", ""), "so boring")]
    assert asked == [*edited, (TEXT, "so boring")]
    alone = [predict(text).probabilities[0] for text in edited]
    expected = [alone[0][2], alone[1][2], alone[2][1], alone[1][2]]
    np.testing.assert_allclose(probabilities[:4], expected, atol=1e-6)


@pytest.mark.parametrize("problem_type", [None, "multi_label"])
def test_log_odds_are_read_as_the_probability_among_two_labels(problem_type) -> None:
    clf = tiny_classifier("bert", labels=("bad", "so", "good"), problem_type=problem_type)
    odds = attribute(clf, TEXT, target=("good", "so"))[0]
    logits = clf.logits(clf.encode([TEXT]))[0].double().numpy()
    probabilities = remaining(clf, [odds], [(0, [])], removal="delete")
    assert probabilities[0] == pytest.approx(1 / (1 + np.exp(logits[1] - logits[2])), abs=1e-5)


def test_an_unknown_removal_or_a_missing_mask_token_is_refused() -> None:
    clf = tiny_classifier("bert")
    attributions = attribute(clf, TEXT)
    with pytest.raises(ValueError, match="Unknown removal 'masked'"):
        remaining(clf, attributions, [(0, [])], removal="masked")
    clf.tokenizer.mask_token = None
    with pytest.raises(ValueError, match="use removal='delete'"):
        remaining(clf, attributions, [(0, [])], removal="mask")


def test_a_long_text_is_predicted_in_its_windows() -> None:
    clf = tiny_classifier("bert")
    text = " ".join([TEXT] * 12)
    attribution = attribute(clf, text, method="input_x_gradient")[0]
    assert attribution.windows > 1
    shorter = dataclasses.replace(attribution)
    answers = remaining(clf, [shorter], [(0, []), (0, [0])], removal="delete")
    expected = clf.predict([text, text.removeprefix("The ")]).probabilities
    number = clf.labels.index(attribution.target)
    np.testing.assert_allclose(answers, expected[:, number], atol=1e-6)
