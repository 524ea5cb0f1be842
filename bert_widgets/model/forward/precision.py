"""How the arithmetic is done: attention implementation, matmul precision, autocast."""

from __future__ import annotations

import contextlib
import functools
import math
import threading
import time
from typing import TYPE_CHECKING, Literal

import torch

from ..._common._compat import (
    attention_implementation,
    can_choose_attention,
    cpu_has_bfloat16,
)
from ..._common.options import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from transformers import PreTrainedModel

Precision = Literal["auto", "fp32", "bf16"]

LONG = {"fp32": 1024, "bf16": 2048}
"""Tokens of a text from which attention on a CPU is fused, if the model supports it."""

# DeBERTa masks with the smallest float32, which bfloat16 cannot represent, and X-MOD puts what its
# adapters give, in bfloat16, into a tensor of float32.
_ONLY_FLOAT32 = ("deberta", "xmod")

# Names of the dropout of attention weights in the configs of the families.
_ATTENTION_DROPOUT = ("attention_dropout", "attention_probs_dropout_prob")


@contextlib.contextmanager
def attention(model: PreTrainedModel, implementation: str) -> Iterator[None]:
    """Run the model with an attention implementation; restore the old one, even after an error.

    The caller holds the lock of the classifier.

    Only ``"eager"`` (plain matmuls) returns attention weights. On a CPU it is also faster than SDPA
    for short texts and for all training with dropout.
    Families that have only one implementation keep it.
    """
    if not can_choose_attention(model):  # transformers would print a warning at every batch
        yield
        return
    before = attention_implementation(model)
    model.set_attn_implementation(implementation)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


@contextlib.contextmanager
def arithmetic(
    model: PreTrainedModel, precision: Precision, *, tokens: int | None = None
) -> Iterator[None]:
    """Run the model's matmuls in a precision and with the fastest attention.

    For ``"fp32"``, the choice depends on the machine but not on a time measurement, so that results
    are the same in each process, bit for bit. Run backward passes inside this context too: two
    thirds of the matmuls are theirs.

    Parameters
    ----------
    model
        The model, in the mode (training or not) in which it will run.
    precision
        As `resolve_precision` returns it: ``"fp32"`` or ``"bf16"``.
    tokens
        Number of tokens of the longest text, for `fastest_attention`; None selects plain matmuls
        on a CPU.
    """
    device = model.device.type
    with (
        attention(model, fastest_attention(model, precision, tokens)),
        _float32_matmuls if device == "cpu" else contextlib.nullcontext(),
        torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"),
    ):
        yield


def fastest_attention(model: PreTrainedModel, precision: Precision, tokens: int | None) -> str:
    """Choose between plain matmuls and torch's fused attention (SDPA) on a CPU.

    With dropout in the attention, torch has no fused kernel for a CPU: SDPA does the same matmuls
    in 0.9 to 1.7 times the time. Without dropout, the fused kernel does not store the matrix of all
    pairs of tokens: for 4,096 tokens, three layers of ModernBERT's size took 2.1 s instead of 3.8 s
    and 0.27 GB instead of 1.8 GB to predict in float32, and 6.1 s instead of 9.6 s and 0.7 GB
    instead of 5.2 GB to train in bfloat16. It is therefore used from `LONG` tokens.

    For shorter texts, plain matmuls were faster on the one processor measured (AMD, AVX-512): in
    float32, a training step was 1.75 times as fast at 16 tokens and equal at 512; in bfloat16, 1.2
    to 1.5 times as fast at all lengths. Float32 always uses plain matmuls, so that results are the
    same in each process, bit for bit. In bfloat16, where another processor may have a faster
    kernel, a measurement decides. ``python -m tests.bench.attention_choice`` prints the figures of
    a machine.

    The families of `lean` read at most 512 tokens and always use plain matmuls.

    Parameters
    ----------
    model
        The model, in the mode (training or not) in which it will run.
    precision
        ``"fp32"`` or ``"bf16"``.
    tokens
        Number of tokens of the longest text; None if unknown.

    Returns
    -------
    str
        ``"eager"`` or ``"sdpa"``; on a GPU, the model's current implementation. Always ``"eager"``
        for a model that caps its attention logits, as Gemma 2 does.
    """
    if getattr(model.config, "attn_logit_softcapping", None) is not None:
        return "eager"  # the SDPA of older versions of transformers leaves the cap out
    current = attention_implementation(model)
    if model.device.type != "cpu":
        return current
    if tokens is None or current != "sdpa" or _drops_attention(model):
        return "eager"
    if tokens >= LONG[precision]:
        return "sdpa"
    return "sdpa" if precision == "bf16" and sdpa_is_faster(_rounded(tokens)) else "eager"


