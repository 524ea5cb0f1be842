"""The loss is torch's own: class weights, label smoothing, one or several labels per text."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight
from torch import nn

from bert_widgets.data.text_data import TextData
from bert_widgets.training import Hyperparameters
from bert_widgets.training.optimiser.loss import Loss

CLASSES = ("a", "b", "c")


def data(labels):
    return TextData(("text",) * len(labels), None, np.array(labels), CLASSES)


def single(numbers):
    return data(np.array(numbers, np.int64))


def several(numbers):
    return data(np.array([[n & 1, n >> 1 & 1, n >> 2] for n in numbers], np.float32))


def total(texts, logits, **options):
    loss = Loss(texts, Hyperparameters(**options))
    labels = torch.from_numpy(texts.labels)
    return loss.per_text(logits, labels).sum() / loss.total(labels)


numbers = st.lists(st.integers(0, 2), min_size=1, max_size=9)
weights = st.none() | st.tuples(*[st.floats(0.1, 9)] * 3)
smoothing = st.just(0.0) | st.floats(0, 0.9)


@given(numbers, weights, smoothing, st.integers(0, 99))
def test_one_label_per_text(given_numbers, given_weights, given_smoothing, seed):
    texts = single(given_numbers)
    logits = torch.randn(len(texts), 3, generator=torch.Generator().manual_seed(seed))
    expected = nn.CrossEntropyLoss(
        weight=None if given_weights is None else torch.tensor(given_weights),
        label_smoothing=given_smoothing,
    )(logits, torch.from_numpy(texts.labels))
    loss = total(texts, logits, class_weights=given_weights, label_smoothing=given_smoothing)
    torch.testing.assert_close(loss, expected)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=9), weights, smoothing, st.integers(0, 99))
def test_several_labels_per_text(given_numbers, given_weights, given_smoothing, seed):
    texts = several(given_numbers)
    logits = torch.randn(len(texts), 3, generator=torch.Generator().manual_seed(seed))
    expected = nn.BCEWithLogitsLoss(
        pos_weight=None if given_weights is None else torch.tensor(given_weights)
    )(logits, torch.from_numpy(texts.labels) * (1 - given_smoothing) + given_smoothing / 2)
    loss = total(texts, logits, class_weights=given_weights, label_smoothing=given_smoothing)
    torch.testing.assert_close(loss, expected)


@given(numbers.map(lambda values: [0, 1, 2, *values]), st.integers(0, 99))
def test_balanced_weights_are_those_of_scikit_learn(given_numbers, seed):
    texts = single(given_numbers)
    logits = torch.randn(len(texts), 3, generator=torch.Generator().manual_seed(seed))
    expected = compute_class_weight("balanced", classes=np.arange(3), y=texts.labels)
    torch.testing.assert_close(
        total(texts, logits, class_weights="balanced"),
        total(texts, logits, class_weights=tuple(expected)),
    )


def test_balanced_labels_have_equal_weight_present_and_absent():
    """A label in one text of four counts three times where it is present."""
    texts = several([1, 0, 0, 0, 7, 2, 2, 6])
    logits = torch.zeros(8, 3, requires_grad=True)
    total(texts, logits, class_weights="balanced").backward()
    gradient = logits.grad.numpy()
    present = texts.labels > 0
    for label in range(3):
        there, absent = gradient[present[:, label], label], gradient[~present[:, label], label]
        assert there.sum() == pytest.approx(-absent.sum(), rel=1e-5)


def test_a_class_without_texts_has_a_finite_loss():
    for texts in (single([0, 1, 1]), several([1, 3, 1])):
        loss = total(texts, torch.zeros(3, 3), class_weights="balanced")
        assert torch.isfinite(loss)
        assert loss > 0
