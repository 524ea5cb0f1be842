"""The arithmetic is the fastest exact one, and everything is put back."""

from __future__ import annotations

import threading

import pytest
import torch

from bert_widgets._compute import arithmetic, onednn_is_exact, resolve_precision
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
        with arithmetic(clf, precision):
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
        with arithmetic(tiny_classifier("roberta"), "fp32"):
            entered.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    assert entered.wait(60)
    with arithmetic(tiny_classifier("bert"), "fp32"):
        inside = torch.get_float32_matmul_precision()
        leave.set()
        thread.join()
        assert torch.get_float32_matmul_precision() == inside
    assert torch.get_float32_matmul_precision() == flag


@pytest.mark.parametrize("shape", [(64, 64, 64), (1024, 384, 1536), (12, 31, 16, 31)])
def test_fp32_is_exact(shape):
    *batch, rows, inner, columns = shape
    left, right = torch.randn(*batch, rows, inner), torch.randn(*batch, inner, columns)
    with arithmetic(tiny_classifier("bert"), "fp32"):
        product = left @ right
    error = (product - left.double() @ right.double()).abs().max()
    assert error < 1e-5 * inner**0.5


def test_faster_matmuls_are_taken_only_where_exact():
    with arithmetic(tiny_classifier("bert"), "fp32"):
        assert (torch.get_float32_matmul_precision() == "medium") == onednn_is_exact()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_backward_passes_may_be_inside(kind, precision):
    gradients = []
    for inside in (True, False):
        clf = tiny_classifier(kind)
        batch = clf.collate(clf.encode(["The film was not bad.", "so boring"]))
        with arithmetic(clf, precision):
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


def test_an_unknown_precision_is_named():
    with pytest.raises(ValueError, match="fp64"):
        resolve_precision("fp64", torch.device("cpu"))
