from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from captum.attr import LayerIntegratedGradients
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForSequenceClassification, BertConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from bert_widgets.explain import attribute
from bert_widgets.explain.attribution.methods.quadrature import Focus, clenshaw_curtis, focus
from bert_widgets.explain.attribution.problem import completeness_error, embeddings_replaced
from bert_widgets.model.classifier import BertClassifier
from bert_widgets.model.forward import token_budget
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
CHINESE = "这部电影不好看,演员太差了!"


def sample(kind: str) -> str:
    return CHINESE if kind == "chinese" else TEXT


def relative(scores, expected) -> float:
    return float(np.linalg.norm(scores - expected) / np.linalg.norm(expected))


@pytest.mark.parametrize("intervals", [2, 4, 8, 16, 32, 64, 128])
def test_quadrature_integrates_polynomials_of_its_degree_exactly(intervals: int) -> None:
    nodes, weights = clenshaw_curtis(intervals)
    assert weights.min() > 0
    for degree in range(min(intervals, 24) + 1):
        assert weights @ np.array(nodes) ** degree == pytest.approx(1 / (degree + 1), abs=1e-14)


@pytest.mark.parametrize("intervals", [4, 8, 16, 32, 64])
def test_a_finer_rule_uses_the_nodes_of_the_coarser_one_again(intervals: int) -> None:
    assert clenshaw_curtis(2 * intervals)[0][::2] == clenshaw_curtis(intervals)[0]


@given(centre=st.floats(0, 1), width=st.floats(0.03, 0.2))
def test_a_focus_is_a_change_of_variable(centre: float, width: float) -> None:
    way, u = Focus(centre, width), np.linspace(0, 1, 2001)
    x = way.at(u)
    assert (x[0], x[-1]) == pytest.approx((0, 1), abs=1e-12)
    assert (np.diff(x) > 0).all()
    np.testing.assert_allclose(way.inverse(x), u, atol=1e-9)
    np.testing.assert_allclose(np.gradient(x, u)[1:-1], way.slope(u)[1:-1], rtol=1e-3)
    assert (np.diff(x)[np.abs(x[1:] - centre) < width / 2] < np.diff(x).max()).all()


@given(centre=st.floats(0.1, 0.9), width=st.floats(0.04, 0.08), sign=st.sampled_from([-1, 1]))
def test_a_focus_on_a_steep_step_needs_few_nodes(centre, width, sign) -> None:
    def step(x):
        return sign * np.tanh((x - centre) / width)

    def slope(x):
        return sign / np.cosh((x - centre) / width) ** 2 / width

    way = focus(step(np.linspace(0, 1, 9)))
    nodes, weights = clenshaw_curtis(16)
    u = np.array(nodes)
    integral, change = (weights * way.slope(u)) @ slope(way.at(u)), step(1.0) - step(0.0)
    # Without the change of variable the error is up to 0.3.
    assert abs(integral - change) < 0.01 * abs(change)


def test_intervals_without_a_visible_change_keep_a_share_of_the_nodes() -> None:
    values = np.cumsum([0, 0.064, 0, 0, 0, 0, 0, 1.063, 1.708])
    shares = np.diff(focus(values).inverse(np.linspace(0, 1, 9)))
    assert shares.min() > 0.03
    assert shares.argmax() >= 6  # most nodes are still where the change is


@given(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=9), st.floats(-5, 5, width=32))
def test_completeness_error_is_the_missing_share_of_the_absolute_scores(scores, missing) -> None:
    array = np.array(scores)
    error = completeness_error(array, array.sum() + missing)
    size = np.abs(array).sum()
    if size > 1e-3:
        assert error == pytest.approx(abs(missing) / size, abs=1e-9)
    assert np.isfinite(error)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_add_up_to_the_change_of_the_logit(kind: str) -> None:
    clf = tiny_classifier(kind)
    attribution = attribute(clf, sample(kind), tolerance=0.01)[0]
    assert attribution.completeness_error < 0.01
    inputs = clf.collate(clf.encode([sample(kind)]))
    baseline = inputs | {"input_ids": inputs["input_ids"].clone()}
    baseline["input_ids"][0, 1:-1] = clf.tokenizer.pad_token_id
    embeddings = clf.model.get_input_embeddings()
    with torch.no_grad():
        at_text = clf(**inputs)
        with embeddings_replaced(clf, embeddings(baseline["input_ids"])):
            at_baseline = clf(**inputs)
    change = (at_text - at_baseline)[0, clf.labels.index(attribution.target)].item()
    assert attribution.difference == pytest.approx(change, abs=1e-4)
    size = np.abs(attribution.token_scores).sum()
    assert abs(attribution.token_scores.sum() - change) / size < 0.0101


