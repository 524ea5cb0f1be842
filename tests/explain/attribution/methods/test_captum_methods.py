from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from captum.attr import DeepLift, KernelShap
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from torch import nn

from bert_widgets.explain import attribute
from bert_widgets.explain.attribution.methods.captum_methods import deeplift
from bert_widgets.explain.attribution.methods.perturbation import coalition_values
from bert_widgets.explain.attribution.methods.shapley import _all_coalitions
from bert_widgets.explain.attribution.options import AttributionOptions
from bert_widgets.explain.attribution.problem import Problem
from bert_widgets.explain.attribution.targets import Target
from tests.explain.attribution.methods.toys import linear_scores, toy_classifier
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
SHORT = "The film wasn't unwatchable soup"
SAMPLED = ("kernel_shap", "lime")


def problem_of(clf, text: str, target: int = 1, **options) -> Problem:
    encoding = clf.encode([text])[0]
    return Problem(
        clf=clf,
        encodings=[encoding],
        targets=[Target(target)],
        units=[encoding.words],
        options=AttributionOptions(**options),
    )


@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v2"])
def test_kernel_shap_is_captums_with_words_as_feature_mask(kind: str) -> None:
    clf = tiny_classifier(kind)
    attribution = attribute(clf, TEXT, method="kernel_shap", target=1, samples=60, seed=3)[0]
    problem = problem_of(clf, TEXT, seed=3)
    inputs = problem.inputs([0])

    def forward(embeddings: torch.Tensor) -> torch.Tensor:
        return problem.values(problem.inputs([0] * len(embeddings)), embeddings)

    # A special token is its own baseline, so it does not matter which word it goes with.
    words = torch.from_numpy(problem.units[0].of_token).long().clamp_min(0)[None, :, None]
    torch.manual_seed(int(problem.random(0).integers(2**62)))
    with torch.no_grad():
        captum = KernelShap(forward).attribute(
            inputs.text,
            baselines=inputs.baseline,
            feature_mask=words.expand_as(inputs.text),
            n_samples=60,
            perturbations_per_eval=20,
            return_input_shape=False,
        )
    np.testing.assert_allclose(attribution.scores, captum[0].numpy(), atol=1e-3)


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_kernel_shap_approximates_the_exact_values(kind: str) -> None:
    clf = tiny_classifier(kind)
    text = "这电影不好" if kind == "chinese" else SHORT
    exact = attribute(clf, text, method="exact_shapley")[0]
    attribution = attribute(clf, text, method="kernel_shap", samples=2000)[0]
    assert np.linalg.norm(attribution.scores - exact.scores) < 0.2 * np.linalg.norm(exact.scores)
    assert attribution.completeness_error < 1e-3
    assert attribution.difference == pytest.approx(exact.difference, abs=1e-4)


@pytest.mark.exhaustive
@pytest.mark.parametrize("output", ["logit", "probability"])
@pytest.mark.parametrize("kind", ["bert", "albert", "modernbert"])
def test_lime_approximates_the_regression_on_all_sets_of_words(kind: str, output: str) -> None:
    clf = tiny_classifier(kind)
    samples = 3000
    attribution = attribute(
        clf, SHORT, method="lime", target=1, output=output, baseline="mask", samples=samples
    )[0]
    encoding = clf.encode([SHORT])[0]
    sets = _all_coalitions(len(encoding.words))
    texts = np.where(
        (encoding.words.of_token >= 0) & ~sets[:, encoding.words.of_token],
        clf.tokenizer.mask_token_id,
        encoding.input_ids,
    )
    fields = clf.collate([encoding] * len(sets)) | {"input_ids": torch.from_numpy(texts)}
    with torch.inference_mode():
        logits = clf(**fields)
        values = (logits if output == "logit" else logits.softmax(1))[:, 1].numpy()
    distance = 1 - np.sqrt(sets.mean(1))  # the cosine to the set of all words
    weights = np.exp(-(distance**2) / (2 * 0.25**2)) * samples / len(sets)
    expected = Ridge(alpha=1.0).fit(sets, values, sample_weight=weights).coef_
    assert np.linalg.norm(attribution.scores - expected) < 0.2 * np.linalg.norm(expected)


@settings(deadline=None, max_examples=10)
@given(
    words=st.lists(st.sampled_from(["film", "bad", "so", "good", "soup"]), min_size=1, max_size=10)
)
def test_kernel_shap_on_a_linear_model_is_weight_times_change(words) -> None:
    clf, text = toy_classifier(), " ".join(words)
    attribution = attribute(clf, text, method="kernel_shap", target=1)[0]
    np.testing.assert_allclose(attribution.scores, linear_scores(clf, text, 1), atol=0.01)


