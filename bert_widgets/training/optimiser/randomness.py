"""The random state of a training."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from ..._common.randomness import dropout_from

if TYPE_CHECKING:
    from collections.abc import Iterator


class Randomness:
    """The random state of a training, separate from that of other cells and runs.

    GPUs and compiled code always use the generators of the process. Their states are swapped for
    the duration of a step, so a thread that draws random numbers meanwhile interferes.

    Parameters
    ----------
    seed
        Determines the initial state.
    device
        Device of the model.
    compiled
        Whether the model is compiled.

    Attributes
    ----------
    state
        uint8 tensors by type of device: states of the generators before the next step.
    """

    def __init__(self, seed: int, device: torch.device, *, compiled: bool) -> None:
        self._device = device
        self._swaps = compiled or device.type == "cuda"
        self.state = {"cpu": torch.Generator().manual_seed(seed).get_state()}
        if device.type == "cuda":
            self.state["cuda"] = torch.Generator(device).manual_seed(seed).get_state()

    def load(self, state: dict[str, torch.Tensor]) -> None:
        """Load a `state`, possibly of a machine without a GPU."""
        for device, current in self.state.items():
            self.state[device] = state.get(device, current).cpu()

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Use this random state inside; `state` advances only if nothing is raised."""
        with self._swapped() if self._swaps else self._separate():
            yield

    @contextmanager
    def _separate(self) -> Iterator[None]:
        generator = torch.Generator()
        generator.set_state(self.state["cpu"])
        with dropout_from(generator):
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
