"""Measures against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torchmetrics.functional.classification import binary_calibration_error

from bert_widgets.data.text_data import TextData
from bert_widgets.model.evaluation import calibration_error, evaluate


def test_single_label_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]], np.float32)
    result = evaluate(probabilities, np.array([0, 0, 1, 1]), ("no", "yes"))
    assert result.loss == pytest.approx(-np.log([0.9, 0.6, 0.8, 0.3]).mean(), rel=1e-5)
    assert result.accuracy == 0.75
    assert result.confusion.tolist() == [[2, 0], [1, 1]]
    assert result.precision == pytest.approx([2 / 3, 1])
    assert result.recall == pytest.approx([1, 0.5])
    assert result.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    # Each confidence is in a separate bin: the mean of |confidence - correct|.
    assert result.calibration_error == pytest.approx((0.1 + 0.4 + 0.2 + 0.7) / 4, abs=1e-5)
    assert result.to_frame().loc["yes", "support"] == 2


def test_multi_label_by_hand():
    probabilities = np.array([[0.9, 0.2], [0.4, 0.7]], np.float32)
    labels = np.array([[1, 0], [1, 1]], np.float32)
    result = evaluate(probabilities, labels, ("a", "b"))
    assert result.accuracy == 0.5
    assert result.loss == pytest.approx(-np.log([0.9, 0.8, 0.4, 0.7]).mean(), rel=1e-5)
    assert result.recall.tolist() == [0.5, 1]
    assert result.confusion.shape == (2, 2, 2)


def test_a_class_that_never_occurs_has_no_score_and_does_not_count():
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0]], np.float32)
    result = evaluate(probabilities, np.array([0, 1]), ("a", "b", "c"))
    np.testing.assert_equal(result.f1, [1, 1, np.nan])
    np.testing.assert_equal(result.precision, [1, 1, np.nan])
    assert result.macro_f1 == 1
    assert result.support.tolist() == [1, 1, 0]
    assert repr(result).splitlines()[-1].split() == ["c", "-", "-", "-", "0"]
    assert ">-<" in result._repr_html_()


def test_a_class_that_is_only_predicted_has_a_precision_of_zero():
    probabilities = np.array([[0.4, 0, 0.6], [0.2, 0.8, 0]], np.float32)
    result = evaluate(probabilities, np.array([0, 1]), ("a", "b", "c"))
    np.testing.assert_equal(result.f1, [0, 1, np.nan])
    np.testing.assert_equal(result.precision, [0, 1, 0])
    assert result.macro_f1 == 0.5
    nothing = evaluate(np.zeros((2, 2)), np.zeros((2, 2), np.float32), ("a", "b"))
    assert nothing.macro_f1 == 0


CLASSES = ("a", "b", "c", "d")


@st.composite
def evaluations(draw):
    """Draw an evaluation of texts that a part of a table holds."""
    count = draw(st.integers(2, 12))
    labels = draw(arrays(np.int64, count, elements=st.integers(0, 3)))
    probabilities = draw(arrays(np.float32, (count, 4), elements=st.floats(0, 1, width=16)))
    rows = draw(st.permutations(range(20)))[:count]
    data = TextData(tuple(f"text {row}" for row in rows), None, labels, CLASSES, rows)
    return evaluate(probabilities + np.float32(1e-3), labels, CLASSES, data)


@given(evaluations())
def test_classes_are_sorted_by_their_score_and_weigh_the_same(result):
    frame = result.to_frame()
    f1 = frame["f1"].to_numpy()
    known = f1[~np.isnan(f1)]
    assert sorted(known) == list(known) == list(f1[: len(known)])
    assert (frame["f1"].isna() == (frame["support"] == 0)).all()
    assert result.macro_f1 == pytest.approx(known.mean())
    assert len(repr(result).splitlines()) == 8 - (result.accuracy == 1)


@given(evaluations())
def test_errors_are_the_texts_that_are_predicted_wrongly(result):
    errors = result.errors()
    predicted = result.probabilities.argmax(1)
    expected = {
        f"text {row}": (row, CLASSES[label], CLASSES[other])
        for row, label, other in zip(result.data.rows, result.data.labels, predicted, strict=True)
        if label != other
    }
    found = {row.text: (row.Index, row.label, row.predicted) for row in errors.itertuples()}
    assert found == expected
    assert errors["probability"].is_monotonic_decreasing


@given(evaluations())
def test_confused_pairs_count_the_errors(result):
    errors, confused = result.errors(), result.confused()
    assert confused["count"].is_monotonic_decreasing
    assert confused["count"].sum() == len(errors)
    for label, predicted, count, share, rows in confused.itertuples(index=False):
        chosen = errors[(errors["label"] == label) & (errors["predicted"] == predicted)]
        assert sorted(chosen.index) == sorted(rows)
        assert count == len(rows)
        assert share == pytest.approx(count / (result.data.labels == CLASSES.index(label)).sum())
    without_texts = evaluate(result.probabilities, result.data.labels, CLASSES)
    assert without_texts.confused().equals(confused.drop(columns="rows"))
    with pytest.raises(ValueError, match=r"without its texts; call clf\.evaluate"):
        without_texts.errors()


def test_several_labels_are_wrong_together_and_not_confused():
    labels = np.array([[1, 0], [1, 1], [0, 0]], np.float32)
    data = TextData(("x", "y", "z"), ("p", "q", "r"), labels, ("a", "b"))
    result = evaluate(np.array([[0.9, 0.2], [0.4, 0.7], [0.6, 0.1]]), labels, ("a", "b"), data)
    errors = result.errors()
    assert errors.index.tolist() == [1, 2]
    assert errors["label"].tolist() == [("a", "b"), ()]
    assert errors["predicted"].tolist() == [("b",), ("a",)]
    assert errors["pair"].tolist() == ["q", "r"]
    with pytest.raises(ValueError, match="no label is taken for another"):
        result.confused()
    assert "confused" not in repr(result)


def test_certain_and_wrong_is_finite():
    assert np.isfinite(evaluate(np.array([[1.0, 0.0], [0, 1]]), np.array([1, 1]), ("a", "b")).loss)


# At the edge of a bin the last bit decides.
inside_a_bin = st.floats(0, 1, width=32).filter(lambda c: abs(c * 15 - round(c * 15)) > 1e-5)


@given(rows=st.lists(st.tuples(inside_a_bin, st.booleans()), min_size=1, max_size=60))
def test_calibration_error_is_that_of_torchmetrics(rows):
    confidences = np.array([confidence for confidence, _ in rows], np.float32)
    correct = np.array([right for _, right in rows])
    expected = binary_calibration_error(torch.from_numpy(confidences), torch.from_numpy(correct))
    assert calibration_error(confidences, correct) == pytest.approx(float(expected), abs=1e-6)


def test_certainty_belongs_to_the_last_bin():
    """torchmetrics has a separate bin here: the errors of 0.95 and of 1 cancel."""
    assert calibration_error(np.array([0.95, 1.0]), np.array([1, 0])) == pytest.approx(0.475)
