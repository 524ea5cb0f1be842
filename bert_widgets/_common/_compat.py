"""Private names of other libraries: each use is a function in this module with a separate test.

Nothing is imported before a function is called.
"""

# ruff: noqa: SLF001 - what this module is for
from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import torch
    from torch import nn
    from transformers import PreTrainedModel


def attention_implementation(model: PreTrainedModel) -> str:
    """Return the attention implementation in use, such as ``"sdpa"`` or ``"eager"``."""
    implementation: str = model.config._attn_implementation
    return implementation


def can_choose_attention(model: PreTrainedModel) -> bool:
    """Return whether a model's attention implementation can be set."""
    return bool(model._can_set_attn_implementation())


def in_place_changes(tensor: torch.Tensor) -> int:
    """Return how often a tensor was changed in place."""
    return tensor._version


def has_hooks(module: nn.Module) -> bool:
    """Return whether a forward or backward hook is registered on a module."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
    )


def is_compiled(module: nn.Module) -> bool:
    """Return whether ``module.compile()`` was called."""
    return module._compiled_call_impl is not None


def checkpointed_modules(model: nn.Module) -> list[Any]:
    """Return the modules for which gradient checkpointing is switched on."""
    return [
        module
        for module in model.modules()
        if getattr(module, "gradient_checkpointing", False)
        and hasattr(module, "_gradient_checkpointing_func")
    ]


@contextlib.contextmanager
def checkpointing_through(
    modules: Iterable[Any], wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Replace the function that modules call for gradient checkpointing by ``wrap(function)``."""
    before = [(module, module._gradient_checkpointing_func) for module in modules]
    try:
        for module, function in before:
            module._gradient_checkpointing_func = wrap(function)
        yield
    finally:
        for module, function in before:
            module._gradient_checkpointing_func = function


def cpu_has_bfloat16() -> bool:
    """Return whether the processor computes in bfloat16; others emulate it slowly."""
    import torch

    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return supported is not None and bool(supported())


def linear_gelu() -> Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor] | None:
    """Return a function of (states, weight, bias): a linear layer and exact GELU in one pass.

    It has no gradient. None where torch is built without oneDNN.
    """
    import torch

    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return None
    fused = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
    if fused is None:
        return None

    def compute(states: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = fused(states, weight, bias, "gelu", [], "none")
        return output

    return compute


def captum_ridge(alpha: float) -> Any:  # noqa: ANN401 - Captum has no types
    """Return a ridge regression as Captum's ``Lime`` takes it."""
    from captum._utils.models.linear_model import SkLearnRidge

    return SkLearnRidge(alpha=alpha)


def captum_cosine_kernel(width: float) -> Callable[..., float]:
    """Return Captum's exponential kernel over the cosine distance."""
    from captum.attr._core.lime import get_exp_kernel_similarity_function

    kernel: Callable[..., float] = get_exp_kernel_similarity_function("cosine", width)
    return kernel


def captum_deep_lift_layers() -> tuple[type[nn.Module], ...]:
    """Return the non-linear layers for which Captum's DeepLift has a rule."""
    from captum.attr._core.deep_lift import SUPPORTED_NON_LINEAR

    return tuple(SUPPORTED_NON_LINEAR)


def send_always(widget: Any, traits: Iterable[str]) -> None:  # noqa: ANN401 - ipywidgets has no types
    """Send traits of an ipywidgets ``Widget`` at the end of its ``hold_sync``, changed or not."""
    widget._states_to_send.update(traits)


def swap_trait_value(owner: Any, name: str, value: object, default: object) -> Any:  # noqa: ANN401
    """Set a trait of a ``HasTraits`` without notification, and return the old value."""
    old = owner._trait_values.get(name, default)
    owner._trait_values[name] = value
    return old


def notify_trait(owner: Any, name: str, old: object, new: object) -> None:  # noqa: ANN401
    """Notify the observers of a trait of a ``HasTraits``."""
    owner._notify_trait(name, old, new)


def answer_in_sender_subshell(comm: object) -> None:
    """Let an ipykernel comm handle messages from the page where the page sends them.

    ipykernel 7.4 redirects them to the subshell of the message that the kernel handled last. There
    they wait for the running cell, or are lost if that subshell was closed.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = None


def open_widgets() -> list[Any]:
    """Return the ipywidgets widgets that are connected to a page."""
    from ipywidgets.widgets.widget import _instances

    return list(_instances.values())


def element_trait(container: object) -> object:
    """Return the trait of the elements of a traitlets container such as ``List``, or None."""
    return getattr(container, "_trait", None)