@pytest.mark.parametrize("kind", KINDS)
def test_scores_agree_with_captum(kind: str) -> None:
    clf = tiny_classifier(kind)
    attribution = attribute(clf, sample(kind), target=0, tolerance=1e-4, precision="fp32")[0]
    inputs = clf.collate(clf.encode([sample(kind)]))
    ids = inputs.pop("input_ids")
    baseline = ids.clone()
    baseline[0, 1:-1] = clf.tokenizer.pad_token_id
    reference = LayerIntegratedGradients(
        lambda ids: clf(input_ids=ids, **{k: v.expand_as(ids) for k, v in inputs.items()}),
        clf.model.get_input_embeddings(),
    ).attribute(ids, baselines=baseline, target=0, n_steps=300)
    # The ReLU in DistilBERT's head puts kinks into the line, where any quadrature converges slowly.
    bound = 0.05 if kind == "distilbert" else 0.005
    assert relative(attribution.token_scores, reference.sum(-1)[0].detach().numpy()) < bound


@pytest.mark.parametrize("layer", [0, 1])
def test_scores_of_a_layer_agree_with_captum(layer: int) -> None:
    clf = tiny_classifier("bert")
    attribution = attribute(clf, TEXT, target=0, layer=layer, tolerance=1e-4)[0]
    inputs = clf.collate(clf.encode([TEXT]))
    ids = inputs.pop("input_ids")
    baseline = ids.clone()
    baseline[0, 1:-1] = clf.tokenizer.pad_token_id
    reference = LayerIntegratedGradients(
        lambda ids: clf(input_ids=ids, **{k: v.expand_as(ids) for k, v in inputs.items()}),
        clf.model.bert.encoder.layer[layer],
    ).attribute(ids, baselines=baseline, target=0, n_steps=300)
    assert attribution.layer == layer
    assert relative(attribution.token_scores, reference.sum(-1)[0].detach().numpy()) < 0.005


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", [0, 1])
def test_scores_of_a_layer_add_up_to_the_same_change(kind: str, layer: int) -> None:
    clf = tiny_classifier(kind)
    words = attribute(clf, sample(kind), tolerance=1e-4)[0]
    attribution = attribute(clf, [sample(kind), sample(kind) * 2], layer=layer)[0]
    assert attribution.difference == pytest.approx(words.difference, abs=1e-4)
    assert attribution.completeness_error < 0.01
    assert not np.allclose(attribution.token_scores, words.token_scores, atol=1e-3)
    alone = attribute(clf, sample(kind), layer=layer)[0]
    np.testing.assert_allclose(attribution.token_scores, alone.token_scores, atol=0.02)


def test_the_convolution_of_deberta_is_part_of_its_first_layer() -> None:
    plain = tiny_classifier("deberta-v2")
    config = copy.deepcopy(plain.model.config)
    config.conv_kernel_size, config.conv_act = 3, "gelu"
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(config)
    for parameter in model.parameters():
        parameter.data += 0.2 * torch.randn(parameter.shape)
    attribution = attribute(BertClassifier(model, plain.tokenizer), TEXT, layer=0)[0]
    assert attribution.completeness_error < 0.01


@pytest.mark.parametrize("kind", ["bert", "electra", "modernbert", "deberta-v2"])
def test_bfloat16_stays_close_to_float32(kind: str) -> None:
    clf = tiny_classifier(kind)
    texts = [sample(kind), "delightful soup, gorgeous story!", "so boring and bad"]
    exact = attribute(clf, texts, tolerance=1e-4)
    for rough, fine in zip(attribute(clf, texts, precision="bf16"), exact, strict=True):
        assert rough.completeness_error < 0.01
        assert rough.difference == pytest.approx(fine.difference, abs=1e-4)
        assert relative(rough.token_scores, fine.token_scores) < 0.05


def test_scores_at_the_default_tolerance_are_accurate() -> None:
    texts = [TEXT, "so boring and bad", "delightful soup, gorgeous story!", "I'd see it again"]
    for kind in ("bert", "electra", "deberta-v2", "modernbert"):
        clf = tiny_classifier(kind)
        exact = attribute(clf, texts, tolerance=1e-6)
        for rough, fine in zip(attribute(clf, texts), exact, strict=True):
            assert relative(rough.token_scores, fine.token_scores) < 0.03