def _drops_attention(model: PreTrainedModel) -> bool:
    config = model.config
    rates = (getattr(config, name, 0.0) for name in _ATTENTION_DROPOUT)
    return model.training and any(rates)


def _rounded(tokens: int) -> int:
    """Round to a power of two from 16 to 512, so that a process measures only a few lengths."""
    return min(max(16, 1 << round(math.log2(tokens))), 512)


@functools.cache
@torch.inference_mode(mode=False)  # the first to ask may be a prediction
@torch.enable_grad()
def sdpa_is_faster(tokens: int) -> bool:
    """Time both implementations, forward and backward in bfloat16, on texts of ``tokens`` tokens.

    This takes about 10 ms (100 ms for 512 tokens), once per process.
    """
    generator = torch.Generator().manual_seed(0)
    shape = (max(1, 128 // tokens), 4, tokens, 64)
    mask = torch.zeros(shape[0], 1, 1, tokens, dtype=torch.bfloat16)  # as for padded batches
    query, key, value = (
        torch.randn(shape, generator=generator).bfloat16().requires_grad_() for _ in range(3)
    )

    def eager() -> torch.Tensor:
        scores = query @ key.transpose(2, 3) * shape[-1] ** -0.5 + mask
        weights = scores.softmax(-1, dtype=torch.float32)
        return torch.matmul(weights.bfloat16(), value)

    def sdpa() -> torch.Tensor:
        return torch.nn.functional.scaled_dot_product_attention(query, key, value, mask)

    def seconds(compute: Callable[[], torch.Tensor]) -> float:
        began = time.perf_counter()
        torch.autograd.grad(compute().sum(), (query, key, value))
        return time.perf_counter() - began

    # Alternate and take the minimum of several: other work on the machine may slow down either.
    pairs = [(seconds(eager), seconds(sdpa)) for _ in range(4)]
    plain, fused = (min(times) for times in zip(*pairs, strict=True))
    return bool(fused < plain)


class _Float32Matmuls:
    """Full float32 matmuls, by oneDNN instead of MKL where it computes them in full precision.

    MKL is slow on processors other than Intel's. On processors with matrix units, oneDNN would
    round to bfloat16, so the setting of the process is overridden there: ``"fp32"`` never rounds,
    even if a notebook has allowed it.

    torch chooses by a process-wide flag. It is set while any thread needs it and restored after the
    last one: restoring it earlier would change the results of the other threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0

    def __enter__(self) -> None:
        setting = "medium" if onednn_is_exact() else "highest"
        with self._lock:
            if not self._users:
                self._before = torch.get_float32_matmul_precision()
                torch.set_float32_matmul_precision(setting)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                torch.set_float32_matmul_precision(self._before)


_float32_matmuls = _Float32Matmuls()


@functools.cache
def onednn_is_exact() -> bool:
    """Return whether "medium" precision is full float32 precision on this processor.

    "medium" allows oneDNN to round to bfloat16, which it does on processors with matrix units.
    """
    generator = torch.Generator().manual_seed(0)
    left = torch.randn(256, 384, generator=generator)
    right = torch.randn(384, 1536, generator=generator)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    product = left @ right
    torch.set_float32_matmul_precision(before)
    exact = left.double() @ right.double()
    # The error is about 1e-4 in float32, and about 0.1 if rounded to TF32 or bfloat16.
    return bool((product - exact).abs().max() < 1e-3)  # noqa: PLR2004


def resolve_precision(precision: Precision, model: PreTrainedModel) -> Precision:
    """Choose bf16 for ``"auto"`` if the processor or GPU supports it, else fp32.

    A model whose weights are not float32 computes in the precision of its weights.

    Raises
    ------
    ValueError
        If the precision is unknown, or the model cannot compute in it.
    """
    if precision not in ("auto", "fp32", "bf16"):
        raise ValueError(unknown("precision", precision, ("auto", "fp32", "bf16")))
    only_float32 = model.config.model_type in _ONLY_FLOAT32
    if precision == "bf16" and only_float32:
        msg = f"{type(model).__name__} cannot compute in bfloat16; use precision='fp32'."
        raise ValueError(msg)
    if precision == "bf16" and model.dtype == torch.float16:
        msg = (
            "The model's weights are float16, which cannot be mixed with bfloat16; use "
            "precision='fp32', or convert the model with clf.float()."
        )
        raise ValueError(msg)
    if precision != "auto" or only_float32 or model.dtype != torch.float32:
        return "fp32" if precision == "auto" else precision
    device = model.device
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    return "bf16" if device.type == "cpu" and cpu_has_bfloat16() else "fp32"
