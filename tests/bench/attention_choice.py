"""Attention on a CPU: torch's SDPA compared with plain matmuls, by text length.

Each figure is the CPU time of SDPA divided by that of plain matmuls; below 1, SDPA is faster. With
dropout torch has no fused kernel, so SDPA does the same matmuls. `fastest_attention` is based on
these figures.

    python -m tests.bench.attention_choice --threads 1
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from tests.bench import machine, table, use_threads

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
PASSES = {
    "forward": (False, 0.0),
    "with backward": (True, 0.0),
    "with backward and dropout": (True, 0.1),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--width", type=int, default=64, help="of one head")
    parser.add_argument("--tokens", type=int, default=1024, help="tokens per batch")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    use_threads(options.threads)
    print(machine())
    rows = [
        [precision, title, *(f"{ratio(options, precision, title, n):.2f}" for n in LENGTHS)]
        for precision in ("float32", "bfloat16")
        for title in PASSES
    ]
    table(["precision", "pass", *map(str, LENGTHS)], rows)


def ratio(options: argparse.Namespace, precision: str, title: str, length: int) -> float:
    """Return the minimum CPU time of SDPA divided by that of plain matmuls, run alternately."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    from bert_widgets.model.forward.precision import _float32_matmuls

    backward, dropout = PASSES[title]
    dtype = getattr(torch, precision)
    texts = max(1, options.tokens // length)
    query, key, value = (
        torch.randn(texts, length, options.heads, options.width, dtype=dtype)
        .transpose(1, 2)
        .detach()
        .requires_grad_(backward)
        for _ in range(3)
    )
    mask = torch.zeros(texts, 1, 1, length, dtype=dtype)

    def plain() -> torch.Tensor:
        scores = query @ key.transpose(2, 3) * options.width**-0.5 + mask
        weights = scores.softmax(-1, dtype=torch.float32).to(dtype)
        return torch.nn.functional.dropout(weights, dropout) @ value

    def sdpa() -> torch.Tensor:
        return scaled_dot_product_attention(query, key, value, mask, dropout)

    def seconds(compute: Callable[[], Any]) -> float:
        began = time.process_time()
        output = compute()
        if backward:
            torch.autograd.grad(output.sum(), (query, key, value))
        return time.process_time() - began

    with _float32_matmuls:
        pairs = [(seconds(plain), seconds(sdpa)) for _ in range(options.repeats)]
    plain_seconds, sdpa_seconds = (min(column) for column in zip(*pairs, strict=True))
    return sdpa_seconds / plain_seconds


if __name__ == "__main__":
    main()
