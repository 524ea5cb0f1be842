from __future__ import annotations

import contextlib

import numpy as np
import pytest
import torch
from torch.multiprocessing.reductions import StorageWeakRef

from bert_widgets.explain import head_effects
from bert_widgets.explain.attention import head_effects as ablation
from bert_widgets.explain.attention.head_effects import (
    ablated_logits,
    estimated_effects,
    exact_effects,
)
from bert_widgets.explain.attribution.targets import Target
from tests.models import KINDS, longformer_classifier, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


def silenced_by_hand(clf, layer: int, head: int, size: int) -> None:
    """Cut a head's output off by zeroing its columns of the output projection."""
    names = ("attention.output.dense", "out_lin", "attention.dense", "attn.Wo")
    projections = [m for name, m in clf.model.named_modules() if name.endswith(names)]
    with torch.no_grad():
        projections[layer].weight[:, head * size : (head + 1) * size] = 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "albert"])
def test_silencing_a_head_equals_zeroing_its_columns_of_the_output_projection(kind: str) -> None:
    clf = tiny_classifier(kind)
    encoding = clf.encode([TEXT])[0]
    for layer, head in ((0, 0), (0, 3), (1, 2)):
        other = tiny_classifier(kind)
        silenced_by_hand(other, layer, head, 8)
        logits = ablated_logits(clf, encoding, [frozenset({(layer, head)})])
        torch.testing.assert_close(logits, other.logits([encoding]), rtol=0, atol=1e-4)
        assert not torch.allclose(logits, clf.logits([encoding]), atol=1e-4)


def test_silencing_a_head_of_every_layer_that_albert_shares_equals_zeroing_it() -> None:
    clf, other = tiny_classifier("albert"), tiny_classifier("albert")
    encoding = clf.encode([TEXT])[0]
    silenced_by_hand(other, 0, 2, 8)
    both = ablated_logits(clf, encoding, [frozenset({(0, 2), (1, 2)})])
    torch.testing.assert_close(both, other.logits([encoding]), rtol=0, atol=1e-4)
    first_only = ablated_logits(clf, encoding, [frozenset({(1, 2)})])
    assert not torch.allclose(first_only, both, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_estimate_is_the_derivative_with_respect_to_a_gate(kind: str) -> None:
    clf = tiny_classifier(kind)
    encoding, target = clf.encode([TEXT])[0], Target(1)
    estimates = estimated_effects(clf, encoding, target)
    assert estimates.shape == (2, 4)
    assert estimates.dtype == np.float32
    # Logits are nearly linear over a small step of the output projection's columns.
    step, clone = 1e-2, tiny_classifier(kind)
    names = ("attention.output.dense", "out_lin", "attention.dense", "attn.Wo")
    last = [m for name, m in clone.model.named_modules() if name.endswith(names)][-1]
    before = clone.logits([encoding])[0, 1]
    with torch.no_grad():
        last.weight[:, 8:16] *= 1 - step
    slope = float(before - clone.logits([encoding])[0, 1]) / step
    expected = estimates[:, 1].sum() if kind == "albert" else estimates[1, 1]
    assert slope == pytest.approx(expected, rel=0.1, abs=5e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_estimates_are_the_same_with_every_layer_in_memory(kind: str, monkeypatch) -> None:
    clf = tiny_classifier(kind)
    encoding = clf.encode([TEXT])[0]
    effects = estimated_effects(clf, encoding, Target(1))
    monkeypatch.setattr(ablation, "recomputed", contextlib.nullcontext)
    plain = estimated_effects(clf, encoding, Target(1))
    np.testing.assert_allclose(effects, plain, rtol=1e-5, atol=1e-6)


def test_at_most_one_layer_is_in_memory() -> None:
    clf = tiny_classifier("bert")
    inside: list[StorageWeakRef] = []
    held: list[int] = []

    def note(_module, _inputs, output) -> None:
        held.append(sum(not storage.expired() for storage in inside))
        inside.append(StorageWeakRef(output.untyped_storage()))

    layers = clf.model.bert.encoder.layer
    for layer in layers:
        layer.intermediate.register_forward_hook(note)
    estimated_effects(clf, clf.encode([TEXT])[0], Target(1))
    assert held == [0] * (2 * len(layers) - 1)  # the last one ran once


def test_a_table_holds_the_means_over_the_texts() -> None:
    clf = tiny_classifier("bert")
    texts = [TEXT, "so bad"]
    together = head_effects(clf, texts, target="positive")
    apart = [head_effects(clf, text, target="positive") for text in texts]
    assert list(together) == ["layer", "head", "estimate", "effect", "effect_std"]
    assert list(zip(together["layer"], together["head"], strict=True)) == list(np.ndindex(2, 4))
    for name in ("estimate", "effect"):
        mean = (apart[0][name] + apart[1][name]) / 2
        np.testing.assert_allclose(together[name], mean, atol=1e-5)
    spread = (apart[0].effect - apart[1].effect).abs() / 2
    np.testing.assert_allclose(together.effect_std, spread, atol=1e-5)
    quick = head_effects(clf, texts, target="positive", exact=False)
    assert list(quick) == ["layer", "head", "estimate"]
    np.testing.assert_allclose(quick.estimate, together.estimate, atol=1e-5)


def test_effects_are_of_the_chosen_target() -> None:
    clf = tiny_classifier("bert")
    good, bad, odds = (
        head_effects(clf, TEXT, target=target) for target in (1, 0, ("positive", "negative"))
    )
    np.testing.assert_allclose(odds.effect, good.effect - bad.effect, atol=1e-4)
    np.testing.assert_allclose(odds.estimate, good.estimate - bad.estimate, atol=1e-4)
    predicted = clf.predict(TEXT).labels[0]
    np.testing.assert_allclose(
        head_effects(clf, TEXT).effect, head_effects(clf, TEXT, target=predicted).effect
    )


def test_effects_can_be_measured_while_other_heads_are_switched_off() -> None:
    clf = tiny_classifier("bert")
    encoding, off = clf.encode([TEXT])[0], frozenset({(0, 1)})
    measured = np.zeros((2, 4))
    for heads, effects in exact_effects(clf, encoding, Target(1), (2, 4), off):
        measured[heads] = effects
    assert measured[0, 1] == pytest.approx(0, abs=1e-5)
    without, also = ablated_logits(clf, encoding, [off, off | {(1, 3)}])[:, 1]
    assert measured[1, 3] == pytest.approx(float(without - also), abs=1e-5)


def test_the_model_is_unchanged_even_after_an_error() -> None:
    clf = tiny_classifier("bert").train()
    implementation = clf.model.config._attn_implementation
    head_effects(clf, TEXT)

    def fail(*_args) -> None:
        msg = "no more memory"
        raise RuntimeError(msg)

    hook = clf.model.classifier.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="no more memory"):
        head_effects(clf, TEXT, target=1)
    hook.remove()
    assert (clf.training, clf.model.config._attn_implementation) == (True, implementation)
    assert all(parameter.grad is None for parameter in clf.parameters())


@pytest.mark.parametrize(
    ("texts", "options", "sentence"),
    [
        ([], {}, "There is no text"),
        (TEXT, {"target": "good"}, "Unknown target 'good'"),
        (TEXT, {"output": "odds"}, "Unknown output 'odds'"),
    ],
)
def test_invalid_input_raises_one_sentence(texts, options, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        head_effects(tiny_classifier("bert"), texts, **options)


def test_a_model_whose_attention_cannot_be_read_is_refused() -> None:
    clf = longformer_classifier()
    with pytest.raises(ValueError, match="its attention cannot be shown"):
        head_effects(clf, TEXT)
