"""The search for a learning rate finds one that learns, and changes nothing."""

from __future__ import annotations

import random
import threading
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from bert_widgets import Trainer
from bert_widgets.training import learning_rate_finder as finder
from bert_widgets.training.learning_rate_finder import RateSearch, find_learning_rate
from tests.models import KINDS, tiny_classifier
from tests.training.small import DATA, FEW, TAGS, everything, tag_classifier, trainer

LARGE = {"batch_tokens": 512, "epochs": 20, "precision": "fp32"}


def generators():
    """Return the states of all random generators that other cells may use."""
    return (
        torch.get_rng_state().tolist(),
        repr(np.random.get_state()),  # noqa: NPY002 - the one that may be disturbed
        random.getstate(),
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_suggested_rate_learns_and_a_much_lower_one_does_not(seed):
    def loss(rate):
        clf = tiny_classifier("modernbert")
        for _ in Trainer(clf, DATA, learning_rate=rate, seed=seed, **LARGE):
            pass
        return clf.evaluate(DATA).loss

    training = Trainer(tiny_classifier("modernbert"), DATA, seed=seed, **LARGE)
    result = find_learning_rate(training)
    training.configure(learning_rate=result.suggestion)
    assert loss(result.suggestion) < 0.2
    assert loss(result.suggestion / 30) > 0.5


@pytest.mark.exhaustive
def test_noise_alone_suggests_nothing():
    """Labels that are independent of the texts."""
    labels = np.random.default_rng(0).permutation([label for _, label in DATA])
    data = [(text, label) for (text, _), label in zip(DATA, labels, strict=True)]
    result = find_learning_rate(Trainer(tiny_classifier("albert"), data, batch_tokens=64))
    assert result.suggestion is None
    assert "does not fall clearly" in repr(result)


@given(
    middle=st.integers(20, 75),
    fall=st.floats(0.3, 3.0),
    width=st.floats(1.0, 6.0),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None)
def test_the_suggestion_is_where_a_known_curve_falls(middle, fall, width, seed):
    """A logistic fall with noise of a tenth of it: found within the average's lag of a decade."""
    rates, steps = np.geomspace(1e-7, 1, 100), np.arange(100)
    noise = np.random.default_rng(seed).normal(0, fall / 10, 100)
    losses = 1 + fall / (1 + np.exp((steps - middle) / width)) + noise
    smoothed = average(losses)
    suggestion = finder._suggest(rates, losses, smoothed)
    assert rates[middle] / 3 < suggestion < rates[middle] * 10


@pytest.mark.parametrize("spread", [0.1, 0.2])
def test_a_fall_is_found_in_the_noise_of_small_batches(spread):
    """A new head on a good encoder, 13 texts per batch and one label in twelve wrong."""
    random = np.random.default_rng(0)
    rates, steps = np.geomspace(1e-7, 1, 100)[:88], np.arange(88)
    curve = 0.7 - 0.3 / (1 + np.exp((50 - steps) / 4)) + 0.03 * np.maximum(0, steps - 72)
    noise = spread * (random.gamma(4, 1, (200, 88)) - 4) / 2
    suggestions = [finder._suggest(rates, losses, average(losses)) for losses in curve + noise]
    assert sum(suggestion is not None for suggestion in suggestions) > 170


@pytest.mark.parametrize("noise", ["normal", "lognormal", "standard_cauchy"])
def test_noise_of_any_shape_is_no_fall(noise):
    random, rates = np.random.default_rng(0), np.geomspace(1e-7, 1, 100)
    curves = getattr(random, noise)(size=(300, 100))
    suggestions = [finder._suggest(rates, losses, average(losses)) for losses in curves]
    assert sum(suggestion is not None for suggestion in suggestions) <= 3


def test_the_fall_is_the_largest_statistic_of_mann_and_whitney():
    losses = np.random.default_rng(0).integers(0, 9, 30) / 8.0  # with ties
    expected = []
    for k in range(1, 30):
        u = mannwhitneyu(losses[:k], losses[k:]).statistic
        expected.append((u - k * (30 - k) / 2) / np.sqrt(k * (30 - k) * 31 / 12))
    np.testing.assert_allclose(finder._fall(losses), max(expected))


def average(losses):
    weights = 0.9 ** np.arange(len(losses))
    return np.array([
        np.average(losses[: i + 1][::-1], weights=weights[: i + 1]) for i in range(len(losses))
    ])  # fmt: skip


def test_rates_grow_evenly_and_the_average_is_bias_corrected():
    seen = []
    result = find_learning_rate(
        trainer(data=DATA),
        lowest=1e-5,
        highest=1e-3,
        steps=21,
        progress=lambda rate, loss: seen.append((rate, loss)),
    )
    np.testing.assert_allclose(np.diff(np.log10(result.rates)), 0.1)
    np.testing.assert_allclose(result.smoothed, average(result.losses))
    np.testing.assert_array_equal(seen, np.stack([result.rates, result.smoothed], 1))
    frame = result.to_frame()
    assert list(frame.columns) == ["learning_rate", "loss", "smoothed"]
    np.testing.assert_array_equal(frame["loss"], result.losses)


def test_the_first_loss_is_that_of_training():
    """The search uses the same batches and dropout as the training."""
    training = trainer(data=DATA)
    result = find_learning_rate(training)
    next(event for event in training if event.kind == "step")
    assert result.losses[0] == training.history.columns("step")["loss"][0]


def test_it_ends_when_the_loss_diverges():
    result = find_learning_rate(Trainer(tiny_classifier("modernbert"), DATA, **LARGE))
    assert len(result.rates) < 100
    settled = result.smoothed[10:]
    least = np.minimum.accumulate(settled)
    assert (settled > 4 * least).tolist() == [False] * (len(settled) - 1) + [True]


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_a_search_leaves_no_trace(kind):
    """The training after a search equals, bit for bit, one without it."""
    searched, other = (
        trainer(tiny_classifier(kind), valid=FEW[:6], probes=["a good film"]) for _ in range(2)
    )
    searched.clf.train()
    before, state = everything(searched), generators()
    find_learning_rate(searched, steps=25)
    assert everything(searched) == before == everything(other)
    assert generators() == state
    assert searched.clf.training
    assert all(p.grad is None for p in searched.clf.parameters())
    for training in (searched, other):
        for _ in training:
            pass
    assert everything(searched) == everything(other)


@pytest.mark.parametrize(
    "options", [{"frozen_layers": 1}, {"gradient_accumulation": 2, "layer_decay": 0.5}]
)
def test_it_searches_with_the_trainers_settings(options):
    training = trainer(tag_classifier(), TAGS, label_smoothing=0.1, **options)
    before = everything(training)
    assert len(find_learning_rate(training, steps=21).losses) > 10
    assert everything(training) == before
    assert all(p.requires_grad for p in training.clf.parameters())


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupt_leaves_no_trace(error):
    training = trainer(data=DATA)
    before, state = everything(training), generators()
    calls = []

    def interrupt(rate, loss):
        calls.append(rate)
        if len(calls) == 15:
            raise error

    with pytest.raises(error):
        find_learning_rate(training, lowest=1e-3, progress=interrupt)
    assert len(calls) == 15
    assert everything(training) == before
    assert generators() == state
    list(training)
    assert training.progress.step == training.progress.total_steps


def test_predictions_wait_for_the_models_own_weights():
    """Another thread never uses the weights of the search."""
    training = trainer(data=DATA)
    expected = training.clf.predict(["a good film"]).probabilities
    started, seen = threading.Event(), []

    def predict():
        started.wait()
        seen.append(training.clf.predict(["a good film"]).probabilities)

    thread = threading.Thread(target=predict)
    thread.start()
    find_learning_rate(training, lowest=1e-2, steps=40, progress=lambda *_: started.set())
    thread.join()
    np.testing.assert_array_equal(seen[0], expected)


def test_a_run_started_meanwhile_trains_the_models_own_weights():
    training, other = trainer(data=DATA), trainer(data=DATA)
    runs = []

    def start(rate, loss):
        if not runs:
            runs.append(training.start())

    find_learning_rate(training, lowest=1e-2, steps=40, progress=start)
    runs[0].wait(60)
    other.start().wait(60)
    assert everything(training)["weights"] == everything(other)["weights"]


def test_a_training_that_has_started_is_refused():
    training = trainer()
    training.advance()
    before = everything(training)
    with pytest.raises(RuntimeError, match="has begun; use a new Trainer"):
        find_learning_rate(training)
    assert everything(training) == before


def test_an_argument_that_is_not_a_trainer_is_named():
    with pytest.raises(TypeError, match="takes a Trainer, not a BertClassifier"):
        find_learning_rate(tiny_classifier("bert"))


def test_a_model_with_invalid_weights_is_refused():
    clf = tiny_classifier("bert")
    with torch.no_grad():
        clf.model.classifier.weight.fill_(torch.nan)
    with pytest.raises(FloatingPointError, match=r"is nan at .* training row \d+ \('The"):
        find_learning_rate(trainer(clf))


@pytest.mark.parametrize(
    "options", [{"lowest": 0.0}, {"lowest": 0.1, "highest": 0.1}, {"highest": 2.0}, {"steps": 20}]
)
def test_a_range_without_a_curve_is_refused(options):
    with pytest.raises(ValueError, match="not valid;"):
        find_learning_rate(trainer(), **options)


@pytest.mark.parametrize("suggestion", [None, 3.2e-4])
def test_the_chart_is_valid_and_has_a_text_alternative(suggestion):
    rates = np.geomspace(1e-7, 1e-2, 60)
    losses = np.r_[np.full(30, 0.7), np.linspace(0.7, 0.2, 29), 1e9]
    drawn = RateSearch(rates, losses, losses, suggestion)._repr_html_()
    html = ET.fromstring(drawn)  # noqa: S314 - our own
    bars = [dict(part.split(":") for part in div.get("style").split(";"))
            for cell in html.iter("td") for div in cell]  # fmt: skip
    heights = np.array([float(bar["height"].removesuffix("px")) for bar in bars])
    assert len(heights) == len(rates)
    assert (np.diff(heights[30:59]) < 0).all()
    assert heights.max() == heights[-1] <= 124, "a loss that explodes does not flatten the rest"
    assert heights[0] > heights[58] + 50
    orange = [bar["background"] for bar in bars].count("rgb(238,130,28)")
    assert orange == (suggestion is not None)
    assert "from 1e-07 (left) to 1e-02 (right)" in drawn
    assert ("3.2e-04" in drawn) == (suggestion is not None)
