"""Weights as int8 with a scale per row: a quarter of the size, dequantised at load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file

if TYPE_CHECKING:
    from pathlib import Path

_SCALE = ".scale"


def save_int8(weights: dict[str, torch.Tensor], path: Path) -> None:
    """Write weights; matrices are rounded to int8, each row to its largest absolute value / 127.

    Parameters
    ----------
    weights
        float32 tensors by name. Only matrices are quantised; the others are stored unchanged.
    path
        The safetensors file to write.
    """
    stored: dict[str, torch.Tensor] = {}
    for name, weight in weights.items():
        if weight.ndim != 2:  # noqa: PLR2004
            stored[name] = weight.contiguous()
            continue
        scale = weight.abs().amax(1, keepdim=True).clamp_min(torch.finfo(torch.float32).tiny) / 127
        stored[name] = (weight / scale).round().to(torch.int8).contiguous()
        stored[name + _SCALE] = scale.squeeze(1).contiguous()
    save_file(stored, path)


def load_int8(path: Path) -> dict[str, torch.Tensor]:
    """Read what `save_int8` wrote, as float32 tensors by name."""
    stored = load_file(path)
    return {
        name: value.float() * stored[name + _SCALE][:, None] if value.dtype == torch.int8 else value
        for name, value in stored.items()
        if not name.endswith(_SCALE)
    }
