"""Gradients in little memory: each layer keeps what goes into it, and runs again for the rest."""

from __future__ import annotations

import contextlib
import contextvars
import itertools
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.utils.checkpoint import checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from transformers import PreTrainedModel

    Forward = Callable[..., Any]


@contextlib.contextmanager
def recomputed(model: PreTrainedModel) -> Iterator[None]:
    """Run the model's layers such that no more than one is ever held for the backward pass.

    The backward pass belongs inside, and inside whatever else changes what a layer computes: it
    runs each layer but the last again, which takes 1.4 times the time. Results are the same up to
    rounding.

    Parameters
    ----------
    model
        Any encoder, its dropout off and its classifier's lock held.

    References
    ----------
    Chen, Xu, Zhang & Guestrin 2016, "Training Deep Nets with Sublinear Memory Cost".
    """
    stacks = (module for module in model.modules() if isinstance(module, nn.ModuleList))
    stack = max(stacks, key=len)
    layers = list(stack)
    before = [vars(layer).get("forward") for layer in layers]
    # Counted by calls: ALBERT runs the same layer each time.
    calls = itertools.count(1)

    def thrifty(forward: Forward) -> Forward:
        def run(*inputs: Any, **options: Any) -> Any:  # noqa: ANN401
            if next(calls) == model.config.num_hidden_layers:
                return forward(*inputs, **options)  # its turn to go backward comes at once
            again = _in_this_context(forward)
            return checkpoint(
                again, *inputs, use_reentrant=False, preserve_rng_state=False, **options
            )

        return run

    for layer in layers:
        layer.forward = thrifty(layer.forward)
    try:
        yield
    finally:
        for layer, own in zip(layers, before, strict=True):
            if own is None:
                del layer.forward
            else:
                layer.forward = own


def _in_this_context(forward: Forward) -> Forward:
    """Return what runs ``forward`` at first here, and then in the context that there was before.

    A hook finds its layer's number in the context; and the backward pass of a GPU has a thread, and
    thus a context, of its own.
    """
    context = contextvars.copy_context()
    runs = itertools.count()

    def run(*inputs: Any, **options: Any) -> Any:  # noqa: ANN401
        if next(runs) == 0:
            return forward(*inputs, **options)
        return context.copy().run(forward, *inputs, **options)

    return run
