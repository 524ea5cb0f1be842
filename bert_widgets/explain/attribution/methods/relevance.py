"""Relevance traced through the attention weights: attention times gradient, and rollout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from ....model.forward.precision import attention
from ..problem import Scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..problem import Inputs, Problem


def attention_x_gradient(problem: Problem) -> list[Scores]:
    """Trace attention weights that raise the target back to the words: unsigned.

    Each layer adds the mean over its heads of the positive part of weights times gradient to the
    relevance of the tokens. The score of a token is its relevance for the input of the
    classification head, minus the relevance that it has at the start because the head reads it.

    References
    ----------
    Chefer, Gur & Wolf 2021, "Generic Attention-model Explainability for Interpreting Bi-Modal and
    Encoder-Decoder Transformers", equations 5 and 6.
    """
    return _traced(problem, _weighted)


def rollout(problem: Problem) -> list[Scores]:
    """Multiply the attention of the layers, independently of the target. Unsigned, weak.

    Each layer's weights are averaged over its heads and, for the residual connection, then averaged
    with the identity matrix. The scores of a text, including special tokens, add up to one.

    References
    ----------
    Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers".
    """
    return _traced(problem, _rolled)


def _traced(problem: Problem, trace: Callable[[Problem, Inputs], torch.Tensor]) -> list[Scores]:
    results: list[Scores] = [Scores(np.zeros(0, np.float32))] * len(problem)
    with attention(problem.clf.model, "eager"):
        for rows in problem.batches(range(len(problem))):
            relevance = trace(problem, problem.inputs(rows.tolist())).float().cpu().numpy()
            for row, scores in zip(rows, relevance, strict=True):
                results[row] = Scores(scores[: len(problem.encodings[row])])
    return results


def _weighted(problem: Problem, inputs: Inputs) -> torch.Tensor:
    embeddings = inputs.text.detach().requires_grad_()  # so that a frozen model has a gradient too
    with torch.enable_grad():
        values, weights = _run(problem, inputs, embeddings)
        gradients = torch.autograd.grad(values.sum(), weights)
    start = relevance = _read(problem, inputs, weights)
    for layer, gradient in reversed(list(zip(weights, gradients, strict=True))):
        relevance = relevance + _back(relevance, (layer.detach() * gradient).clamp_min(0).mean(1))
    return relevance - start


def _rolled(problem: Problem, inputs: Inputs) -> torch.Tensor:
    with torch.inference_mode():
        _, weights = _run(problem, inputs, inputs.text)
        relevance = _read(problem, inputs, weights)
        for layer in reversed(weights):
            relevance = (relevance + _back(relevance, layer.mean(1))) / 2
    return relevance


def _run(
    problem: Problem, inputs: Inputs, embeddings: torch.Tensor
) -> tuple[torch.Tensor, Sequence[torch.Tensor]]:
    """Return the targets and each layer's weights (batch, heads, tokens or 1, tokens)."""
    with _Softmaxes() as softmaxes:
        values = problem.values(inputs, embeddings)
    config = problem.clf.model.config
    tokens, heads = embeddings.shape[1], getattr(config, "num_attention_heads", 0)
    fit = all(
        weights.shape[1] == heads
        and weights.shape[2] in (tokens, 1)  # the lean forward's last layer: what the head reads
        and weights.shape[3] == tokens
        for weights in softmaxes.weights
    )
    if not fit or len(softmaxes.weights) != config.num_hidden_layers:
        msg = (
            f"{type(problem.clf.model).__name__} has no attention weights from every token to "
            "every token; use 'attnlrp' or 'integrated_gradients'."
        )
        raise ValueError(msg)
    return values, softmaxes.weights


class _Softmaxes(TorchFunctionMode):
    """Records the attention weights: with eager attention, these are the 4-dimensional softmaxes.

    Hooks would get the weights too, but they disable the lean forward pass.
    """

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[torch.Tensor] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        result = func(*args, **kwargs or {})
        if getattr(func, "__name__", "") == "softmax" and result.ndim == 4:  # noqa: PLR2004
            self.weights.append(result)
        return result


def _read(problem: Problem, inputs: Inputs, weights: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the share (batch, tokens) of each token in the input of the classification head.

    The head reads the mean of all tokens if the config says so, the last token of a causal model,
    and else the first token.
    """
    mask = inputs.fields["attention_mask"].to(inputs.text)
    if getattr(problem.clf.model.config, "classifier_pooling", "cls") in ("mean", "late"):
        return mask / mask.sum(1, keepdim=True)
    read = torch.zeros_like(mask)
    causal = all(not layer.detach().triu(1).any() for layer in weights)
    last = mask.sum(1).long() - 1
    read[torch.arange(len(mask)), last if causal else 0] = 1
    return read


def _back(relevance: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Pass the relevance (batch, tokens) of attending tokens on to the tokens they attend to."""
    attending = relevance[:, None, : weights.shape[1]]
    return torch.matmul(attending, weights.to(relevance)).squeeze(1)
