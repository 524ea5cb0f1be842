"""AttnLRP against rules written out, message by message, and against conservation."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode
from transformers import AutoConfig, AutoModelForSequenceClassification
from transformers.activations import ACT2FN, GELUActivation

from bert_widgets.explain import attribute
from bert_widgets.explain.attribution.methods import attnlrp
from bert_widgets.explain.attribution.options import AttributionOptions
from bert_widgets.explain.attribution.problem import Problem
from bert_widgets.explain.attribution.targets import Target
from bert_widgets.explain.attribution.units import units
from bert_widgets.model.classifier import BertClassifier
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
CHINESE = "这部电影不好看,演员太差了!"


def sample(kind: str) -> str:
    return CHINESE if kind == "chinese" else TEXT


def scores(clf, texts, **options):
    return [a.token_scores for a in attribute(clf, texts, method="attnlrp", **options)]


OTHERS = {
    # writes its layer norms out in Python
    "deberta": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "type_vocab_size": 0},
    # root mean squares in the place of layer norms, gates, and keys shared by heads
    "eurobert": {"num_key_value_heads": 2, "head_dim": 8},
}


def built(kind: str) -> BertClassifier:
    if kind in KINDS:
        return tiny_classifier(kind)
    tokenizer = tiny_classifier("bert").tokenizer
    sizes = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 64,
    }
    ids = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    config = AutoConfig.for_model(kind, **sizes | OTHERS[kind] | ids)
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(config)
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return BertClassifier(model, tokenizer)


def without_biases(clf: BertClassifier) -> BertClassifier:
    """Set all biases to zero, so that only the words can change a logit."""
    for name, parameter in clf.model.named_parameters():
        adds = name.endswith("bias") or "position_embeddings" in name or "token_type" in name
        if adds:
            torch.nn.init.zeros_(parameter)
    return clf


class Softmaxes(TorchFunctionMode):
    """Keeps what each softmax of the attention takes and gives."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[torch.Tensor] = []
        self.given: list[torch.Tensor] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **kwargs or {})
        if getattr(func, "__name__", "") == "softmax":
            self.taken.append(args[0])
            self.given.append(result)
        return result


def relevance_and_value(clf: BertClassifier, text: str) -> tuple[float, float, float]:
    """Return what the words have, what the softmaxes keep, and the second logit."""
    clf.eval().model.set_attn_implementation("eager")
    encodings = clf.encode([text])
    problem = Problem(
        clf=clf,
        encodings=encodings,
        targets=[Target(1)],
        units=[units(encodings[0], "words")],
        options=AttributionOptions(baseline="zero"),
    )
    inputs = problem.inputs([0])
    states, softmaxes = inputs.text.detach().requires_grad_(), Softmaxes()
    ruled = attnlrp._frozen(clf.model), attnlrp._written_out_activations(clf.model)
    with ruled[0], ruled[1], attnlrp._Rules(), softmaxes:
        value = problem.values(inputs, states)
    held = [states, *softmaxes.taken, *softmaxes.given]
    gradients = torch.autograd.grad(value.sum(), held)
    words, *rest = [
        (gradient * tensor.masked_fill(tensor < -1e30, 0)).sum().item()
        for gradient, tensor in zip(gradients, held, strict=True)
    ]
    return words, sum(rest[2:]) - sum(rest[:2]), value.item()


