"""Which weights learn, how fast, and how that changes from step to step."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.model.layers import depths
from bert_widgets.training import Hyperparameters
from bert_widgets.training.optimiser.schedule import adamw, rate_factor, trained_parameters
from tests.models import KINDS, tiny_classifier
from tests.training.small import DATA, trainer

EMBEDDINGS = re.compile(r"embeddings|embedding_hidden_mapping|deberta\.encoder\.LayerNorm")
LAYER = re.compile(r"\.(?:layer|layers|albert_layer_groups)\.(\d+)\.")


def groups(clf, **options):
    """Return {parameter name: (weight decay, scale of the learning rate)}."""
    chosen = Hyperparameters(**options)
    trained = trained_parameters(clf, chosen)
    optimizer = adamw(trained, depths(clf.model), chosen)
    names = {id(parameter): name for name, parameter in trained.items()}
    by_name = {
        names[id(parameter)]: (group["weight_decay"], group["scale"])
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    assert by_name.keys() == trained.keys()
    return by_name


def layers(kind):
    return 1 if kind == "albert" else 2  # ALBERT's share their weights


def place(name, kind):
    """The depth of a weight, from its name: 0 for embeddings, the largest for the head."""
    if layer := LAYER.search(name):
        return int(layer[1]) + 1
    return 0 if EMBEDDINGS.search(name) else layers(kind) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_lower_layers_learn_more_slowly(kind):
    by_name = groups(tiny_classifier(kind), layer_decay=0.5)
    for name, (_, scale) in by_name.items():
        assert scale == 0.5 ** (layers(kind) + 1 - place(name, kind)), name
    assert len({scale for _, scale in by_name.values()}) == layers(kind) + 2
    heads = [name for name in by_name if name.startswith(("classifier", "head", "pre_classifier"))]
    assert heads
    assert {by_name[name][1] for name in heads} == {1.0}


@pytest.mark.parametrize("kind", KINDS)
def test_biases_and_layer_norms_do_not_decay(kind):
    clf = tiny_classifier(kind)
    norms = {
        f"{path}.{name}"
        for path, module in clf.model.named_modules()
        if "Norm" in type(module).__name__
        for name, _ in module.named_parameters(recurse=False)
    }
    for name, (decay, _) in groups(clf, weight_decay=0.3).items():
        assert decay == (0 if name.endswith("bias") or name in norms else 0.3), name


@pytest.mark.parametrize("kind", KINDS)
def test_frozen_layers_compute_what_they_did_and_the_rest_learns(kind):
    clf = tiny_classifier(kind)
    base = clf.model.base_model
    batch = clf.collate(clf.encode([DATA[0][0]]))

    def states():
        with clf.evaluating(), torch.inference_mode():
            return base(**batch, output_hidden_states=True).hidden_states

    before, named = states(), {n: p.clone() for n, p in clf.model.named_parameters()}
    list(trainer(clf, frozen_layers=1, weight_decay=0.1))
    after = states()
    for layer in range(2):  # the embeddings and the first layer
        if layer <= layers(kind):
            assert torch.equal(before[layer], after[layer])
    assert not torch.equal(before[-1], after[-1]) or kind == "albert"
    for name, parameter in clf.model.named_parameters():
        changed = not torch.equal(parameter, named[name])
        assert changed == (place(name, kind) > 1), name
        assert parameter.requires_grad
        assert parameter.grad is None


def test_a_frozen_weight_is_unchanged():
    clf = tiny_classifier("bert")
    clf.model.classifier.bias.requires_grad_(requires_grad=False)
    before = clf.model.classifier.bias.clone()
    list(trainer(clf))
    assert torch.equal(clf.model.classifier.bias, before)
    assert not clf.model.classifier.bias.requires_grad


def test_requires_grad_is_restored_after_an_error():
    clf = tiny_classifier("bert")
    with torch.no_grad():
        clf.model.classifier.bias[0] = float("nan")
    with pytest.raises(FloatingPointError):
        list(trainer(clf, frozen_layers=2))
    assert all(parameter.requires_grad for parameter in clf.parameters())
    assert all(parameter.grad is None for parameter in clf.parameters())
    assert not clf.training


schedules = st.sampled_from(["linear", "cosine", "constant"])


@given(st.integers(1, 300), st.just(0.0) | st.floats(0, 1), schedules)
def test_the_rate_rises_to_its_peak_and_falls(total, warmup, schedule):
    factors = np.array([rate_factor(step, total, warmup, schedule) for step in range(total)])
    assert (factors > 0).all()
    assert factors.max() == 1
    rising = round(total * warmup)
    assert (np.diff(factors[:rising]) > 0).all()
    falling = np.diff(factors[max(rising, 1) :])
    assert (falling == 0).all() if schedule == "constant" else (falling < 0).all()
    if warmup == 0:
        assert factors[0] == 1
    if schedule != "constant" and rising < total - 1:
        assert factors[-1] <= 2 / (total - rising)


@given(st.integers(2, 200))
def test_the_rate_is_half_at_the_middle_of_its_decay(half):
    for schedule in ("linear", "cosine"):
        assert rate_factor(half, 2 * half, 0, schedule) == pytest.approx(0.5)
    quarter = rate_factor(half, 4 * half, 0, "cosine")
    assert quarter == pytest.approx((1 + np.cos(np.pi / 4)) / 2)


def test_the_run_follows_its_schedule():
    given_trainer = trainer(data=DATA, epochs=4, warmup=0.25, learning_rate=1e-3)
    list(given_trainer)
    rates = given_trainer.history.columns("step")["learning_rate"]
    expected = [rate_factor(i, len(rates), 0.25, "linear") * 1e-3 for i in range(len(rates))]
    np.testing.assert_array_equal(rates, expected)
    assert rates.argmax() == pytest.approx(len(rates) * 0.25, abs=1)


def test_gradients_are_scaled_down_to_the_largest_norm_and_reported_before():
    """With little momentum a step of SGD would show it; AdamW's averages do too."""
    free, clipped = (trainer(max_grad_norm=norm) for norm in (1e9, 0.01))
    for training in (free, clipped):
        next(iter(training))
    norms = [training.history.latest("step")["gradient_norm"] for training in (free, clipped)]
    assert norms[0] == norms[1] > 0.01
    averages = [
        torch.cat(
            [v.flatten() for n, v in training._loop.learner.state().items() if "exp_avg/" in n]
        )
        for training in (free, clipped)
    ]
    torch.testing.assert_close(averages[1], averages[0] * (0.01 / norms[0]), rtol=1e-4, atol=1e-9)
    assert float(averages[1].norm()) == pytest.approx(0.1 * 0.01, rel=1e-4)  # beta1 is 0.9