def test_a_text_that_cannot_reach_the_tolerance_states_the_error_it_has() -> None:
    attribution = attribute(tiny_classifier("bert"), TEXT, tolerance=1e-12)[0]
    size = np.abs(attribution.token_scores).sum(dtype=np.float64)
    missing = abs(attribution.token_scores.sum(dtype=np.float64) - attribution.difference)
    assert attribution.completeness_error == pytest.approx(missing / size)
    assert attribution.completeness_error > 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_the_baseline_itself_scores_zero(kind: str) -> None:
    clf = tiny_classifier(kind)
    attribution = attribute(clf, clf.tokenizer.pad_token * 3)[0]
    assert not attribution.token_scores.any()
    assert (attribution.completeness_error, attribution.difference) == (0.0, 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_replaced_embeddings_keep_positions_where_a_text_spells_the_padding_token(
    kind: str,
) -> None:
    clf = tiny_classifier(kind)
    inputs = clf.collate(clf.encode([f"bad {clf.tokenizer.pad_token} film"]))
    embeddings = clf.model.get_input_embeddings()(inputs["input_ids"])
    with torch.no_grad(), embeddings_replaced(clf, embeddings):
        replaced = clf(**inputs)
    torch.testing.assert_close(replaced, clf(**inputs), rtol=0, atol=0)


def test_batches_mix_texts_and_nodes_within_the_budget_of_tokens() -> None:
    clf = tiny_classifier("distilbert")
    shapes = []

    def note(_module, _args, inputs) -> None:
        shapes.append(tuple(inputs["input_ids"].shape))

    clf.model.register_forward_pre_hook(note, with_kwargs=True)
    attribute(clf, [TEXT, TEXT * 2, "bad"], tolerance=1e-12, precision="fp32")
    assert max(rows * length for rows, length in shapes) <= token_budget._CPU_TOKENS
    prediction, *rest = [rows for rows, _ in shapes]
    assert (prediction, sum(rest)) == (3, 3 * (129 + 7))  # 7 evaluations between the ends
    assert max(rest) > 9


def test_gradients_of_parameters_are_not_computed() -> None:
    clf = tiny_classifier("bert")
    for name, parameter in clf.named_parameters():
        parameter.requires_grad_("query" in name)
    attribute(clf, TEXT)
    for name, parameter in clf.named_parameters():
        assert parameter.grad is None
        assert parameter.requires_grad == ("query" in name)


class Additive(PreTrainedModel):
    """Each token adds a function of its embedding to the logits; it depends on the position."""

    config_class = BertConfig

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        generator = torch.Generator().manual_seed(0)
        self.shape = torch.nn.Identity()
        self.words = torch.nn.Embedding(config.vocab_size, 8)
        self.words.weight.data = torch.randn(config.vocab_size, 8, generator=generator)
        self.readout = torch.nn.Parameter(torch.randn(64, 8, 2, generator=generator))
        self.post_init()

    def _init_weights(self, module: torch.nn.Module) -> None:
        pass

    def get_input_embeddings(self) -> torch.nn.Module:
        return self.words

    def forward(self, input_ids, attention_mask, token_type_ids) -> SequenceClassifierOutput:
        here = self.readout[: input_ids.shape[1]]
        read = self.shape(torch.einsum("bnw,nwc->bnc", self.words(input_ids), here))
        return SequenceClassifierOutput(logits=(read * attention_mask[:, :, None]).sum(1))


def additive_classifier() -> BertClassifier:
    tokenizer = tiny_classifier("bert").tokenizer
    model = Additive(BertConfig(vocab_size=len(tokenizer), num_labels=2))
    return BertClassifier(model, tokenizer)


@settings(deadline=None, max_examples=25)
@given(
    texts=st.lists(st.text("abdeginotw !,", max_size=40).map("a".__add__), min_size=1, max_size=4),
    target=st.integers(0, 1),
    tolerance=st.sampled_from([1e-4, 1e-2, 1e6]),
)
def test_on_a_linear_model_scores_are_weights_times_change(texts, target, tolerance) -> None:
    clf = additive_classifier()
    table, readout = clf.model.words.weight.detach(), clf.model.readout.detach()[:, :, target]
    complete = attribute(clf, texts, target=target, tolerance=tolerance, precision="fp32")
    simple = attribute(clf, texts, target=target, method="input_x_gradient")
    for encoding, attribution, product in zip(clf.encode(texts), complete, simple, strict=True):
        inside = torch.from_numpy(encoding.segments >= 0)[:, None]
        end = table[encoding.input_ids]
        change = (end - table[clf.tokenizer.pad_token_id]) * inside
        weights = readout[: len(encoding)]
        np.testing.assert_allclose(attribution.token_scores, (change * weights).sum(1), atol=2e-5)
        np.testing.assert_allclose(product.token_scores, (end * weights).sum(1), atol=2e-5)


def test_errors_that_cancel_do_not_pass_for_completeness() -> None:
    clf = additive_classifier()
    clf.model.shape = torch.nn.Tanh()
    clf.model.readout.data[1] *= 6  # a step that is too steep for nine nodes
    clf.model.readout.data[2] = -clf.model.readout[1]
    attribution = attribute(clf, "bad bad", target=0, precision="fp32")[0]
    _, first, second, _ = attribution.token_scores
    assert first == pytest.approx(-second)
    assert attribution.difference == pytest.approx(0, abs=1e-6)
    table, readout = clf.model.words.weight.detach(), clf.model.readout.detach()[1, :, 0]
    ids = clf.encode(["bad"])[0].input_ids
    ends = clf.model.shape(table[[clf.tokenizer.pad_token_id, ids[1]]] @ readout)
    assert first == pytest.approx((ends[1] - ends[0]).item(), rel=0.03)
