from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets.explain import attribute
from bert_widgets.explain.attribution.problem import embeddings_replaced
from tests.explain.attribution.methods.toys import toy_classifier
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
CHINESE = "这部电影不好看,演员太差了!"
ONE_PASS = ["saliency", "input_x_gradient"]
SAMPLED = ["smoothgrad", "expected_gradients"]
NORMALISE = ("deberta-v2", "modernbert")  # each word embedding at once


def sample(kind: str) -> str:
    return CHINESE if kind == "chinese" else TEXT


def gradient_at_text(clf, text: str, target: int, layer: int | None = None):
    """States (n, width) and gradient from the unmodified model, without hooks."""
    inputs = clf.collate(clf.encode([text]))
    states: list[torch.Tensor] = []

    def note(_module, _args, output) -> None:
        states.append(output[0] if isinstance(output, tuple) else output)

    if layer is None:
        clf.model.get_input_embeddings().register_forward_hook(note)
        logits = clf.model(**inputs).logits
    else:
        outputs = clf.model(**inputs, output_hidden_states=True)
        logits, states = outputs.logits, [outputs.hidden_states[layer + 1]]
    (gradient,) = torch.autograd.grad(logits[0, target], states[0])
    return states[0][0].detach(), gradient[0]


@pytest.mark.parametrize("kind", KINDS)
def test_methods_of_one_pass_follow_their_formula(kind: str) -> None:
    text, clf = sample(kind), tiny_classifier(kind)
    size = attribute(clf, text, target=1, method="saliency")[0]
    states, gradient = gradient_at_text(clf, text, 1)
    np.testing.assert_allclose(size.token_scores, gradient.norm(dim=1), rtol=1e-3, atol=1e-5)
    assert (size.scores >= 0).all()
    if kind in NORMALISE:
        return
    product = attribute(clf, text, target=1, method="input_x_gradient")[0]
    np.testing.assert_allclose(product.token_scores, (gradient * states).sum(1), atol=1e-3)
    assert size.margins is product.margins is None


@pytest.mark.parametrize("output", ["logit", "probability"])
@pytest.mark.parametrize("text", ["bad", TEXT])
@pytest.mark.parametrize(
    ("kind", "layer"),
    [("deberta-v2", None), ("modernbert", None), ("modernbert", 0)],
)
def test_a_product_that_is_zero_for_any_text_is_refused(kind: str, layer, text, output) -> None:
    clf = tiny_classifier(kind)
    states, gradient = gradient_at_text(clf, text, 1, layer)
    ordinary = clf.encode([text])[0].segments >= 0
    assert (gradient * states).sum(1)[ordinary].abs().max() < 1e-3 * gradient[ordinary].norm()
    layer_output = "word embeddings" if layer is None else "output of layer 0"
    with pytest.raises(
        ValueError, match=f"normalises the {layer_output}.*use the method 'integrated"
    ):
        attribute(clf, [TEXT, text], method="input_x_gradient", layer=layer, output=output)
    for method in ("integrated_gradients", "attnlrp"):
        attribution = attribute(clf, text, method=method, layer=layer, output=output)[0]
        assert np.abs(attribution.scores).max() > 1e-4


def test_one_product_that_is_zero_by_chance_is_not_refused() -> None:
    clf = toy_classifier()
    word = clf.tokenizer.convert_tokens_to_ids("bad")
    weights = clf.model.readout.weight.detach()[1]
    with torch.no_grad():
        row = clf.model.words.weight[word]
        row -= (row @ weights) / (weights @ weights) * weights
    attribution = attribute(clf, "bad", target=1, method="input_x_gradient")[0]
    assert abs(attribution.scores[0]) < 1e-5


# ModernBERT's last layer reads only the direction of the other words' states, and shows what it
# gives out only behind another norm.
LAYERS = [(kind, layer) for kind in KINDS for layer in (0, 1) if kind != "modernbert"]