@pytest.mark.parametrize("kind", [*KINDS, *OTHERS])
def test_without_biases_relevance_adds_up_to_the_logit(kind: str) -> None:
    """The paper's rule lets each softmax keep what its linearisation leaves over."""
    clf = without_biases(built(kind))
    words, unpropagated, value = relevance_and_value(clf, sample(kind))
    assert abs(unpropagated) > 1e-4
    assert words + unpropagated == pytest.approx(
        value, rel=1e-4, abs=1e-5 * (abs(words) + abs(unpropagated))
    )
    assert words == pytest.approx(scores(clf, sample(kind), target=1)[0].sum(), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("kind", ["bert", "modernbert"])
@pytest.mark.parametrize(
    "name",
    [
        "gelu_new",
        "gelu_python",
        "gelu_pytorch_tanh",
        "mish",
        "quick_gelu",
        "relu",
        "relu2",
        "silu",
        "swish",
    ],
)
def test_no_activation_loses_relevance(name: str, kind: str) -> None:
    clf = without_biases(tiny_classifier(kind))
    for module in clf.model.modules():
        for place, child in module.named_children():
            if isinstance(child, GELUActivation):
                setattr(module, place, ACT2FN[name])
    words, unpropagated, value = relevance_and_value(clf, TEXT)
    assert words + unpropagated == pytest.approx(
        value, rel=1e-4, abs=1e-5 * (abs(words) + abs(unpropagated))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_relevance_at_the_last_layer_adds_up_to_the_logit(kind: str) -> None:
    clf = without_biases(tiny_classifier(kind))
    with torch.no_grad():
        logits = clf.eval()(**clf.collate(clf.encode([sample(kind)])))[0]
    for target, logit in enumerate(logits.tolist()):
        attribution = scores(clf, sample(kind), target=target, layer=1)[0]
        assert attribution.sum() == pytest.approx(logit, rel=1e-4, abs=1e-5)


def epsilon_rule(inputs, weight, bias, relevance):
    """Propagate relevance (.., outputs) of a linear map to its inputs, with epsilon 0."""
    messages = inputs[..., None, :] * weight
    outputs = messages.sum(-1) + bias
    return (messages * (relevance / outputs)[..., None]).sum(-2)


def back(linear, inputs, relevance):
    return epsilon_rule(inputs, linear.weight, linear.bias, relevance)


def layer_norm(module, states):
    """Return a layer norm's output and the linear map (tokens, width, width) it is in this text."""
    deviation = (states.var(-1, correction=0) + module.eps).sqrt()
    width = states.shape[-1]
    centring = torch.eye(width, dtype=states.dtype) - 1 / width
    weight = module.weight[:, None] * centring / deviation[:, None, None]
    return (weight @ states[..., None]).squeeze(-1) + module.bias, weight


def through_attention(attention, before, heads):
    """Return the attention's output, and how relevance of it becomes relevance of its input."""

    def by_head(states):
        return states.view(len(states), heads, -1).transpose(0, 1)

    def joined(states):
        return states.transpose(0, 1).reshape(before.shape)

    linears = (attention.self.query, attention.self.key, attention.self.value)
    q, k, v = (by_head(linear(before)) for linear in linears)
    logits = q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
    weights = logits.softmax(-1)
    context = weights @ v

    def relevance_of_input(relevance):
        relevance = back(attention.output.dense, joined(context), relevance)
        share = by_head(relevance) / context / 2
        of_weights = weights * (share @ v.transpose(1, 2))
        of_v = v * (weights.transpose(1, 2) @ share)
        of_logits = logits * (of_weights - weights * of_weights.sum(-1, keepdim=True))
        share = of_logits / logits / q.shape[-1] ** 0.5 / 2
        of_parts = (q * (share @ k), k * (share.transpose(1, 2) @ q), of_v)
        return sum(
            back(linear, before, joined(part))
            for linear, part in zip(linears, of_parts, strict=True)
        )

    return attention.output.dense(joined(context)), relevance_of_input


def through_layer(layer, before, heads):
    """Return a layer's output, and how relevance of it becomes relevance of its input."""
    mixed, of_attention = through_attention(layer.attention, before, heads)
    norm = layer.attention.output.LayerNorm
    between, norm_map = layer_norm(norm, before + mixed)
    wide = layer.intermediate.dense(between)
    active = torch.nn.functional.gelu(wide)
    narrow = layer.output.dense(active)
    after, last_map = layer_norm(layer.output.LayerNorm, between + narrow)

    def relevance_of_input(relevance):
        total = between + narrow
        relevance = epsilon_rule(total, last_map, layer.output.LayerNorm.bias, relevance)
        of_wide = back(layer.output.dense, active, narrow / total * relevance)  # GELU: identity
        of_between = between / total * relevance + back(layer.intermediate.dense, between, of_wide)
        total = before + mixed
        relevance = epsilon_rule(total, norm_map, norm.bias, of_between)
        return before / total * relevance + of_attention(mixed / total * relevance)

    return after, relevance_of_input


def reference(clf: BertClassifier, text: str, target: int) -> np.ndarray:
    """Propagate relevance through a BERT by the paper's rules as they are written in it."""
    bert, head = clf.model.double().bert, clf.model.classifier
    ids = torch.tensor(clf.encode([text])[0].input_ids)
    words = bert.embeddings.word_embeddings(ids)
    places = bert.embeddings.position_embeddings.weight[: len(ids)]
    summed = words + places + bert.embeddings.token_type_embeddings.weight[0]
    hidden, norm_map = layer_norm(bert.embeddings.LayerNorm, summed)
    steps = []
    for layer in bert.encoder.layer:
        hidden, step = through_layer(layer, hidden, clf.model.config.num_attention_heads)
        steps.append(step)
    pooled = bert.pooler.dense(hidden[0]).tanh()

    of_logits = torch.zeros_like(head.bias)
    of_logits[target] = head(pooled)[target]
    relevance = torch.zeros_like(hidden)
    relevance[0] = back(bert.pooler.dense, hidden[0], back(head, pooled, of_logits))  # identity
    for step in reversed(steps):
        relevance = step(relevance)
    relevance = epsilon_rule(summed, norm_map, bert.embeddings.LayerNorm.bias, relevance)
    relevances: np.ndarray = (words / summed * relevance).sum(-1).numpy()
    return relevances


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("seed", [0, 1])
def test_scores_are_those_of_the_papers_rules(seed: int, target: int) -> None:
    clf = tiny_classifier("bert", seed=seed)
    attribution = scores(clf, TEXT, target=target)[0]
    with torch.no_grad():
        expected = reference(clf, TEXT, target)
    np.testing.assert_allclose(attribution, expected, rtol=2e-3, atol=2e-4 * np.abs(expected).max())


@pytest.mark.parametrize("kind", [*KINDS, *OTHERS])
def test_scores_are_the_same_alone_in_a_batch_and_when_repeated(kind: str) -> None:
    clf = built(kind)
    texts = [sample(kind), "bad", "so good a film. " * 3]
    together = scores(clf, texts, target=0)
    for text, attribution in zip(texts, together, strict=True):
        alone = scores(clf, text, target=0)[0]
        np.testing.assert_allclose(attribution, alone, atol=2e-4 * np.abs(alone).max())
    np.testing.assert_array_equal(together[0], scores(clf, texts, target=0)[0])


@pytest.mark.parametrize("kind", ["bert", "albert", "modernbert"])
def test_the_rules_do_not_change_what_the_model_computes(kind: str) -> None:
    clf = tiny_classifier(kind).eval()
    batch = clf.collate(clf.encode([TEXT, "bad"]))
    plain = clf(**batch)
    with attnlrp._written_out_activations(clf.model), attnlrp._Rules():
        ruled = clf(**batch)
    torch.testing.assert_close(ruled, plain, rtol=1e-4, atol=1e-5)


def test_log_odds_are_the_difference_of_two_logits() -> None:
    clf = tiny_classifier("electra", labels=("bad", "middling", "good"))
    odds, good, bad = (
        scores(clf, TEXT, target=target)[0] for target in (("good", "bad"), "good", "bad")
    )
    np.testing.assert_allclose(odds, good - bad, atol=1e-3 * np.abs(odds).max())


@pytest.mark.parametrize("fails", [False, True])
def test_frozen_parameters_stay_frozen(fails: bool) -> None:  # noqa: FBT001
    clf = tiny_classifier("albert")
    for name, parameter in clf.named_parameters():
        parameter.requires_grad_("query" in name)

    calls = []

    def interrupt(*_args) -> None:
        calls.append(1)
        if fails and len(calls) == 2:  # the first pass is the prediction
            raise KeyboardInterrupt

    clf.model.classifier.register_forward_hook(interrupt)
    with pytest.raises(KeyboardInterrupt) if fails else contextlib.nullcontext():
        scores(clf, TEXT)
    assert len(calls) == 2
    for name, parameter in clf.named_parameters():
        assert parameter.grad is None
        assert parameter.requires_grad == ("query" in name)
    modules = [m for m in clf.modules() if m is not clf.model.classifier]
    assert not any(module._forward_hooks for module in modules)
