"""What a layer or the word embeddings give: read or replaced while the model runs."""

# ruff: noqa: ANN401 - what a layer returns has no common type
from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

import torch

from ...model.forward.run_options import plain_outputs
from ...model.layers import layer_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import nn
    from transformers import PreTrainedModel

    from ...model.classifier import BertClassifier


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
    calls = 0

    def start(_module: nn.Module, _inputs: object) -> None:
        nonlocal calls
        calls = 0

    def change(_module: nn.Module, _inputs: object, output: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != layer + 1:
            return output
        if isinstance(output, tuple | list):
            return (use(output[0]), *output[1:])
        return use(output) if isinstance(output, torch.Tensor) else output

    hooks = [model.base_model.register_forward_pre_hook(start)]
    try:
        hooks += [module.register_forward_hook(change) for module in layer_modules(model)]
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextlib.contextmanager
def embeddings_replaced(clf: BertClassifier, embeddings: torch.Tensor) -> Iterator[None]:
    """Let the model read ``embeddings`` (batch, tokens, width) instead of its word embeddings.

    The model still gets the ids, from which some families (RoBERTa) count their positions; with
    ``inputs_embeds`` these would change if a text contains the padding token.
    """
    calls = 0

    def replace(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if output.shape[1] != embeddings.shape[1]:
            msg = (
                f"{type(clf.model).__name__} pads texts internally, so its words cannot be scored; "
                "use another model."
            )
            raise ValueError(msg)
        return embeddings.to(output.dtype).clone()  # CTRL scales them in place

    hook = clf.model.get_input_embeddings().register_forward_hook(replace)
    try:
        yield
    finally:
        hook.remove()
    if calls != 1:
        msg = (
            f"{type(clf.model).__name__} does not read its words once from get_input_embeddings(), "
            "so they cannot be scored; use an encoder such as BERT."
        )
        raise ValueError(msg)


def layer_output(
    clf: BertClassifier, layer: int, fields: dict[str, torch.Tensor], embeddings: torch.Tensor
) -> torch.Tensor:
    """Return the output of a layer (batch, tokens, width) for word embeddings."""
    outputs: list[torch.Tensor] = []

    def note(states: torch.Tensor) -> torch.Tensor:
        outputs.append(states.float())
        return states

    with embeddings_replaced(clf, embeddings), at_layer(clf.model, layer, note):
        clf(**fields)
    return outputs[0]


def check_layers(clf: BertClassifier) -> None:
    """Raise unless `at_layer` finds the states that the model itself says its layers give out.

    Raises
    ------
    ValueError
        If it does not.
    """
    model, count = clf.model, int(clf.model.config.num_hidden_layers)
    seen: dict[int, torch.Tensor] = {}

    def note(states: torch.Tensor, layer: int) -> torch.Tensor:
        seen[layer] = states
        return states

    fields = clf.collate(clf.encode(["a"]))
    with contextlib.ExitStack() as stack:
        stack.enter_context(clf.inference())
        stack.enter_context(plain_outputs(model))
        stack.enter_context(torch.no_grad())
        for layer in range(count):
            stack.enter_context(at_layer(model, layer, functools.partial(note, layer=layer)))
        expected = model(**fields, output_hidden_states=True).get("hidden_states") or ()
    # The last states are often shown only behind another norm.
    inner = zip(range(count - 1), expected[1:], strict=False)
    tokens = fields["input_ids"].shape
    if (
        len(seen) < count
        or any(states.shape[:2] != tokens for states in seen.values())
        or any(not torch.equal(seen[i], states) for i, states in inner)
    ):
        msg = (
            f"The outputs of the layers of {type(model).__name__} are not found, so they cannot be "
            "scored; use layer=None for the word embeddings."
        )
        raise ValueError(msg)
