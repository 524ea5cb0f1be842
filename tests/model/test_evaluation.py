"""Measures against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.functional.classification import binary_calibration_error

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
    # Each confidence lies in a bin of its own: mean of |confidence - right|.
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


def test_a_class_that_never_occurs_scores_zero():
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0]], np.float32)
    result = evaluate(probabilities, np.array([0, 1]), ("a", "b", "c"))
    assert result.f1.tolist() == [1, 1, 0]
    assert result.support.tolist() == [1, 1, 0]


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
    """Where torchmetrics makes a bin of its own: the errors of 0.95 and of 1 cancel here."""
    assert calibration_error(np.array([0.95, 1.0]), np.array([1, 0])) == pytest.approx(0.475)
