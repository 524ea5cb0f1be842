"""A copy of the weights from before a divergence is kept."""

from __future__ import annotations

import torch

from bert_widgets.training.checkpoints.weights import LastGood
from tests.models import tiny_classifier
from tests.training.small import weights


def learn(clf):
    with torch.no_grad():
        for parameter in clf.parameters():
            parameter.add_(0.01)


def watched(losses):
    """Return a classifier that learnt with such losses, its keeper, and its weights by step."""
    clf = tiny_classifier("bert")
    keeper = LastGood(clf, 0)
    seen = [weights(clf).clone()]
    for step, loss in enumerate(losses, 1):
        learn(clf)
        keeper.saw(step, loss)
        seen.append(weights(clf).clone())
    return clf, keeper, seen


def test_sound_weights_are_kept():
    clf, keeper, seen = watched([0.7] * 130)
    assert keeper.rescue() is None
    assert torch.equal(weights(clf), seen[130])


def test_weights_that_are_not_finite_are_replaced_by_the_latest_copy():
    clf, keeper, seen = watched([0.7] * 230)
    with torch.no_grad():
        clf.model.classifier.bias[0] = float("inf")
    assert keeper.rescue() == 200
    assert torch.equal(weights(clf), seen[200])


def test_diverged_weights_are_replaced_by_earlier_ones():
    clf, keeper, seen = watched([0.7] * 150 + [30.0] * 400)
    assert keeper.rescue() == 100
    assert torch.equal(weights(clf), seen[100])


def test_losses_near_zero_may_double():
    _, keeper, _ = watched([0.01] * 100 + [0.05] * 90)
    assert keeper.rescue() is None


def test_a_recovery_is_recognised():
    clf, keeper, seen = watched([0.7] * 100 + [3.0] * 100 + [0.6] * 200)
    assert keeper.rescue() is None
    with torch.no_grad():
        clf.model.classifier.bias[0] = float("nan")
    step = keeper.rescue()
    assert step > 200
    assert torch.equal(weights(clf), seen[step])
