"""Measures against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bert_widgets.model.evaluation import evaluate


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
