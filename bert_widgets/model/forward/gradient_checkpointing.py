"""Gradient checkpointing: layers that are computed a second time are computed the same."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import torch

from ..._common._compat import checkpointed_modules, checkpointing_through
from ..._common.randomness import GeneratorMode, dropout_context, dropout_generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import nn


@contextlib.contextmanager
def same_when_repeated(model: nn.Module) -> Iterator[None]:
    """Draw dropout as `dropout_context` does, and let gradient checkpointing change no result.

    Gradient checkpointing keeps only the inputs of a layer and computes it again in the backward
    pass. torch then restores the state of its own generator, but knows nothing of another one:
    the gradient would be that of other dropped states. And what torch calls reentrant follows only
    the first inputs of a layer: it fails for DeBERTa, and gives no gradient to a layer whose
    inputs need none. The other kind, which gives the same otherwise, takes its place.

    Parameters
    ----------
    model
        The model that runs inside; the backward pass may come later.
    """
    checkpoints = model.training and not torch.compiler.is_compiling()
    modules = checkpointed_modules(model) if checkpoints else []
    with dropout_context(), checkpointing_through(modules, _repeating):
        yield


def _repeating(checkpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Let a checkpointing function compute with the same random numbers each time."""
    reentrant = getattr(checkpoint, "keywords", {}).get("use_reentrant", False)
    fixed = {"use_reentrant": False} if reentrant else {}

    def repeated(forward: Callable[..., Any], *inputs: Any, **options: Any) -> Any:  # noqa: ANN401
        options |= fixed
        generator = dropout_generator()
        if generator is None:
            return checkpoint(forward, *inputs, **options)
        state, runs = generator.get_state(), iter([True])

        def compute(*again: Any, **named: Any) -> Any:  # noqa: ANN401
            if next(runs, False):
                return forward(*again, **named)
            with GeneratorMode(torch.Generator().set_state(state)):
                return forward(*again, **named)

        return checkpoint(compute, *inputs, **options)

    return repeated
