"""The random numbers of a training, from its seed on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from ..._common.randomness import dropping_by

if TYPE_CHECKING:
    from collections.abc import Iterator


class Randomness:
    """Where a step draws from: its own, so that a run and other cells do not change each other.

    A GPU and compiled code draw from generators of the process whatever one does. These are
    swapped for the step, and a thread that draws meanwhile is in its way.

    Parameters
    ----------
    seed
        What all follows from.
    device
        Of the model.
    compiled
        Whether the model is.

    Attributes
    ----------
    state
        uint8 tensors: the states of the generators before the next step, by kind of device.
    """

    def __init__(self, seed: int, device: torch.device, *, compiled: bool) -> None:
        self._device = device
        self._swaps = compiled or device.type == "cuda"
        self.state = {"cpu": torch.Generator().manual_seed(seed).get_state()}
        if device.type == "cuda":
            self.state["cuda"] = torch.Generator(device).manual_seed(seed).get_state()

    def load(self, state: dict[str, torch.Tensor]) -> None:
        """Take over a `state`, perhaps of a machine without a GPU."""
        for kind, own in self.state.items():
            self.state[kind] = state.get(kind, own).cpu()

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Draw inside; `state` is the next one only if nothing is raised."""
        with self._swapped() if self._swaps else self._own():
            yield

    @contextmanager
    def _own(self) -> Iterator[None]:
        generator = torch.Generator()
        generator.set_state(self.state["cpu"])
        with dropping_by(generator):
            yield
        self.state = {"cpu": generator.get_state()}

    @contextmanager
    def _swapped(self) -> Iterator[None]:
        on_gpu = self._device.type == "cuda"
        with torch.random.fork_rng([self._device] if on_gpu else []):
            torch.set_rng_state(self.state["cpu"])
            if on_gpu:
                torch.cuda.set_rng_state(self.state["cuda"], self._device)
            yield
            self.state = {"cpu": torch.get_rng_state()}
            if on_gpu:
                self.state["cuda"] = torch.cuda.get_rng_state(self._device)
