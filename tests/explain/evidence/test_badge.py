from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bert_widgets import demo
from bert_widgets.explain import attribute
from bert_widgets.explain.evidence.badge import Badge, badge
from tests.models import tiny_classifier


def a_badge(**other):
    fields = {
        "words": (1, 4, 5),
        "unit": "word",
        "target": "positive",
        "against": None,
        "probability": 0.97,
        "without": 0.21,
        "random_without": 0.93,
        "random_low": 0.8,
        "random_high": 0.99,
    }
    return Badge(**fields | other).sentence


def test_the_badge_confirms_words_that_matter() -> None:
    assert a_badge() == (
        "Removing these 3 words lowers P(positive) from 97.0% to 21.0%; "
        "removing 3 others at random, to 93.0%."
    )
    assert a_badge(words=(2,), unit="span", against="negative") == (
        "Removing this span lowers P(positive against negative) from 97.0% to 21.0%; "
        "removing another at random, to 93.0%."
    )


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"random_low": 0.2}, "to 93.0% on average and 20.0% at the lowest: this may be chance."),
        (
            {"random_without": 0.1},
            "lowers it at least as much (10.0%): this does not support the scores.",
        ),
        (
            {"without": 0.96999},
            "leaves P(positive) at 97.0%: the prediction does not depend on them alone.",
        ),
        (
            {"without": 0.968},
            "P(positive), from 97.0% to 96.8%: the prediction does not depend on them alone.",
        ),
        (
            {"without": 0.99},
            "raises P(positive) from 97.0% to 99.0%: this does not support the scores.",
        ),
        ({"words": ()}, "No word pushes towards positive."),
        ({"words": (0,), "random_without": np.nan}, "lowers P(positive) from 97.0% to 21.0%."),
    ],
)
def test_the_badge_reports_words_that_do_not_matter(numbers, message) -> None:
    assert a_badge(**numbers).endswith(message)


@pytest.mark.parametrize("change", [-0.0049, 0.0049])
def test_a_change_below_half_a_percent_counts_as_none(change) -> None:
    assert "hardly changes P(positive), from 97.0% to" in a_badge(without=0.97 + change)


@pytest.mark.parametrize(("change", "message"), [(-0.0051, "lowers"), (0.0051, "raises")])
def test_a_larger_change_is_stated(change, message) -> None:
    assert f"{message} P(positive) from 97.0% to 9" in a_badge(without=0.97 + change)


def test_numbers_are_predictions_without_the_highest_words() -> None:
    clf = tiny_classifier("bert")
    text = "so bad a film never good"
    attribution = attribute(clf, text, method="input_x_gradient", target="positive")[0]
    attribution = dataclasses.replace(
        attribution, scores=np.array([1, 5, -1, 3, 4, -2], np.float32)
    )
    shown = badge(clf, attribution)
    assert shown.words == (1, 3, 4)
    predicted = clf.predict([text, "so a good"]).probabilities[:, 1]
    np.testing.assert_allclose([shown.probability, shown.without], predicted, atol=1e-5)
    fewer = badge(clf, attribution, words=2)
    assert fewer.random_low < fewer.random_without < fewer.random_high
    others = clf.predict("bad film never").probabilities[0, 1]  # all there is to draw
    assert shown.random_low == pytest.approx(others, abs=1e-5)
    assert shown.random_high == pytest.approx(others, abs=1e-5)
    assert badge(clf, attribution) == shown
    assert badge(clf, attribution, words=1).words == (1,)
    few = dataclasses.replace(attribution, scores=np.array([-1, -5, -1, 3, -4, -2], np.float32))
    assert badge(clf, few).words == (3,)
    none = dataclasses.replace(attribution, scores=-np.ones(6, np.float32))
    assert badge(clf, none).words == ()
    assert badge(clf, none).without == badge(clf, none).probability
    with pytest.raises(ValueError, match="words=0 is invalid"):
        badge(clf, attribution, words=0)


def test_the_one_word_of_a_text_is_compared_with_nothing() -> None:
    clf = tiny_classifier("bert")
    attribution = attribute(clf, "bad")[0]
    shown = badge(clf, dataclasses.replace(attribution, scores=np.ones(1, np.float32)))
    assert shown.words == (0,)
    assert np.isnan([shown.random_without, shown.random_low, shown.random_high]).all()


def test_the_demo_model_depends_on_its_words_of_praise() -> None:
    clf = demo.classifier(device="cpu")
    attribution = attribute(clf, demo.reviews().text[0])[0]
    shown = badge(clf, attribution)
    assert shown.without < shown.random_low
    assert "lowers P(positive)" in shown.sentence
