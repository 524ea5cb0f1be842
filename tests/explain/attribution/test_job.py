"""How texts are grouped, cut into windows and merged, for any method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bert_widgets.explain import METHODS, attribute
from bert_widgets.explain.attribution.attribute import explain_texts
from bert_widgets.explain.attribution.job import _GROUP_TOKENS
from bert_widgets.explain.attribution.options import AttributionOptions
from bert_widgets.explain.attribution.problem import Scores
from bert_widgets.model.fair_lock import FairLock
from tests.models import MAX_LENGTH, tiny_classifier

LONG = "The film was bad. " * MAX_LENGTH
QUICK = AttributionOptions(method="input_x_gradient")


@pytest.fixture
def problems(monkeypatch):
    """Every problem that is given to the method "recorded", which scores each token 1."""
    seen = []

    def recorded(problem):
        seen.append(problem)
        return [Scores(np.ones(len(encoding), np.float32)) for encoding in problem.encodings]

    method = replace(METHODS["saliency"], name="recorded", function=recorded)
    monkeypatch.setitem(METHODS, method.name, method)
    return seen


def test_the_options_reach_the_method_unchanged(problems) -> None:
    clf = tiny_classifier("bert")
    options = AttributionOptions(
        method="recorded", target="positive", tolerance=0.2, samples=7, layer=1, seed=5
    )
    (result,) = explain_texts(clf, "so bad", options)
    (problem,) = problems
    assert problem.options is options
    assert (problem.tolerance, problem.samples, problem.layer, problem.seed) == (0.2, 7, 1, 5)
    assert [clf.labels[target.label] for target in problem.targets] == ["positive"]
    assert (result.method, result.layer, result.baseline) == ("recorded", 1, "pad")


def test_short_texts_share_a_group_of_bounded_size_and_return_in_input_order(problems) -> None:
    texts = [f"bad {'so ' * (i % 40)}film" for i in range(60)]
    results = attribute(tiny_classifier("bert"), texts, method="recorded")
    assert [result.text for result in results] == texts
    assert 1 < len(problems) < len(texts)
    for problem in problems:
        longest = max(map(len, problem.encodings))
        assert longest * len(problem) <= _GROUP_TOKENS


def test_the_lock_is_held_from_the_first_group_to_the_last(problems) -> None:
    clf = tiny_classifier("bert")
    taken = []

    class Watched(FairLock):
        def __enter__(self) -> None:
            if self._owner is None:
                taken.append(len(problems))
            super().__enter__()

    clf.lock = Watched()
    attribute(clf, ["bad film"] * 200, method="recorded")
    assert len(problems) > 1
    assert set(taken) <= {0, len(problems)}


def test_spans_are_those_of_the_whole_text_in_each_of_its_windows(problems) -> None:
    start, end = LONG.index("bad", 400), LONG.index("bad", 400) + 30
    (result,) = attribute(tiny_classifier("bert"), LONG, method="recorded", unit=[(start, end)])
    (joined,) = np.flatnonzero([" " in word for word in result.words])
    assert result.windows == len(problems) > 1
    holding = [
        next((word for word in problem.units[0].strings if " " in word), None)
        for problem in problems
    ]
    expected = result.words[joined]
    assert expected in holding, "one window holds the whole span"
    assert all(words is None or words in expected for words in holding)


@pytest.mark.parametrize("text", ["so bad", LONG, ("so bad", "good film")])
def test_a_known_prediction_is_not_computed_again(text) -> None:
    clf = tiny_classifier("bert")
    expected = explain_texts(clf, text, QUICK)[0]
    known = clf.predict(text).probabilities
    passes = []
    clf.model.register_forward_hook(lambda *_: passes.append(1))
    (result,) = explain_texts(clf, text, QUICK, probabilities=known)
    assert len(passes) == result.windows
    np.testing.assert_array_equal(result.probabilities, known[0])
    assert result.target == expected.target
    np.testing.assert_allclose(result.token_scores, expected.token_scores, atol=1e-5)


def test_known_predictions_decide_the_targets_of_their_texts() -> None:
    clf = tiny_classifier("bert")
    texts = ["so bad", LONG, "a good film that was not so bad"]
    known = np.array([[0.1, 0.9], [0.8, 0.2], [0.6, 0.4]], np.float32)
    results = explain_texts(clf, texts, QUICK, probabilities=known)
    assert [result.target for result in results] == ["positive", "negative", "negative"]
    np.testing.assert_array_equal([result.probabilities for result in results], known)
