"""Every family of models: what it can do is right, and what it cannot is refused in a sentence."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
import torch

from bert_widgets import Trainer, attention_maps, attribute
from bert_widgets.explain import METHODS
from bert_widgets.model.classifier import BertClassifier
from bert_widgets.model.padding import _MASKING
from bert_widgets.model.word_embeddings import looks_up_words
from tests.families.capabilities import (
    ALL,
    NO_ATTENTION,
    NO_EXACT_RESUME,
    PADDING_MATTERS,
    QUICK,
    SCALE_IS_LOST,
    UNUSED,
    refused_methods,
)
from tests.families.models import family_classifier
from tests.families.table import PAGE, page
from tests.models import KINDS, tiny_classifier

pytestmark = pytest.mark.exhaustive

TEXTS = ["The film was not good", "The soup was so delightful, and I'd see it again!", "bad"]


def build(family):
    return tiny_classifier(family) if family in KINDS else family_classifier(family)


@pytest.mark.parametrize("family", ALL)
def test_a_text_is_predicted_in_a_batch_as_it_is_alone(family):
    clf = build(family)
    together = clf.predict(TEXTS).probabilities
    alone = [clf.predict(text).probabilities[0] for text in TEXTS]
    np.testing.assert_allclose(together, alone, atol=2e-5)
    assert clf.padded == (family not in PADDING_MATTERS)


def test_families_said_to_mask_their_padding_do(monkeypatch):
    monkeypatch.setattr("bert_widgets.model.padding._MASKING", frozenset())
    masking = {build(family).model.config.model_type for family in ALL if build(family).padded}
    assert masking >= _MASKING


@pytest.mark.parametrize("family", ALL)
def test_a_saved_model_is_loaded_as_it_was(family, tmp_path):
    clf = build(family)
    clf.save_pretrained(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = BertClassifier.from_pretrained(tmp_path)
    before, after = clf.predict(TEXTS).probabilities, loaded.predict(TEXTS).probabilities
    assert np.array_equal(before, after)


@pytest.mark.parametrize("family", ALL)
def test_training_moves_every_parameter_that_the_classifier_reads(family):
    clf = build(family)
    before = {name: weight.detach().clone() for name, weight in clf.model.named_parameters()}
    data = [(text, label) for text in TEXTS[:2] for label in ("negative", "positive")]
    options = {"epochs": 1, "precision": "fp32", "learning_rate": 1e-2, "warmup": 0.0}
    list(Trainer(clf, data, **options))
    still = [n for n, weight in clf.model.named_parameters() if torch.equal(weight, before[n])]
    unused = re.compile(UNUSED.get(family, "nothing"))
    assert [name for name in still if not unused.search(name)] == []


@pytest.mark.parametrize("family", ALL)
def test_a_resumed_training_is_the_same_as_one_without_a_break(family, tmp_path):
    options = {"epochs": 2, "precision": "fp32", "warmup": 0.0, "batch_tokens": 64}
    data = [(text, label) for text in TEXTS for label in ("negative", "positive")]
    whole = Trainer(build(family), data, **options)
    for _ in whole:
        pass
    broken = Trainer(build(family), data, folder=tmp_path, **options)
    next(iter(broken))
    broken.save()
    resumed = Trainer.resume(tmp_path)
    for _ in resumed:
        pass
    assert whole.progress.step == resumed.progress.step > 1
    expected, weights = read_weights(whole.clf), read_weights(resumed.clf)
    same = all(torch.equal(expected[name], weights[name]) for name in expected)
    assert same == (family not in NO_EXACT_RESUME)


def read_weights(clf):
    """Return the weights without the embedding of padding, which some families set to zero."""
    embeddings = clf.model.get_input_embeddings()
    with torch.no_grad():
        embeddings.weight[clf.tokenizer.pad_token_id] = 0
    return clf.model.state_dict()


@pytest.mark.parametrize("family", ALL)
def test_every_method_scores_words_or_is_refused(family):
    clf = build(family)
    whole = clf.predict(TEXTS[0])
    refusals = {}
    for method in QUICK:
        try:
            attribution = attribute(clf, TEXTS[0], method=method, samples=8)[0]
        except ValueError as error:
            refusals[method] = str(error)
            continue
        np.testing.assert_allclose(attribution.probabilities, whole.probabilities[0], atol=1e-4)
        assert np.isfinite(attribution.scores).all()
        if "completeness" in METHODS[method].promises:
            assert attribution.completeness_error < 0.05
        lost = method == "input_x_gradient" and family in SCALE_IS_LOST
        assert lost == (np.abs(attribution.scores).sum() < 1e-3), method
    assert set(refusals) == refused_methods(family)
    assert not any("\n" in refusal for refusal in refusals.values())


@pytest.mark.parametrize("family", ALL)
def test_attention_is_that_of_the_model_or_refused(family):
    clf = build(family)
    if family in NO_ATTENTION:
        with pytest.raises(ValueError, match="attention cannot be shown") as caught:
            attention_maps(clf, TEXTS[0])
        assert "\n" not in str(caught.value)
        return
    maps = attention_maps(clf, TEXTS[0])
    predicted = clf.predict(TEXTS[0]).probabilities[0]
    np.testing.assert_allclose(maps.probabilities, predicted, atol=1e-4)
    clf.model.set_attn_implementation("eager")
    with torch.no_grad():
        fields = clf.collate(clf.encode([TEXTS[0]]))
        attentions = clf.model(**fields, output_attentions=True).attentions
    for layer, weights in enumerate(attentions):
        for head in range(weights.shape[1]):
            shares = maps.weights[layer, head] / 255 * maps.scales[layer, head]
            np.testing.assert_allclose(shares, weights[0, head], atol=3e-3)


@pytest.mark.parametrize("family", ["bart", "mbart", "t5", "gemma3_text", "xlnet"])
def test_embeddings_are_known_where_their_rows_cannot_stand_for_them(family):
    assert not looks_up_words(build(family))
    assert looks_up_words(tiny_classifier("bert"))


def test_the_support_page_says_what_these_tests_assert():
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.families.table`"
