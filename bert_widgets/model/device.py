"""The device that a model is loaded on."""

from __future__ import annotations

import torch


def choose_device(name: str) -> torch.device:
    """Take CUDA, else MPS, else the CPU for ``"auto"``."""
    if name != "auto":
        try:
            return torch.device(name)
        except RuntimeError as error:
            msg = f"There is no device {name!r}; use 'auto', 'cpu', 'cuda' or 'mps'."
            raise ValueError(msg) from error
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
