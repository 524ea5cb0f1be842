"""Gradients in less memory: each layer keeps only its inputs, and runs again for the rest."""

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
    """Run the model's layers so that only one at a time is in memory for the backward pass.

    The backward pass must run inside, and inside all other contexts that change what a layer
    computes: it runs each layer but the last again, which takes 1.4 times as long. Results are the
    same up to rounding.

    Parameters
    ----------
    model
        Any encoder, with dropout off and its classifier's lock held.

    References
    ----------
    Chen, Xu, Zhang & Guestrin 2016, "Training Deep Nets with Sublinear Memory Cost".
    """
    stacks = (module for module in model.modules() if isinstance(module, nn.ModuleList))
    stack = max(stacks, key=len)
    layers = list(stack)
    before = [vars(layer).get("forward") for layer in layers]
    # Calls are counted because ALBERT runs the same layer each time.
    calls = itertools.count(1)

    def checkpointed(forward: Forward) -> Forward:
        def run(*inputs: Any, **options: Any) -> Any:  # noqa: ANN401
            if next(calls) == model.config.num_hidden_layers:
                return forward(*inputs, **options)  # its backward pass comes next
            again = _in_this_context(forward)
            return checkpoint(
                again, *inputs, use_reentrant=False, preserve_rng_state=False, **options
            )

        return run

    for layer in layers:
        layer.forward = checkpointed(layer.forward)
    try:
        yield
    finally:
        for layer, original in zip(layers, before, strict=True):
            if original is None:
                del layer.forward
            else:
                layer.forward = original


def _in_this_context(forward: Forward) -> Forward:
    """Return a function that first runs ``forward`` normally, and later in the current context.

    A hook reads the number of its layer from the context, and on a GPU the backward pass runs in
    another thread and so in another context.
    """
    context = contextvars.copy_context()
    runs = itertools.count()

    def run(*inputs: Any, **options: Any) -> Any:  # noqa: ANN401
        if next(runs) == 0:
            return forward(*inputs, **options)
        return context.copy().run(forward, *inputs, **options)

    return run
