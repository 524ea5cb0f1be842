"""The lean forward pass computes what the model's own forward does."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from bert_widgets.explain.attribution.problem import embeddings_replaced
from bert_widgets.model.forward import lean as _lean
from tests.models import KINDS, tiny_classifier

LEAN = ("bert", "chinese", "roberta", "xlm-roberta", "electra", "distilbert")
TEXTS = ["The film was not bad.", "so boring", "A gorgeous, witty story! " * 3, "x"]
PAIRS = ["so boring", "The story was good; she liked it.", "x", "never"]


def reference_logits(clf, batch):
    return clf.model(**batch).logits


@pytest.fixture(params=LEAN)
def clf(request):
    return tiny_classifier(request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_the_families_it_knows(kind):
    assert _lean.fits(tiny_classifier(kind).model) == (kind in LEAN)


@pytest.mark.parametrize("pairs", [None, PAIRS])
@pytest.mark.parametrize("count", [1, 4])
def test_logits_are_the_models_own(clf, pairs, count):
    batch = clf.collate(clf.encode(TEXTS[:count], pairs and pairs[:count]))
    torch.testing.assert_close(clf(**batch), reference_logits(clf, batch), rtol=1e-5, atol=1e-5)
    with torch.inference_mode():  # takes other paths
        torch.testing.assert_close(clf(**batch), reference_logits(clf, batch), rtol=1e-5, atol=1e-5)
    del batch["attention_mask"]  # then padding is read as text
    torch.testing.assert_close(clf(**batch), reference_logits(clf, batch), rtol=1e-5, atol=1e-5)


def test_embeddings_may_be_given_in_place_of_ids(clf):
    batch = clf.collate(clf.encode(TEXTS))
    batch["inputs_embeds"] = clf.model.get_input_embeddings()(batch.pop("input_ids")) * 0.9
    torch.testing.assert_close(clf(**batch), reference_logits(clf, batch), rtol=1e-5, atol=1e-5)


@given(st.lists(st.integers(3, 64), min_size=1, max_size=5), st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_a_row_does_not_depend_on_its_batch(lengths, seed):
    clf = tiny_classifier("bert")
    random = torch.Generator().manual_seed(seed)
    ids = torch.randint(5, 100, (len(lengths), max(lengths)), generator=random)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    together = clf(ids, mask.long())
    for row, length in enumerate(lengths):
        alone = clf(ids[row : row + 1, :length])
        torch.testing.assert_close(together[row], alone[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_gradients_are_the_models_own(clf, training):
    """In training too, with dropout switched off at each place."""
    _set_dropout(clf, 0.0)
    batch = clf.collate(clf.encode(TEXTS, PAIRS))
    gradients = []
    for forward in (clf, lambda **inputs: clf.model(**inputs).logits):
        clf.train(training)
        clf.zero_grad()
        forward(**batch).square().sum().backward()
        gradients.append({name: copy.copy(p.grad) for name, p in clf.named_parameters()})
    largest = max(gradient.norm() for gradient in gradients[1].values() if gradient is not None)
    for name, gradient in gradients[1].items():
        if gradient is None:
            assert gradients[0][name] is None, name
        else:  # a key's bias has none but rounding's
            error = (gradients[0][name] - gradient).norm()
            assert error <= 1e-5 * gradient.norm() + 1e-6 * largest, name


def _set_dropout(clf, rate):
    for module in clf.modules():
        if isinstance(module, nn.Dropout):
            module.p = rate


@pytest.mark.exhaustive
def test_dropout_is_where_the_models_own_is(clf):
    """At one place at a time: the logits have the mean and the spread of the model's."""
    encoding = clf.encode([TEXTS[0]])[0]
    many = clf.collate([encoding] * 1500)
    clf.train()
    places = [module for module in clf.modules() if isinstance(module, nn.Dropout)]
    assert len(places) > 5
    for place in places:
        _set_dropout(clf, 0.0)
        place.p = 0.3
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(0)
            ours, theirs = clf(**many), reference_logits(clf, many)
        spread = theirs.std(0)
        assert (spread > 0).all()
        standard_error = spread * (2 / len(ours)) ** 0.5
        assert ((ours.mean(0) - theirs.mean(0)).abs() < 5 * standard_error).all()
        np.testing.assert_allclose(ours.std(0), spread, rtol=0.2)


