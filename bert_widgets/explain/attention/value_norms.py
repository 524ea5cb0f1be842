"""The lengths of the vectors that attention adds up, not only their weights."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import torch
from torch import nn

from ...model.adapters import linear_layers, linear_weight
from .hooks import Heads, run_with_hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding

# Rows of a layer that are computed at once; each is an array (tokens, width).
_ROWS = 16


class Projections:
    """A hook that finds the linear map that runs next: after attention, the output projection."""

    def __init__(self) -> None:
        self._expecting: Callable[[nn.Linear], object] | None = None

    def expect(self, callback: Callable[[nn.Linear], object]) -> None:
        """Call ``callback`` with the next linear layer that runs."""
        self._expecting = callback

    def __call__(self, linear: nn.Module, _inputs: object) -> None:
        """Pass on a linear layer that runs."""
        callback, self._expecting = self._expecting, None
        if callback is not None:
            callback(linear)  # type: ignore[arg-type]


@contextlib.contextmanager
def watched(modules: Iterable[nn.Module], watcher: Callable[..., None]) -> Iterator[None]:
    """Call ``watcher`` with the inputs of each of the modules."""
    hooks = [module.register_forward_pre_hook(watcher) for module in modules]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def value_norms(value: torch.Tensor, projection: nn.Linear) -> NDArray[np.float32]:
    """Return the length of each token's value vector after the output projection.

    Parameters
    ----------
    value
        (1, heads, tokens, size of a head).
    projection
        The linear map from all heads to the model's width.

    Returns
    -------
    float32 array (heads, tokens)

    References
    ----------
    Kobayashi, Kuribayashi, Yokoi & Inui 2020, "Attention is Not Only a Weight: Analyzing
    Transformers with Vector Norms".
    """
    lengths = _projected(value[0], projection).norm(dim=-1)
    norms: NDArray[np.float32] = lengths.float().cpu().numpy()
    return norms


def block_norms(clf: BertClassifier, encoding: Encoding, layer: int) -> NDArray[np.float32]:
    """Return how much each token gets from each other one in a whole layer's attention block.

    All heads are added up before the length is taken. The diagonal includes the residual connection
    and, in models that normalise after it (all but ModernBERT), rows include the LayerNorm's scale.

    Parameters
    ----------
    clf
        The classifier.
    encoding
        The text.
    layer
        Counts from zero.

    Returns
    -------
    float32 array (n, n)
        Row = the token that is updated.

    References
    ----------
    Kobayashi, Kuribayashi, Yokoi & Inui 2021, "Incorporating Residual and Normalization Layers
    into Analysis of Masked Language Models".
    """
    norms_of_layer: list[NDArray[np.float32]] = []
    projections, norms = Projections(), _Norms(clf.model)

    def keep(heads: Heads) -> torch.Tensor:
        if heads.layer == layer:
            projections.expect(lambda linear: norms.expect(heads, linear, norms_of_layer.append))
        return heads.context

    with (
        clf.evaluating(),
        torch.inference_mode(),
        watched(linear_layers(clf.model), projections),
        watched([m for m in clf.model.modules() if isinstance(m, nn.LayerNorm)], norms),
    ):
        run_with_hook(clf, clf.collate([encoding]), keep)
    return norms_of_layer[0]


def _projected(value: torch.Tensor, projection: nn.Linear) -> torch.Tensor:
    """Map each head's values (heads, tokens, size) to the model's width, without the bias."""
    heads, _, size = value.shape
    parts = linear_weight(projection).view(-1, heads, size).permute(1, 2, 0)
    return torch.matmul(value, parts.to(value.dtype))


class _Norms:
    """A hook that waits for the LayerNorm of the sum of residual and attention."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._waiting: tuple[Heads, nn.Linear, Callable[[NDArray[np.float32]], None]] | None = None

    def expect(
        self, heads: Heads, projection: nn.Linear, callback: Callable[[NDArray[np.float32]], None]
    ) -> None:
        self._waiting = (heads, projection, callback)

    def __call__(self, norm: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if self._waiting is None:
            return
        (heads, projection, callback), self._waiting = self._waiting, None
        after = self._model.config.model_type != "modernbert"  # type: ignore[union-attr]
        callback(_block(heads, projection, inputs[0][0], norm if after else None))  # type: ignore[arg-type]


def _block(
    heads: Heads, projection: nn.Linear, total: torch.Tensor, norm: nn.LayerNorm | None
) -> NDArray[np.float32]:
    """Return the lengths of the parts that add up to a block's output, without its biases.

    ``total`` (tokens, width) is the sum of residual and attention, the input of ``norm``.
    """
    values = _projected(heads.value[0], projection)
    context = heads.context[0].transpose(0, 1).flatten(1)
    residual = total - projection(context)
    rows = []
    for start in range(0, len(total), _ROWS):
        weights = heads.weights[0][:, start : start + _ROWS]
        parts = torch.einsum("hij,hjw->ijw", weights, values)
        here = torch.arange(start, start + len(parts), device=parts.device)
        parts[here - start, here] += residual[here]
        if norm is not None:
            spread = (total[here].var(-1, correction=0) + norm.eps).sqrt()
            centred = parts - parts.mean(-1, keepdim=True)
            parts = centred / spread[:, None, None] * norm.weight
        rows.append(parts.norm(dim=-1))
    norms: NDArray[np.float32] = torch.cat(rows).float().cpu().numpy()
    return norms
