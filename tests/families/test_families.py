"""Every family of models: what is supported is correct, and the rest is refused in a sentence."""

from __future__ import annotations

import copy
import functools
import re
import warnings

import numpy as np
import peft
import pytest
import torch

from bert_widgets import Trainer, attention_maps, attribute
from bert_widgets.explain import METHODS
from bert_widgets.model.classifier import BertClassifier
from bert_widgets.model.forward.padding import _MASKING
from bert_widgets.model.layers import layer_modules
from bert_widgets.model.word_embeddings import looks_up_words
from tests.families.capabilities import (
    ALL,
    NO_ADAPTERS,
    NO_ATTENTION,
    NO_CHECKPOINTING,
    NO_LAYERS,
    NO_WORD_SCORES,
    PADDING_MATTERS,
    UNUSED,
    refused_methods,
)
from tests.families.models import family_classifier
from tests.families.table import PAGE, page
from tests.model.test_peft import with_adapter
from tests.models import KINDS, tiny_classifier

pytestmark = pytest.mark.exhaustive

TEXTS = ["The film was not good", "The soup was so delightful, and I'd see it again!", "bad"]
DATA = [(text, label) for text in TEXTS for label in ("negative", "positive")]


def build(family):
    return copy.deepcopy(_built(family))


@functools.cache
def _built(family):
    return tiny_classifier(family) if family in KINDS else family_classifier(family)


@pytest.mark.parametrize("family", ALL)
def test_a_text_is_predicted_in_a_batch_as_it_is_alone(family):
    clf = build(family)
    together = clf.predict(TEXTS).probabilities
    alone = [clf.predict(text).probabilities[0] for text in TEXTS]
    np.testing.assert_allclose(together, alone, atol=2e-5)
    assert clf.padded == (family not in PADDING_MATTERS)


def test_families_listed_as_masking_their_padding_do(monkeypatch):
    monkeypatch.setattr("bert_widgets.model.forward.padding._MASKING", frozenset())
    masking = {build(family).model.config.model_type for family in ALL if build(family).padded}
    assert masking >= _MASKING


@pytest.mark.parametrize("family", ALL)
def test_a_saved_model_is_loaded_unchanged(family, tmp_path):
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
    options = {"epochs": 1, "precision": "fp32", "learning_rate": 1e-2, "warmup": 0.0}
    list(Trainer(clf, DATA[:4], **options))
    still = [n for n, weight in clf.model.named_parameters() if torch.equal(weight, before[n])]
    unused = re.compile(UNUSED.get(family, "nothing"))
    assert [name for name in still if not unused.search(name)] == []


@pytest.mark.parametrize("family", ALL)
def test_a_resumed_training_is_the_same_as_one_without_a_break(family, tmp_path):
    options = {"epochs": 2, "precision": "fp32", "warmup": 0.0, "batch_tokens": 64}
    whole = Trainer(build(family), DATA, **options)
    for _ in whole:
        pass
    broken = Trainer(build(family), DATA, folder=tmp_path, **options)
    next(iter(broken))
    broken.save()
    resumed = Trainer.resume(tmp_path)
    for _ in resumed:
        pass
    assert whole.progress.step == resumed.progress.step > 1
    expected, weights = read_weights(whole.clf), read_weights(resumed.clf)
    same = all(torch.equal(expected[name], weights[name]) for name in expected)
    assert same


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
    refusals, sums = {}, {}
    for method in METHODS:
        try:
            attribution, again = (
                attribute(clf, TEXTS[0], method=method, samples=20)[0] for _ in range(2)
            )
        except ValueError as error:
            refusals[method] = str(error)
            continue
        np.testing.assert_allclose(attribution.probabilities, whole.probabilities[0], atol=1e-4)
        np.testing.assert_array_equal(attribution.scores, again.scores)
        assert np.isfinite(attribution.scores).all()
        assert np.abs(attribution.scores).sum() > 1e-3, method
        if "completeness" in METHODS[method].promises:
            assert attribution.completeness_error < 0.05
            sums[method] = attribution.difference
    assert set(refusals) == refused_methods(family)
    assert not any("\n" in refusal for refusal in refusals.values())
    # They all add up to the prediction's difference from that for a text of padding.
    np.testing.assert_allclose(list(sums.values()), sums.get("shapley", 0), atol=1e-2)


