"""Every family of models: what it can do is right, and what it cannot is refused in a sentence."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from bert_widgets import Trainer, attention_maps, attribute
from bert_widgets.explain import METHODS
from bert_widgets.model.classifier import BertClassifier
from bert_widgets.model.padding import _MASKING
from bert_widgets.model.word_embeddings import looks_up_words
from tests.families.models import FAMILIES, family_classifier
from tests.models import KINDS, tiny_classifier

TEXTS = ["The film was not good", "The soup was so delightful, and I'd see it again!", "bad"]
ALL = (*KINDS, *FAMILIES)

NO_WORD_SCORES = {"bart", "mbart", "t5", "xlnet"}
"""Families that read their words more than once, or in another order."""
NO_ATTENTION = NO_WORD_SCORES | {
    "big_bird", "convbert", "deberta", "fnet", "funnel", "mpnet", "nystromformer", "rembert",
    "squeezebert",
}  # fmt: skip
PADDING_MATTERS = {"convbert", "fnet", "nystromformer", "xlnet"}
UNUSED = {"big_bird": "pooler", "xlnet": "mask_emb|r_s_bias|seg_embed"}
"""Parameters that a family's classifier does not read."""


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


@pytest.mark.parametrize("family", sorted(FAMILIES))
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
    allowed = UNUSED.get(family, "nothing").split("|")
    assert [name for name in still if not any(part in name for part in allowed)] == []


SLOW = {"exact_shapley", "shapley", "lime", "kernel_shap"}
QUICK = [name for name in METHODS if name not in SLOW]


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_method_scores_words_or_is_refused(family):
    clf = build(family)
    whole = clf.predict(TEXTS[0])
    for method in QUICK:
        try:
            attribution = attribute(clf, TEXTS[0], method=method, samples=8)[0]
        except ValueError as error:
            refusal = str(error)
        else:
            refusal = ""
            np.testing.assert_allclose(attribution.probabilities, whole.probabilities[0], atol=1e-4)
            assert np.isfinite(attribution.scores).all()
            if "completeness" in METHODS[method].promises:
                assert attribution.completeness_error < 0.05
        assert "\n" not in refusal
        if family in NO_WORD_SCORES:
            assert refusal, method
        elif method in ("integrated_gradients", "occlusion", "saliency"):
            assert not refusal, method
            assert np.abs(attribution.scores).sum() > 1e-3, method


@pytest.mark.parametrize("family", sorted(FAMILIES))
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