@pytest.mark.parametrize("method", SAMPLED)
def test_the_seed_decides_and_global_random_state_is_unchanged(method: str) -> None:
    clf = tiny_classifier("bert")
    before = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    first, again, other = (
        attribute(clf, TEXT, method=method, samples=40, seed=seed)[0] for seed in (1, 1, 2)
    )
    after = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]
    np.testing.assert_array_equal(first.scores, again.scores)
    assert not np.allclose(first.scores, other.scores, atol=1e-4)


@pytest.mark.parametrize("method", SAMPLED)
@pytest.mark.parametrize("kind", KINDS)
def test_scores_do_not_depend_on_the_batch_and_special_tokens_have_none(kind, method) -> None:
    clf = tiny_classifier(kind)
    texts = [SHORT, f"{SHORT} {TEXT}", ("bad", "good soup")]
    options = {"method": method, "samples": 60, "target": 0}
    for text, attribution in zip(
        texts,
        [*attribute(clf, texts[:2], **options), *attribute(clf, texts[2:], **options)],
        strict=True,
    ):
        alone = attribute(clf, text, **options)[0]
        np.testing.assert_allclose(attribution.token_scores, alone.token_scores, atol=2e-3)
        assert not attribution.token_scores[attribution.token_segments < 0].any()
        assert np.abs(attribution.scores).max() > 0.01


def test_the_score_of_a_single_word_is_the_difference() -> None:
    clf = tiny_classifier("bert")
    scores = [
        attribute(clf, "unwatchable", method=method, target=0)[0].scores
        for method in ("exact_shapley", *SAMPLED)
    ]
    assert abs(scores[0][0]) > 0.05
    np.testing.assert_allclose(scores[1:], [scores[0]] * 2, atol=1e-5)


@settings(deadline=None, max_examples=15)
@given(
    words=st.lists(st.sampled_from(["film", "bad", "so", "good"]), min_size=1, max_size=8),
    shape=st.sampled_from([nn.Tanh, nn.ReLU, nn.Sigmoid, nn.Identity]),
    target=st.integers(0, 1),
)
def test_deeplift_is_the_rescale_rule_and_adds_up(words, shape, target) -> None:
    clf = toy_classifier(shape())
    problem = problem_of(clf, " ".join(words), target)
    result = deeplift(problem)[0]
    inputs = problem.inputs([0])
    with torch.no_grad():
        end, start = inputs.text[0].sum(0), inputs.baseline[0].sum(0)
        slopes = (clf.model.shape(end) - clf.model.shape(start)) / (end - start)
        slopes = torch.where((end - start).abs() < 1e-6, 0.0, slopes)
        carried = slopes * clf.model.readout.weight[target]
        expected = (inputs.text - inputs.baseline)[0] @ carried
    np.testing.assert_allclose(result.tokens, expected, atol=1e-4)
    assert result.tokens.sum() == pytest.approx(result.difference, abs=1e-4)
    ends = coalition_values(problem, [0], [_all_coalitions(len(problem.units[0]))[[0, -1]]])[0]
    assert result.difference == pytest.approx(ends[1] - ends[0], abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_deeplift_refuses_what_captum_has_no_rule_for(kind: str) -> None:
    clf = tiny_classifier(kind)
    sentence = (
        r"^DeepLift has no rule for .*LayerNorm.* in \w+, .*; use 'integrated_gradients'.*\.$"
    )
    with pytest.raises(ValueError, match=sentence):
        attribute(clf, TEXT, method="deeplift")


def test_deeplift_would_be_wrong_for_the_refused_models() -> None:
    clf = tiny_classifier("bert")
    problem = problem_of(clf, TEXT)
    inputs = problem.inputs([0])

    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = clf.model

        def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
            return problem.values(problem.inputs([0] * len(embeddings)), embeddings)

    inputs.text.requires_grad_()
    with pytest.warns(UserWarning, match="Setting forward, backward hooks"):
        captum = DeepLift(Whole()).attribute(inputs.text, inputs.baseline).detach()
    with torch.no_grad():
        difference = problem.values(inputs, inputs.text) - problem.values(inputs, inputs.baseline)
    missing = float((captum.sum() - difference).abs())
    assert missing > 0.05 * float(captum.sum(-1).abs().sum())


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_no_hook_stays_after_deeplift(error) -> None:
    clf = toy_classifier(nn.Tanh())
    problem = problem_of(clf, "so bad")
    fails = []

    def fail(*_args) -> None:
        if fails:
            raise fails[0]

    hook = clf.model.readout.register_forward_hook(fail)
    deeplift(problem)
    fails.append(error)
    with pytest.raises(error):
        deeplift(problem)
    hook.remove()
    for module in clf.model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
        assert not module._backward_hooks
        assert not hasattr(module, "input")
