"""Confident learning finds the errors of its paper's definition, cleanlab's, and planted ones."""

from __future__ import annotations

import numpy as np
import pytest
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.text_data import TextData
from bert_widgets.training.records.dynamics import Dynamics
from bert_widgets.training.records.label_errors import label_errors
from tests.bench.label_errors import precision, ranked_label_errors, with_flipped_labels

CLASSES = ("bad", "good", "plain", "odd")


@st.composite
def predictions(draw, most_classes=4):
    """Probabilities (n, k) of all shapes between unsure and sure, and labels 0 to k - 1."""
    k, n = draw(st.integers(2, most_classes)), draw(st.integers(4, 60))
    random = np.random.default_rng(draw(st.integers(0, 9999)))
    probabilities = random.dirichlet(np.full(k, draw(st.sampled_from([0.2, 1, 5]))), n)
    labels = np.where(random.random(n) < 0.3, random.integers(0, k, n), probabilities.argmax(1))
    labels[:k] = np.arange(k)
    return probabilities, labels


def test_an_example_computed_by_hand():
    probabilities = np.array([
        [0.9, 0.1, 0.0],  # bad
        [0.7, 0.2, 0.1],  # bad
        [0.2, 0.8, 0.0],  # bad: good reaches its threshold, margin 0.6
        [0.1, 0.7, 0.2],  # good
        [0.3, 0.5, 0.2],  # good
        [0.7, 0.3, 0.0],  # good: bad reaches its threshold, margin 0.4
        [0.0, 0.4, 0.6],  # plain
        [0.5, 0.2, 0.3],  # plain: nothing reaches its threshold
        [0.0, 0.55, 0.45],  # plain: good and plain reach theirs, good is likelier by 0.1
        [0.4, 0.5, 0.1],  # good
    ])  # fmt: skip
    labels = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 1])
    # Thresholds: bad (.9+.7+.2)/3 = .6, good (.7+.5+.3+.5)/4 = .5, plain (.6+.3+.45)/3 = .45.
    errors = label_errors(probabilities, labels, CLASSES[:3])
    assert errors["row"].tolist() == [2, 5, 8]
    assert errors["label"].tolist() == ["bad", "good", "plain"]
    assert errors["suggested"].tolist() == ["good", "bad", "good"]
    np.testing.assert_allclose(errors["score"], [0.6, 0.4, 0.1])


@given(predictions(most_classes=2))
def test_for_two_classes_results_and_order_are_those_of_cleanlab(given_):
    probabilities, labels = given_
    errors = label_errors(probabilities, labels, CLASSES[:2])
    theirs = find_label_issues(
        labels, probabilities, filter_by="confident_learning", n_jobs=1,
        return_indices_ranked_by="normalized_margin",
    )  # fmt: skip
    assert errors["row"].tolist() == theirs.tolist()


@given(predictions())
def test_for_more_classes_results_are_the_off_diagonals_of_cleanlabs_confident_joint(given_):
    probabilities, labels = given_
    k = probabilities.shape[1]
    # Where several classes reach their thresholds, cleanlab takes the most probable of all classes
    # and the paper that of those that do; leave out the rows where that makes a difference.
    thresholds = np.array([probabilities[labels == c, c].mean() for c in range(k)])
    reached = probabilities >= thresholds - 1e-6
    predicted = probabilities.argmax(1)
    same = (reached.sum(1) < 2) | reached[np.arange(len(labels)), predicted]
    _, theirs = compute_confident_joint(labels, probabilities, return_indices_of_off_diagonals=True)
    errors = label_errors(probabilities, labels, CLASSES[:k])
    mine = set(errors["row"].tolist())
    comparable = set(np.flatnonzero(same).tolist())
    assert mine & comparable <= set(theirs.tolist())
    missed = set(theirs.tolist()) & comparable - mine
    for row in missed:  # those only where the class counted is less likely than the label
        counted = np.where(reached[row], probabilities[row], -1).argmax()
        assert probabilities[row, counted] <= probabilities[row, labels[row]]


