"""The output of one layer: read or replace it while the model runs."""

# ruff: noqa: ANN401 - what a layer returns has no common type
from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch
    from transformers import PreTrainedModel


@contextlib.contextmanager
def at_layer(
    model: PreTrainedModel, layer: int, use: Callable[[torch.Tensor], torch.Tensor]
) -> Iterator[None]:
    """Pass the output of a layer through ``use`` in every run of the model inside.

    Parameters
    ----------
    model
        A model whose layers are in a ``ModuleList``.
    layer
        Counted from zero. ALBERT's layers, one module that runs several times, count each time.
    use
        Gets the hidden states (batch, tokens, width) and returns those that replace them.
    """
    modules = _layers(model)
    calls = 0

    def start(_module: nn.Module, _inputs: object) -> None:
        nonlocal calls
        calls = 0

    def change(_module: nn.Module, _inputs: object, output: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != layer + 1:
            return output
        return (use(output[0]), *output[1:]) if isinstance(output, tuple) else use(output)

    hooks = [model.base_model.register_forward_pre_hook(start)]
    try:
        hooks += [module.register_forward_hook(change) for module in modules]
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _layers(model: PreTrainedModel) -> list[nn.Module]:
    """Find the modules that run once per layer, in order."""
    stacks = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    count = int(model.config.num_hidden_layers)
    modules = list(next((stack for stack in stacks if len(stack) == count), stacks[0]))
    # DeBERTa's convolution belongs to the first layer, but reads the embeddings in parallel.
    convolution = next((m for n, m in model.named_modules() if n.endswith("encoder.conv")), None)
    if convolution is not None:
        modules[0] = convolution
    return modules
