"""How the arithmetic is done: attention implementation, matmul precision, autocast."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal

import torch

from ._options import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .classifier import BertClassifier

Precision = Literal["auto", "fp32", "bf16"]


@contextlib.contextmanager
def attention(clf: BertClassifier, implementation: str) -> Iterator[None]:
    """Run the model with an attention implementation, and put its own back even after an error.

    ``"eager"`` (plain matmuls) is the only one that gives attention weights, and on a CPU it is
    faster than SDPA for short texts and for all training with dropout.
    """
    with clf.lock:
        before = clf.model.config._attn_implementation  # noqa: SLF001
        clf.model.set_attn_implementation(implementation)
        try:
            yield
        finally:
            clf.model.set_attn_implementation(before)


@contextlib.contextmanager
def arithmetic(clf: BertClassifier, precision: Precision) -> Iterator[None]:
    """Run the model's matmuls in the given precision and its fastest attention.

    The matmul precision is a flag of the whole process, so it is put back afterwards.

    Parameters
    ----------
    clf
        The classifier whose device decides.
    precision
        As `resolve_precision` returns it: ``"fp32"`` or ``"bf16"``.
    """
    device = clf.device.type
    implementation = "eager" if device == "cpu" else clf.model.config._attn_implementation  # noqa: SLF001
    flag = torch.get_float32_matmul_precision()
    with attention(clf, implementation):
        if precision == "bf16":
            torch.set_float32_matmul_precision("medium")
        try:
            with torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"):
                yield
        finally:
            torch.set_float32_matmul_precision(flag)


def resolve_precision(precision: Precision, device: torch.device) -> Precision:
    """Choose bf16 for ``"auto"`` where the processor or GPU computes in it, else fp32."""
    if precision not in ("auto", "fp32", "bf16"):
        raise ValueError(unknown("precision", precision, ("auto", "fp32", "bf16")))
    if precision != "auto":
        return precision
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    # The only query torch has; a processor without it emulates bf16 slowly.
    fast = device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001
    return "bf16" if fast else "fp32"
