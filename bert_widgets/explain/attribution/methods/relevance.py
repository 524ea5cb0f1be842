"""Relevance followed through the attention weights: attention times gradient, and rollout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from ....model.precision import attention
from ..problem import Scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..problem import Inputs, Problem


def attention_x_gradient(problem: Problem) -> list[Scores]:
    """Follow attention weights that raise the target back to the words: unsigned.

    Each layer adds the mean over its heads of the positive part of weights times gradient to what
    the tokens hold already; the score is what the token that the head reads has of each in the
    end, less the one that it has of itself from the start.

    References
    ----------
    Chefer, Gur & Wolf 2021, "Generic Attention-model Explainability for Interpreting Bi-Modal and
    Encoder-Decoder Transformers", equations 5 and 6.
    """
    return _followed(problem, _weighted)


def rollout(problem: Problem) -> list[Scores]:
    """Multiply the attention of the layers, independently of the target. Unsigned, weak.

    Each layer's weights are averaged over its heads and, for the residual connection, mixed half
    and half with the token's own; a text's scores, special tokens' included, add up to one.

    References
    ----------
    Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers".
    """
    return _followed(problem, _rolled)


def _followed(problem: Problem, follow: Callable[[Problem, Inputs], torch.Tensor]) -> list[Scores]:
    found: list[Scores] = [Scores(np.zeros(0, np.float32))] * len(problem)
    with attention(problem.clf.model, "eager"):
        for rows in problem.batches(range(len(problem))):
            followed = follow(problem, problem.inputs(rows.tolist())).float().cpu().numpy()
            for row, scores in zip(rows, followed, strict=True):
                found[row] = Scores(scores[: len(problem.encodings[row])])
    return found


def _weighted(problem: Problem, inputs: Inputs) -> torch.Tensor:
    embeddings = inputs.text.detach().requires_grad_()  # even a frozen model has a gradient then
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
        for weights in softmaxes.found
    )
    if not fit or len(softmaxes.found) != config.num_hidden_layers:
        msg = (
            f"{type(problem.clf.model).__name__} has no attention weights from every token to "
            "every token to follow; use 'attnlrp' or 'integrated_gradients'."
        )
        raise ValueError(msg)
    return values, softmaxes.found


class _Softmaxes(TorchFunctionMode):
    """Keeps the attention weights, in every family's plain attention the softmaxes in 4 dimensions.

    Hooks would not do: they get the weights, but make the lean forward pass step aside.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[torch.Tensor] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        result = func(*args, **kwargs or {})
        if getattr(func, "__name__", "") == "softmax" and result.ndim == 4:  # noqa: PLR2004
            self.found.append(result)
        return result


def _read(problem: Problem, inputs: Inputs, weights: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the share of each token in what the head reads.

    It reads the first token; the mean of all where the config says so; and the last token where
    tokens attend only to those before them.
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
    """Hand the relevance (batch, tokens) of those that look to those that are looked at."""
    looking = relevance[:, None, : weights.shape[1]]
    return torch.matmul(looking, weights.to(relevance)).squeeze(1)