@pytest.mark.parametrize(("kind", "layer"), LAYERS)
def test_scores_of_a_layer_follow_their_formula(kind: str, layer: int) -> None:
    text, clf = sample(kind), tiny_classifier(kind)
    size, product = (
        attribute(clf, text, target=1, method=name, layer=layer)[0] for name in ONE_PASS
    )
    states, gradient = gradient_at_text(clf, text, 1, layer)
    np.testing.assert_allclose(size.token_scores, gradient.norm(dim=1), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(product.token_scores, (gradient * states).sum(1), atol=1e-3)


@pytest.mark.parametrize("method", [*ONE_PASS, *SAMPLED])
@pytest.mark.parametrize("kind", KINDS)
def test_scores_depend_on_neither_padding_nor_batch(kind: str, method: str) -> None:
    if method == "input_x_gradient" and kind in NORMALISE:
        return
    clf = tiny_classifier(kind)
    texts = [sample(kind), "bad", sample(kind) + " so good"]
    together = attribute(clf, texts, method=method, samples=4, seed=3)
    for text, attribution in zip(texts, together, strict=True):
        alone = attribute(clf, text, method=method, samples=4, seed=3, target=attribution.target)[0]
        np.testing.assert_allclose(
            attribution.token_scores, alone.token_scores, rtol=1e-2, atol=1e-3
        )
        if method in SAMPLED:
            np.testing.assert_allclose(attribution.margins, alone.margins, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("method", SAMPLED)
def test_the_seed_decides_the_samples(method: str) -> None:
    clf = tiny_classifier("bert")
    first, again, other = (
        attribute(clf, TEXT, method=method, samples=4, seed=seed)[0] for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.token_scores, again.token_scores)
    assert not np.allclose(first.token_scores, other.token_scores)
    assert first.margins.dtype == np.float32
    assert first.margins.shape == first.scores.shape


@settings(deadline=None, max_examples=10)
@given(text=st.text("abdeginotw ", max_size=30).map("a".__add__), target=st.integers(0, 1))
def test_noise_changes_nothing_on_a_linear_model(text: str, target: int) -> None:
    clf = toy_classifier()
    smooth, product = (
        attribute(clf, text, target=target, method=name, samples=samples)[0]
        for name, samples in (("smoothgrad", 4), ("input_x_gradient", None))
    )
    np.testing.assert_allclose(smooth.token_scores, product.token_scores, atol=1e-4)
    assert smooth.margins.max() < 1e-4


def test_expected_gradients_are_weights_times_mean_change_on_a_linear_model() -> None:
    clf = toy_classifier()
    texts = [f"{word} film was so bad" for word in ("the", "good", "not", "never", "boring")]
    table = clf.model.words.weight.detach()
    ordinary = np.setdiff1d(np.arange(len(clf.tokenizer)), clf.tokenizer.all_special_ids)
    mean, weights = table[ordinary].mean(0), clf.model.readout.weight.detach()[1]
    inside = []
    for seed in range(8):
        for attribution in attribute(clf, texts, target=1, method="expected_gradients", seed=seed):
            encoding = clf.encode([attribution.text])[0]
            worth = ((table[encoding.input_ids] - mean) @ weights).numpy()
            off = np.abs(attribution.scores - encoding.words.sum(worth))
            inside += (off <= attribution.margins).tolist()
            assert not attribution.token_scores[attribution.token_segments < 0].any()
    assert 0.9 <= np.mean(inside) <= 0.99


@pytest.mark.parametrize("method", SAMPLED)
def test_margins_contain_the_scores_of_more_samples(method: str) -> None:
    clf = tiny_classifier("bert")
    texts = [TEXT, "so boring and bad", "delightful soup, gorgeous story!", "I'd see it again"]
    truth = attribute(clf, texts, method=method, samples=1500, seed=99)
    inside = []
    for seed in range(5):
        few = attribute(clf, texts, method=method, samples=48, seed=seed)
        for sampled, exact in zip(few, truth, strict=True):
            inside += (np.abs(sampled.scores - exact.scores) <= sampled.margins).tolist()
            assert (sampled.margins > exact.margins).mean() > 0.9
    assert 0.87 <= np.mean(inside) <= 0.995


def test_expected_gradients_add_up_to_the_mean_change_from_random_tokens() -> None:
    clf = tiny_classifier("electra")
    attribution = attribute(clf, TEXT, target=1, method="expected_gradients", samples=2000)[0]
    inputs = clf.collate(clf.encode([TEXT] * 2000))
    ordinary = np.setdiff1d(np.arange(len(clf.tokenizer)), clf.tokenizer.all_special_ids)
    drawn = np.random.default_rng(5).choice(ordinary, inputs["input_ids"].shape)
    drawn[:, [0, -1]] = inputs["input_ids"][:, [0, -1]]
    embeddings = clf.model.get_input_embeddings()(torch.from_numpy(drawn))
    with torch.no_grad():
        at_text = clf(**{name: rows[:1] for name, rows in inputs.items()})[0, 1]
        with embeddings_replaced(clf, embeddings):
            at_random = clf(**inputs)[:, 1]
    change = (at_text - at_random.mean()).item()
    assert attribution.difference is attribution.completeness_error is None
    assert attribution.scores.sum() == pytest.approx(change, abs=0.05)


def test_noise_is_a_share_of_the_range_of_the_text() -> None:
    clf = tiny_classifier("bert")
    table = clf.model.get_input_embeddings()
    rough = attribute(clf, TEXT, method="smoothgrad", samples=64)[0]
    with torch.no_grad():
        table.weight.mul_(1e-3)  # the noise shrinks with the embeddings, and so does its effect
    fine = attribute(clf, TEXT, method="smoothgrad", samples=64)[0]
    product = attribute(clf, TEXT, method="input_x_gradient")[0]
    assert np.abs(fine.scores - product.scores).sum() < 0.05 * np.abs(product.scores).sum()
    assert np.abs(rough.scores).sum() > 10 * np.abs(fine.scores).sum()


@pytest.mark.parametrize("method", SAMPLED)
def test_one_sample_has_no_margins(method: str) -> None:
    with pytest.raises(
        ValueError, match="samples=1 is too small to estimate margins; use 2 or more"
    ):
        attribute(tiny_classifier("bert"), TEXT, method=method, samples=1)


def test_expected_gradients_score_no_layers() -> None:
    with pytest.raises(ValueError, match=r"cannot score the output of a layer; use .*gradients"):
        attribute(tiny_classifier("bert"), TEXT, method="expected_gradients", layer=0)
