"""What all tests share: no Hub, and one thread for the tiny models."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

os.environ["HF_HUB_OFFLINE"] = "1"  # read by huggingface_hub when it is imported

import pytest
import torch
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

if "CI" not in os.environ:  # there Hypothesis does the same by itself
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Models this small run fastest on one thread, some ten times faster on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