@given(predictions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_classes_does_not_matter(given_, random):
    probabilities, labels = given_
    k = probabilities.shape[1]
    rows, columns = list(range(len(labels))), list(range(k))
    random.shuffle(rows)
    random.shuffle(columns)
    names = CLASSES[:k]
    errors = label_errors(probabilities, labels, names)
    moved = label_errors(
        probabilities[rows][:, columns],
        np.array([columns.index(label) for label in labels[rows]]),
        tuple(names[c] for c in columns),
    )
    moved["row"] = [rows[row] for row in moved["row"]]
    np.testing.assert_allclose(moved.pop("score"), errors.pop("score"))
    assert moved.to_dict("list") == errors.to_dict("list")


@given(predictions())
def test_a_suggestion_is_another_more_probable_label(given_):
    probabilities, labels = given_
    errors = label_errors(probabilities, labels, CLASSES[: probabilities.shape[1]])
    assert (errors["label"] != errors["suggested"]).all()
    assert (errors["score"] > 0).all()
    assert errors["score"].is_monotonic_decreasing
    suggested = [CLASSES.index(name) for name in errors["suggested"]]
    margins = (
        probabilities[errors["row"], suggested]
        - probabilities[errors["row"], labels[errors["row"]]]
    )
    np.testing.assert_allclose(errors["score"], margins)


def test_labels_the_model_agrees_with_are_not_suspicious():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), 50)
    assert label_errors(probabilities, probabilities.argmax(1), CLASSES[:3]).empty
    assert label_errors(np.zeros((0, 3)), np.zeros(0, np.int64), CLASSES[:3]).empty


def test_a_class_without_examples_is_never_suggested():
    probabilities = np.array([[0.1, 0.0, 0.9], [0.0, 0.4, 0.6], [0.05, 0.05, 0.9]])
    assert label_errors(probabilities, np.array([0, 1, 1]), CLASSES[:3]).empty


def test_the_dynamics_list_label_errors_with_their_texts():
    labels = np.array([0, 1, 0, 1, 1])
    texts, pairs = tuple("abcde"), tuple("vwxyz")
    dynamics = Dynamics(TextData(texts, pairs, labels, ("bad", "good")))
    assert dynamics.label_errors().empty  # no epoch has ended
    good = np.array([0.3, 0.9, 0.8, 0.2], np.float32)  # of rows 0, 1, 3 and 4; 2 is never seen
    for shift in (-0.05, 0.05):
        rows = np.array([0, 1, 3, 4])
        dynamics.record(rows, np.stack([1 - good - shift, good + shift], 1))
    errors = dynamics.label_errors()
    assert errors.columns.tolist() == ["row", "text", "pair", "label", "suggested", "score"]
    assert errors.drop(columns="score").values.tolist() == [[4, "e", "z", "good", "bad"]]
    assert errors["score"][0] == pytest.approx(0.6)


def test_multi_label_data_is_refused():
    data = TextData(("a", "b"), None, np.eye(2, dtype=np.float32), ("sad", "long"))
    with pytest.raises(ValueError, match="cannot be found in multi-label data"):
        Dynamics(data).label_errors()


@pytest.mark.exhaustive
def test_flipped_labels_lead_the_list():
    frame, flipped = with_flipped_labels(500)
    listed = ranked_label_errors(frame)
    # Five seeds gave 0.75 to 0.95 and 0.58 to 0.72; chance would give 0.10.
    assert precision(listed, flipped, 20) >= 0.6
    assert listed["row"].isin(flipped).sum() >= 0.45 * len(flipped)
    assert (listed["label"] == frame["label"][listed["row"]].to_numpy()).all()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("count", [3, 7, 1000])
def test_equal_probabilities_reach_their_own_mean_in_spite_of_rounding(share, count):
    """The mean of equal numbers may exceed them by rounding; they still reach the threshold."""
    good = np.float32(share)
    probabilities = np.full((count, 2), [1 - good, good], np.float32)
    labels = np.ones(count, np.int64)
    labels[0] = 0  # suspicious or not by the margin alone: all reach both thresholds
    errors = label_errors(probabilities, labels, CLASSES[:2])
    expected = list(range(1, count)) if share < 0.5 else [0]
    assert sorted(errors["row"].tolist()) == expected


@pytest.mark.parametrize(("below", "reached"), [(1e-7, True), (1e-4, False)])
def test_only_rounding_is_forgiven_at_a_threshold(below, reached):
    # The threshold of good is (0.8 + 0.8 + 0.2) / 3 = 0.6, which the last row falls short of.
    good = 0.6 - below
    probabilities = np.array([[0.2, 0.8], [0.2, 0.8], [0.8, 0.2], [1 - good, good]])
    errors = label_errors(probabilities, np.array([1, 1, 1, 0]), CLASSES[:2])
    assert (3 in errors["row"].tolist()) == reached
