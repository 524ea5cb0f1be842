"""Attention times gradient and rollout against their formulas, with whole matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets.explain import attribute
from tests.models import KINDS, longformer_classifier, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
CHINESE = "这部电影不好看,演员太差了!"
METHODS = ["attention_x_gradient", "rollout"]


def sample(kind: str) -> str:
    return CHINESE if kind == "chinese" else TEXT


def scores(clf, texts, method, **options):
    return [a.token_scores for a in attribute(clf, texts, method=method, **options)]


def transformers_own(clf, text, pair=None):
    """Return logits (classes,) and each layer's weights (1, heads, n, n) by transformers."""
    clf.eval().model.set_attn_implementation("eager")
    inputs = clf.collate(clf.encode([text], None if pair is None else [pair]))
    output = clf.model(**inputs, output_attentions=True)
    return output.logits[0], output.attentions


def chefer(clf, text, target, pair=None):
    """Equations 5 and 6 of the paper: R + mean over heads of (gradient * A)+ times R, from I."""
    logits, attentions = transformers_own(clf, text, pair)
    gradients = torch.autograd.grad(logits[target], attentions)
    relevance = torch.eye(attentions[0].shape[-1])
    for weights, gradient in zip(attentions, gradients, strict=True):
        step = (gradient * weights)[0].clamp(min=0).mean(0).detach()
        relevance = relevance + step @ relevance
    return relevance


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pair", [None, "so bad"])
def test_attention_x_gradient_is_the_papers_row_of_the_first_token(kind, pair) -> None:
    clf, text = tiny_classifier(kind), sample(kind)
    for target in (0, 1):
        given_texts = text if pair is None else (text, pair)
        attribution = scores(clf, given_texts, "attention_x_gradient", target=target)[0]
        expected = chefer(clf, text, target, pair)[0].numpy()
        expected[0] -= 1  # what the first token has of itself from the start
        np.testing.assert_allclose(attribution, expected, rtol=1e-3, atol=1e-4 * expected.max())
        assert attribution.max() > 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pair", [None, "so bad"])
def test_rollout_is_the_product_of_the_layers_mixed_with_the_identity(kind, pair) -> None:
    clf, text = tiny_classifier(kind), sample(kind)
    attribution = scores(clf, text if pair is None else (text, pair), "rollout")[0]
    with torch.no_grad():
        _, attentions = transformers_own(clf, text, pair)
    mixed = [(weights[0].mean(0) + torch.eye(len(attribution))) / 2 for weights in attentions]
    np.testing.assert_allclose(attribution, torch.linalg.multi_dot(mixed[::-1])[0], atol=1e-5)


def test_for_a_mean_pooling_head_the_rows_are_averaged() -> None:
    clf = tiny_classifier("modernbert")
    clf.model.config.classifier_pooling = "mean"
    texts = [TEXT, "bad"]
    rolled, weighted = (scores(clf, texts, method, target=1) for method in METHODS[::-1])
    for text, rollout, relevance_scores in zip(texts, rolled, weighted, strict=True):
        relevance = chefer(clf, text, 1)
        expected = (relevance - torch.eye(len(relevance))).mean(0).numpy()
        np.testing.assert_allclose(
            relevance_scores, expected, rtol=1e-3, atol=1e-4 * expected.max()
        )
        with torch.no_grad():
            _, attentions = transformers_own(clf, text)
        first, second = ((w[0].mean(0) + torch.eye(len(rollout))) / 2 for w in attentions)
        np.testing.assert_allclose(rollout, (second @ first).mean(0), atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(
    kind=st.sampled_from(KINDS),
    words=st.lists(st.sampled_from(["bad", "gorgeous", "café", "🙂", "电影"]), max_size=12),
    target=st.integers(0, 1),
)
def test_scores_have_no_sign_and_those_of_rollout_add_up_to_one(kind, words, target) -> None:
    clf, text = tiny_classifier(kind), " ".join(["film", *words])
    rolled, weighted = (scores(clf, text, method, target=target)[0] for method in METHODS[::-1])
    assert rolled.sum() == pytest.approx(1, abs=1e-5)
    assert rolled.min() >= 0
    assert weighted.min() >= 0
    np.testing.assert_array_equal(rolled, scores(clf, text, "rollout", target=1 - target)[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS)
def test_a_text_has_the_same_scores_alone_and_in_a_batch(kind: str, method: str) -> None:
    clf = tiny_classifier(kind)
    texts = [sample(kind), "bad", "so good a film. " * 3]
    for text, attribution in zip(texts, scores(clf, texts, method, target=0), strict=True):
        alone = scores(clf, text, method, target=0)[0]
        np.testing.assert_allclose(attribution, alone, atol=1e-4 * alone.max())


@pytest.mark.parametrize("method", METHODS)
def test_a_model_whose_parameters_are_all_frozen_is_explained(method: str) -> None:
    clf = tiny_classifier("bert")
    before = scores(clf, TEXT, method, target=0)[0]
    clf.requires_grad_(False)  # noqa: FBT003
    np.testing.assert_allclose(scores(clf, TEXT, method, target=0)[0], before, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_a_model_without_weights_between_all_tokens_is_refused_in_one_sentence(method) -> None:
    clf = longformer_classifier()
    texts = ["good" + " bad" * count for count in range(8)]
    text = next(t for t in texts if len(clf.encode([t])[0]) % 8 == 0)  # others it pads inside
    with pytest.raises(ValueError, match=r"has no attention weights .*; use 'attnlrp' or"):
        attribute(clf, text, method=method)
