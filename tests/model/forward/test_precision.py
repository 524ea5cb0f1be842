"""The arithmetic is the fastest exact one, and all settings are restored."""

from __future__ import annotations

import threading

import pytest
import torch
from torch.nn.attention import SDPBackend

from bert_widgets.model.forward.precision import (
    LONG,
    arithmetic,
    fastest_attention,
    onednn_is_exact,
    resolve_precision,
    sdpa_is_faster,
)
from tests.models import KINDS, tiny_classifier


@pytest.fixture(params=["highest", "high"])
def flag(request):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(request.param)
    yield request.param
    torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_everything_is_put_back_even_after_an_error(flag, precision):
    clf = tiny_classifier("bert")
    before = clf.model.config._attn_implementation

    def interrupted():
        with arithmetic(clf.model, precision):
            assert torch.is_autocast_enabled("cpu") == (precision == "bf16")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert torch.get_float32_matmul_precision() == flag
    assert clf.model.config._attn_implementation == before
    assert not torch.is_autocast_enabled("cpu")


def test_the_first_to_leave_does_not_change_the_matmuls_of_others(flag):
    """Two classifiers are used by two threads; the flag is the process's."""
    entered, leave = threading.Event(), threading.Event()

    def other():
        with arithmetic(tiny_classifier("roberta").model, "fp32"):
            entered.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    assert entered.wait(60)
    with arithmetic(tiny_classifier("bert").model, "fp32"):
        inside = torch.get_float32_matmul_precision()
        leave.set()
        thread.join()
        assert torch.get_float32_matmul_precision() == inside
    assert torch.get_float32_matmul_precision() == flag


@pytest.mark.parametrize("shape", [(64, 64, 64), (1024, 384, 1536), (12, 31, 16, 31)])
def test_fp32_is_exact(shape):
    *batch, rows, inner, columns = shape
    left, right = torch.randn(*batch, rows, inner), torch.randn(*batch, inner, columns)
    with arithmetic(tiny_classifier("bert").model, "fp32"):
        product = left @ right
    error = (product - left.double() @ right.double()).abs().max()
    assert error < 1e-5 * inner**0.5


def test_faster_matmuls_are_taken_only_where_exact():
    with arithmetic(tiny_classifier("bert").model, "fp32"):
        assert (torch.get_float32_matmul_precision() == "medium") == onednn_is_exact()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_backward_passes_may_be_inside(kind, precision):
    gradients = []
    for inside in (True, False):
        clf = tiny_classifier(kind)
        batch = clf.collate(clf.encode(["The film was not bad.", "so boring"]))
        with arithmetic(clf.model, precision):
            loss = clf(**batch).float().square().sum()
            if inside:
                loss.backward()
        if not inside:
            loss.backward()
        gradients.append(
            torch.cat([p.grad.ravel() for p in clf.parameters() if p.grad is not None])
        )
    error = (gradients[0] - gradients[1]).norm() / gradients[1].norm()
    assert error < (1e-5 if precision == "fp32" else 1e-2)


def implementation(clf, precision, tokens):
    with arithmetic(clf.model, precision, tokens=tokens):
        return clf.model.config._attn_implementation


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [False, True])
def test_attention_in_fp32_hangs_on_the_text_alone(kind, training):
    """It does not depend on a measurement, whose outcome may differ between processes."""
    clf = tiny_classifier(kind).train(training)
    fused = kind != "deberta-v2" and not (training and kind not in ("albert", "modernbert"))
    measured = sdpa_is_faster.cache_info()
    for tokens in (None, 1, 512, LONG["fp32"] - 1):
        assert implementation(clf, "fp32", tokens) == "eager"
    assert implementation(clf, "fp32", LONG["fp32"]) == ("sdpa" if fused else "eager")
    assert sdpa_is_faster.cache_info() == measured


def test_attention_in_bf16_is_what_was_faster_here():
    clf = tiny_classifier("modernbert").train()
    before = torch.get_rng_state()
    for tokens in (5, 30, 300):
        nearest = {5: 16, 30: 32, 300: 256}[tokens]
        expected = "sdpa" if sdpa_is_faster(nearest) else "eager"
        assert fastest_attention(clf.model, "bf16", tokens) == expected
    measured = sdpa_is_faster.cache_info().misses
    fastest_attention(clf.model, "bf16", 35)
    assert sdpa_is_faster.cache_info().misses == measured, "a length is measured once"
    assert fastest_attention(clf.model, "bf16", LONG["bf16"]) == "sdpa"
    assert torch.equal(torch.get_rng_state(), before)


def test_torch_has_no_fused_kernel_for_attention_with_dropout():
    """The reason for not requesting it; if this fails, measure again."""
    states = torch.randn(2, 4, 32, 16)
    math, fused = (SDPBackend.MATH.value, SDPBackend.FLASH_ATTENTION.value)
    assert torch._fused_sdp_choice(states, states, states, None, 0.1) == math
    assert torch._fused_sdp_choice(states, states, states, None, 0.0) == fused


def test_long_texts_give_the_same_with_and_without_fused_attention():
    clf = tiny_classifier("modernbert").train()
    ids = torch.randint(5, 150, (2, LONG["fp32"] + 9), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[1, 700:] = 0
    gradients = []
    for tokens in (None, ids.shape[1], ids.shape[1]):
        clf.zero_grad()
        with arithmetic(clf.model, "fp32", tokens=tokens):
            clf(ids, mask).square().sum().backward()
        gradients.append(torch.cat([p.grad.ravel() for p in clf.parameters()]))
    plain, fused, again = gradients
    assert (fused - plain).norm() < 1e-4 * plain.norm()
    assert torch.equal(fused, again)


def test_an_unknown_precision_is_named():
    with pytest.raises(ValueError, match="fp64"):
        resolve_precision("fp64", tiny_classifier("bert").model)


def test_a_model_that_caps_its_attention_is_never_computed_without_the_cap():
    clf = tiny_classifier("bert")
    clf.model.config.attn_logit_softcapping = 50.0  # as in Gemma 2
    assert fastest_attention(clf.model, "fp32", LONG["fp32"]) == "eager"
