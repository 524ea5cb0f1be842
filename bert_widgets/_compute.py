"""How the arithmetic is done: attention implementation, matmul precision, autocast."""

from __future__ import annotations

import contextlib
import functools
import threading
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

    What is chosen depends on the machine but on no measurement of time, so that ``"fp32"`` gives
    the same bits in each process. Backward passes belong inside too: two thirds of the matmuls are
    theirs.

    Parameters
    ----------
    clf
        The classifier whose device decides.
    precision
        As `resolve_precision` returns it: ``"fp32"`` or ``"bf16"``.
    """
    device = clf.device.type
    implementation = "eager" if device == "cpu" else clf.model.config._attn_implementation  # noqa: SLF001
    with (
        attention(clf, implementation),
        _onednn if device == "cpu" and onednn_is_exact() else contextlib.nullcontext(),
        torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"),
    ):
        yield


class _OneDnn:
    """Float32 matmuls by oneDNN instead of MKL, which is slow on processors that are not Intel's.

    torch chooses by a flag of the whole process, so it is set while any thread wants it and put
    back after the last: one that puts it back earlier would change the bits of the others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._before = torch.get_float32_matmul_precision()
                torch.set_float32_matmul_precision("medium")
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                torch.set_float32_matmul_precision(self._before)


_onednn = _OneDnn()


@functools.cache
def onednn_is_exact() -> bool:
    """Say whether "medium" precision is full float32 precision on this processor.

    It allows oneDNN to round to bfloat16, which it does on processors with matrix units.
    """
    generator = torch.Generator().manual_seed(0)
    left = torch.randn(256, 384, generator=generator)
    right = torch.randn(384, 1536, generator=generator)
    with _onednn:
        product = left @ right
    exact = left.double() @ right.double()
    # About 1e-4 where computed in float32, and near 0.1 where rounded to TF32 or bfloat16.
    return bool((product - exact).abs().max() < 1e-3)  # noqa: PLR2004


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
