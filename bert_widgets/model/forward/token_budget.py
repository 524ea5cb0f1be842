"""How many tokens go through the model at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# As many as stay in a CPU's caches, or keep a GPU busy.
_CPU_TOKENS, _GPU_TOKENS = 1024, 8192


def token_budget(device: torch.device) -> int:
    """Return the most tokens, padding included, of a batch without an optimiser step."""
    return _CPU_TOKENS if device.type == "cpu" else _GPU_TOKENS
