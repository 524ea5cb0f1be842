"""AttnLRP: layer-wise relevance propagation, with a rule for each operation of a transformer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from ....model.forward.precision import attention
from ..problem import Scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..problem import Problem

    Operation = Callable[..., torch.Tensor]


def attnlrp(problem: Problem) -> list[Scores]:
    """Propagate the target back to the words, layer by layer: one forward and one backward pass.

    The scores are gradient times word embedding (or output of the requested layer). The gradient
    treats factors that only scale their input as constants: the standard deviation in a layer norm
    and the ratio of an activation's output to its input. Each of the two factors of a product gets
    half of its relevance.

    Positions, segments, biases and the softmaxes absorb a part of the target, so the scores of the
    words do not add up to it.

    References
    ----------
    Achtibat, Hatefi, Dreyer, Jain, Wiegand, Lapuschkin & Samek 2024, "AttnLRP: Attention-Aware
    Layer-Wise Relevance Propagation for Transformers".
    """
    results: list[Scores] = [Scores(np.zeros(0, np.float32))] * len(problem)
    model = problem.clf.model
    with attention(problem.clf.model, "eager"), _frozen(model), _written_out_activations(model):
        for rows in problem.batches(range(len(problem))):
            inputs = problem.inputs(rows.tolist())
            with _Rules():
                _, gradient = problem.gradient(inputs, inputs.text)
            relevance = (gradient * inputs.text).sum(-1).cpu().numpy()
            for row, scores in zip(rows, relevance, strict=True):
                results[row] = Scores(scores[: len(problem.encodings[row])])
    return results


class _Rules(TorchFunctionMode):
    """Applies AttnLRP's rules to the operations that have one, in models of any family.

    The others (linear layers, sums, softmax, ReLU) keep their gradient: gradient times input is
    the paper's rule for them. Other threads are not affected.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - the return type of the operation
        rule = _RULES.get(getattr(func, "__name__", ""))
        options = kwargs or {}
        return func(*args, **options) if rule is None else rule(func, *args, **options)


def _normalised(
    _operation: Operation,
    states: torch.Tensor,
    shape: tuple[int, ...],
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    eps: float = 1e-5,
) -> torch.Tensor:
    """Apply a layer norm with its standard deviation as a constant."""
    centred = states - states.mean(tuple(range(-len(shape), 0)), keepdim=True)
    with torch.no_grad():
        scale = torch.native_layer_norm(states, shape, None, None, eps)[2].to(states.dtype)
        scale = scale if weight is None else scale * weight
    return centred * scale if bias is None else torch.addcmul(bias, centred, scale)


def _proportional(
    operation: Operation,
    states: torch.Tensor,
    *args: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> torch.Tensor:
    """Apply an activation as multiplication by a constant, the ratio of its output to its input."""
    with torch.no_grad():
        ratio = (operation(states, *args, **options) / states).nan_to_num_(0.0)
    return states * ratio


def _divided(
    operation: Operation,
    *factors: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> torch.Tensor:
    """Divide the relevance of a product equally between two factors that depend on the words."""
    product = operation(*factors, **options)
    if sum(isinstance(factor, torch.Tensor) and factor.requires_grad for factor in factors) > 1:
        product.register_hook(lambda gradient: gradient / 2)  # type: ignore[no-untyped-call]
    return product


def _constant(operation: Operation, *args: Any, **options: Any) -> torch.Tensor:  # noqa: ANN401
    """Treat the standard deviation in a norm written in Python as a constant."""
    return operation(*args, **options).detach()


_RULES: dict[str, Operation] = {
    "layer_norm": _normalised,
    **dict.fromkeys(("gelu", "silu", "tanh"), _proportional),
    **dict.fromkeys(("bmm", "matmul", "mul"), _divided),
    **dict.fromkeys(("rsqrt", "sqrt"), _constant),
}


@contextlib.contextmanager
def _written_out_activations(model: nn.Module) -> Iterator[None]:
    """Apply the rule of activations to those that transformers writes in Python.

    ALBERT's GELU, for example, consists of products and a tanh, whose rules combined are not the
    rule of an activation. The common GELU gets no hook, since a hook disables the lean forward
    pass.
    """

    def replace(
        _module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor
    ) -> torch.Tensor:
        return _proportional(lambda _: output, inputs[0])

    with contextlib.ExitStack() as hooks:
        for module in model.modules():
            written_out = type(module).__module__ == "transformers.activations"
            if written_out and getattr(module, "act", None) is not nn.functional.gelu:
                hooks.callback(module.register_forward_hook(replace).remove)
        yield


@contextlib.contextmanager
def _frozen(model: nn.Module) -> Iterator[None]:
    """Disable the gradients of the parameters: only what depends on the words requires one."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    try:
        for parameter in trained:
            parameter.requires_grad_(False)  # noqa: FBT003 - torch's signature
        yield
    finally:
        for parameter in trained:
            parameter.requires_grad_(True)  # noqa: FBT003
