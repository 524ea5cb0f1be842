"""Gradient checkpointing, on, off again or asking for gradients of inputs, changes no result."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from bert_widgets import Trainer, attention_maps, attribute
from bert_widgets.explain import METHODS
from bert_widgets.widgets import TokenHighlights
from tests.models import tiny_classifier

pytestmark = pytest.mark.exhaustive

TEXT = "The film was not good"
DATA = [("The film was good", "positive"), ("The soup was boring!", "negative")] * 8
SETTINGS = ("on", "reentrant", "off again", "inputs require gradients")


def switched(kind, setting):
    """Return a tiny classifier with a setting that users may change."""
    clf = tiny_classifier(kind)
    with warnings.catch_warnings():  # later versions have other names
        warnings.simplefilter("ignore", FutureWarning)
        if setting == "inputs require gradients":
            clf.model.enable_input_require_grads()
        elif setting == "reentrant":
            options = {"use_reentrant": True}
            clf.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs=options)
        else:
            clf.model.gradient_checkpointing_enable()
        if setting == "off again":
            clf.model.gradient_checkpointing_disable()
    return clf


@pytest.mark.parametrize("kind", ["bert", "modernbert", "deberta-v2"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_method_gives_the_same_scores(kind, setting):
    slow = {"exact_shapley", "shapley", "lime", "kernel_shap"}
    clf, plain = switched(kind, setting), tiny_classifier(kind)
    for method in METHODS.keys() - slow:
        try:
            expected = attribute(plain, TEXT, method=method, samples=4)[0]
        except ValueError as error:
            with pytest.raises(ValueError, match="^" + str(error)[:20]):
                attribute(clf, TEXT, method=method, samples=4)
        else:
            attribution = attribute(clf, TEXT, method=method, samples=4)[0]
            np.testing.assert_array_equal(attribution.scores, expected.scores)


@pytest.mark.parametrize("setting", SETTINGS)
def test_predictions_and_attention_are_the_same(setting):
    clf, plain = switched("bert", setting), tiny_classifier("bert")
    assert np.array_equal(clf.predict(TEXT).probabilities, plain.predict(TEXT).probabilities)
    assert np.array_equal(attention_maps(clf, TEXT).weights, attention_maps(plain, TEXT).weights)


def trained(clf, **options):
    """Train with dropout and probes; return the trainer."""
    options = {"epochs": 2, "precision": "fp32", "learning_rate": 1e-3, **options}
    trainer = Trainer(clf, DATA, probes=[TEXT], **options)
    list(trainer)
    return trainer


@pytest.mark.parametrize("kind", ["bert", "deberta-v2"])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("frozen_layers", [0, 1])
def test_training_with_dropout_gives_the_same_weights_and_probes(kind, setting, frozen_layers):
    plain, clf = tiny_classifier(kind), switched(kind, setting)
    for model in (plain.model, clf.model):  # the faster forward pass draws other dropout
        model.base_model.encoder.register_forward_hook(lambda *_: None)
    expected, trainer = (trained(c, frozen_layers=frozen_layers) for c in (plain, clf))
    for (name, weight), other in zip(
        clf.model.named_parameters(), plain.model.parameters(), strict=True
    ):
        torch.testing.assert_close(weight, other, rtol=0, atol=1e-6, msg=name)
    for shot, other in zip(
        trainer.history.probe_history, expected.history.probe_history, strict=True
    ):
        np.testing.assert_allclose(
            shot.attributions[0].scores, other.attributions[0].scores, atol=1e-4
        )


def test_random_numbers_of_the_process_are_left_alone():
    clf = switched("bert", "on")
    state = torch.get_rng_state()
    trained(clf)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("setting", SETTINGS)
def test_word_highlights_are_the_same(setting):
    clf, plain = switched("bert", setting), tiny_classifier("bert")
    scores = [TokenHighlights(c, TEXT).attribution.scores for c in (clf, plain)]
    np.testing.assert_array_equal(*scores)
