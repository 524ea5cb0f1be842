"""BigBird's attention: full for short texts and sparse for long ones, whatever was read before."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel


def most_with_full_attention(model: PreTrainedModel) -> int | None:
    """Return the most tokens that a model with sparse attention reads with full attention.

    Returns
    -------
    int or None
        None for a model whose attention is the same for texts of any length.
    """
    config = model.config
    if getattr(config, "attention_type", "") != "block_sparse":
        return None
    return int((5 + 2 * config.num_random_blocks) * config.block_size)


@contextlib.contextmanager
def fitting_attention(model: PreTrainedModel, tokens: int) -> Iterator[None]:
    """Let a model read a batch of ``tokens`` tokens with the attention for that length.

    Left to itself, BigBird changes to full attention at the first short text and never back: what
    it gives for a long text would depend on the texts before. The change also draws random numbers
    for weights that it throws away. And in training it sets NumPy's global seed.
    """
    most = most_with_full_attention(model)
    if most is None:
        yield
        return
    switching: Any = next(m for m in model.modules() if hasattr(m, "set_attention_type"))
    with torch.device("meta"):  # no weights are made
        switching.set_attention_type("block_sparse" if tokens > most else "original_full")
    state = np.random.get_state()  # noqa: NPY002 - the one it seeds
    try:
        yield
    finally:
        if model.training and tokens > most:
            np.random.set_state(state)  # noqa: NPY002