@pytest.mark.parametrize("family", ALL)
def test_the_output_of_a_layer_is_scored_or_refused(family):
    clf = build(family)
    options = {"method": "saliency", "layer": 0, "target": 1}
    if family in NO_LAYERS:
        with pytest.raises(ValueError, match=r"cannot be scored; use [^\n]*\.$"):
            attribute(clf, TEXTS[0], **options)
        return
    scores = attribute(clf, TEXTS[0], **options)[0].token_scores
    clf.model.set_attn_implementation("eager")  # SDPA may leave the cap of Gemma 2 out
    outputs = clf.model(**clf.collate(clf.encode([TEXTS[0]])), output_hidden_states=True)
    (gradient,) = torch.autograd.grad(outputs.logits[0, 1], outputs.hidden_states[1])
    np.testing.assert_allclose(scores, gradient[0].norm(dim=-1), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("family", ALL)
def test_gradient_checkpointing_changes_nothing_or_is_refused(family):
    plain, clf = build(family), build(family)
    with warnings.catch_warnings():  # later versions have another name
        warnings.simplefilter("ignore", FutureWarning)
        if family in NO_CHECKPOINTING:
            with pytest.raises(ValueError, match="does not support"):
                clf.model.gradient_checkpointing_enable()
            return
        clf.model.gradient_checkpointing_enable()
    # The faster forward pass draws other dropout.
    plain.model.get_submodule(layer_path(plain)).register_forward_hook(lambda *_: None)
    for trained in (plain, clf):
        list(Trainer(trained, DATA, epochs=1, precision="fp32", warmup=0.0))
    for (name, weight), other in zip(
        clf.model.named_parameters(), plain.model.parameters(), strict=True
    ):
        torch.testing.assert_close(weight, other, rtol=0, atol=1e-6, msg=name)


def layer_path(clf):
    """Return the name of a module inside the model's layers."""
    module = layer_modules(clf.model)[0]
    return next(name for name, other in clf.model.named_modules() if other is module)


@pytest.mark.parametrize("family", ALL)
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_an_adapter_is_trained_saved_and_resumed_with_the_head(family, tmp_path):
    if family in NO_ADAPTERS:
        with pytest.raises(ValueError, match="No modules were targeted"):
            with_adapter(family, plain=build(family))
        return
    clf, broken, fresh = (with_adapter(family, plain=build(family)) for _ in range(3))
    before = clf.predict(TEXTS).probabilities
    assert not np.allclose(before, build(family).predict(TEXTS).probabilities, atol=1e-3)
    merged = clf.merged()
    np.testing.assert_allclose(merged.predict(TEXTS).probabilities, before, atol=1e-4)
    if family not in NO_WORD_SCORES:
        scores = [attribute(c, TEXTS[0], method="saliency")[0].scores for c in (clf, merged)]
        np.testing.assert_allclose(*scores, rtol=1e-3, atol=1e-4)

    first = {name: weight.clone() for name, weight in clf.model.state_dict().items()}
    options = {"epochs": 1, "precision": "fp32", "batch_tokens": 40, "learning_rate": 1e-2}
    assert len(list(Trainer(clf, DATA, **options))) > 1
    unused = re.compile(UNUSED.get(family, "nothing"))
    moved = {n for n, w in clf.model.state_dict().items() if not torch.equal(w, first[n])}
    trained = {n for n in first if ".lora_" in n or ".modules_to_save." in n}
    assert moved <= trained
    assert [name for name in trained - moved if not unused.search(name)] == []

    trainer = Trainer(broken, DATA, folder=tmp_path / "run", **options)
    next(iter(trainer))
    trainer.save()
    list(Trainer.resume(tmp_path / "run", clf=fresh))
    for name, weight in clf.model.state_dict().items():
        assert torch.equal(weight, fresh.model.state_dict()[name]), name

    clf.save_pretrained(tmp_path / "adapter")
    model = peft.PeftModelForSequenceClassification.from_pretrained(
        build(family).model, tmp_path / "adapter"
    )
    loaded = BertClassifier(model, clf.tokenizer)
    probabilities = [c.predict(TEXTS).probabilities for c in (clf, loaded)]
    np.testing.assert_allclose(*probabilities, atol=1e-5)


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