def test_dropout_is_off_in_a_part_that_is_not_training(clf):
    batch = clf.collate(clf.encode(TEXTS))
    expected = reference_logits(clf, batch)
    clf.train()
    for module in clf.modules():
        if not list(module.children()) or "SelfAttention" in type(module).__name__:
            module.eval()
    torch.testing.assert_close(clf(**batch), expected, rtol=1e-5, atol=1e-5)


@given(st.floats(0.001, 0.999), st.sampled_from([torch.float32, torch.bfloat16]))
@settings(max_examples=30, deadline=None)
def test_kept_values_have_the_wanted_share_and_keep_the_mean(rate, dtype):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        mask, scale = _lean._dropout_mask(torch.empty(401, 499, dtype=dtype), rate)
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    share = mask.double().mean().item()
    assert share == pytest.approx(1 - rate, abs=5 * (rate * (1 - rate) / mask.numel()) ** 0.5)
    assert share * scale == pytest.approx(1, abs=5 * (rate / (1 - rate) / mask.numel()) ** 0.5)
    for axis in (0, 1):  # neighbours are independent
        first, second = (
            mask.double().narrow(axis, start, mask.shape[axis] - 1) for start in (0, 1)
        )
        correlation = np.corrcoef(first.ravel(), second.ravel())[0, 1]
        assert abs(correlation) < 6 / mask.numel() ** 0.5


def test_torchs_generator_decides_dropout_to_the_bit(clf):
    batch = clf.collate(clf.encode(TEXTS))
    clf.train()
    with torch.random.fork_rng():
        torch.manual_seed(3)
        clf(**batch)
        state = torch.get_rng_state()
        first, second = clf(**batch), clf(**batch)
        torch.set_rng_state(state)
        again = clf(**batch)
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_replaced_embeddings_are_read(clf):
    """Explanations replace them by a hook."""
    batch = clf.collate(clf.encode(TEXTS[:1]))
    before = clf(**batch)
    other = clf.model.get_input_embeddings()(batch["input_ids"]).detach().flip(1).requires_grad_()
    with embeddings_replaced(clf, other):
        assert _lean.fits(clf.model)
        ours = clf(**batch)
    with embeddings_replaced(clf, other):
        theirs = reference_logits(clf, batch)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(ours, before, atol=1e-3)
    assert torch.autograd.grad(ours.sum(), other)[0].abs().sum() > 0


@pytest.mark.parametrize(
    "register",
    [
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
    ],
)
@pytest.mark.parametrize("part", ["encoder.layer.1", "encoder.layer.0.attention.self.key"])
def test_it_steps_aside_for_hooks(register, part):
    clf = tiny_classifier("bert")
    seen = []
    module = clf.model.get_submodule(f"bert.{part}")
    hook = getattr(module, register)(lambda *_: seen.append(part))
    clf(**clf.collate(clf.encode(TEXTS))).sum().backward()
    assert seen
    assert not _lean.fits(clf.model)
    hook.remove()
    assert _lean.fits(clf.model)


def test_it_steps_aside_for_foreign_modules_and_changed_forwards():
    clf = tiny_classifier("bert")
    attention = clf.model.bert.encoder.layer[0].attention.self

    class Adapter(nn.Linear):
        def forward(self, states):
            return super().forward(states) * 2

    before = clf.model.classifier
    clf.model.classifier = Adapter(32, 2)
    assert not _lean.fits(clf.model)
    clf.model.classifier = before
    assert _lean.fits(clf.model)
    attention.forward = attention.forward
    assert not _lean.fits(clf.model)


def test_it_steps_aside_for_gradient_checkpointing_and_compilation():
    clf = tiny_classifier("bert")
    clf.model.base_model.encoder.layer[1].gradient_checkpointing = True
    assert _lean.fits(clf.model)
    clf.train()
    assert not _lean.fits(clf.model)
    clf = tiny_classifier("bert")
    clf.model.compile(backend="eager")
    assert not _lean.fits(clf.model)


@pytest.mark.parametrize("kind", LEAN)
def test_bfloat16_is_as_near_as_the_models_own(kind):
    errors = []
    for seed in range(8):
        clf = tiny_classifier(kind, seed=seed)
        batch = clf.collate(clf.encode(TEXTS + PAIRS))
        with torch.inference_mode():
            exact = reference_logits(clf, batch)
            with torch.autocast("cpu", torch.bfloat16):
                errors.append([clf(**batch) - exact, reference_logits(clf, batch) - exact])
    ours, theirs = (
        torch.stack(differences).abs().mean() for differences in zip(*errors, strict=True)
    )
    assert ours < 1.75 * theirs  # it varies by 0.15 between tokenizers, whose training is random
