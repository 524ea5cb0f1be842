"""The public function for attention maps: reduced to bytes layer by layer as the model runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from ..._common.options import named_options
from ...model.adapters import linear_layers
from ..reading import encode_one, reading
from ..reading import masked as with_masks
from .head_statistics import TokenMasks, statistics_of
from .hooks import Heads, run_with_hook
from .result import AttentionMaps
from .value_norms import Projections, value_norms, watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding


_SMALLEST_SCALE = 1e-30  # divided by 255 it is still a normal float32


@named_options
def attention_maps(
    clf: BertClassifier, text: str, pair: str | None = None, *, masked: Sequence[int] = ()
) -> AttentionMaps:
    """Read the attention of every head in one forward pass.

    Heads are reduced to bytes as each layer runs, so that only one layer at a time is in memory as
    floats (except for DeBERTa, which returns all weights at the end). The model uses eager
    attention for this pass only.

    Attention shows where a head looks, not why the model decided.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        The text, and the second text of a pair. What the model does not read is left out, with
        a warning.
    masked
        Numbers of tokens to replace by the mask token.

    Raises
    ------
    TypeError
        If ``text`` or ``pair`` is not a string.
    ValueError
        If the model has no attention weights from every token to every token, there is no such
        token, or it cannot be masked.

    Examples
    --------
    >>> maps = bw.attention_maps(clf, "the film was not bad")
    >>> maps.head(0, 3).shape
    (7, 7)
    """
    encoding = encode_one(clf, text, pair, stacklevel=4)
    encoding = with_masks(clf, encoding, masked)
    reduced = _Reduced(encoding, clf.model.config.num_hidden_layers)
    projections = Projections()

    def keep(heads: Heads) -> torch.Tensor:
        reduced.add(heads.layer, heads.weights[0])
        projections.expect(lambda linear: reduced.norms.append(value_norms(heads.value, linear)))
        return heads.context

    with (
        clf.evaluating(),
        torch.inference_mode(),
        watched(linear_layers(clf.model), projections),
    ):
        logits = run_with_hook(clf, clf.collate([encoding]), keep)
    return AttentionMaps(
        **reading(encoding),
        classes=clf.labels,
        masked=tuple(sorted(set(masked))),
        logits=logits[0].float().cpu().numpy(),
        probabilities=clf.probabilities(logits.float())[0],
        weights=reduced.weights,
        scales=reduced.scales,
        means=reduced.means,
        value_norms=np.stack(reduced.norms),
        statistics={
            name: np.stack([of_layer[name] for of_layer in reduced.statistics])
            for name in reduced.statistics[0]
        },
    )


class _Reduced:
    """The reduced weights of the layers that have run."""

    weights: NDArray[np.uint8]
    scales: NDArray[np.float32]
    means: NDArray[np.float32]

    def __init__(self, encoding: Encoding, layers: int) -> None:
        self._tokens = TokenMasks.of(encoding)
        self._layers = layers
        self.statistics: list[dict[str, NDArray[np.float32]]] = []
        self.norms: list[NDArray[np.float32]] = []

    def add(self, layer: int, weights: torch.Tensor) -> None:
        """Reduce one layer (heads, n, n) head by head, which keeps temporary arrays small."""
        heads, count, _ = weights.shape
        if not layer:
            self.weights = np.empty((self._layers, heads, count, count), np.uint8)
            self.scales = np.empty((self._layers, heads), np.float32)
            self.means = np.empty((self._layers, count, count), np.float32)
        for head in range(heads):
            levels, self.scales[layer, head] = _quantise(weights[head])
            self.weights[layer, head] = levels.cpu().numpy()
        self.means[layer] = weights.float().mean(0).cpu().numpy()
        self.statistics.append(statistics_of(weights, self._tokens))


def _quantise(weights: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Reduce one head (n, n) to bytes and its largest weight."""
    scale = max(float(weights.max()), _SMALLEST_SCALE)
    return (weights.float() * (255 / scale)).round_().to(torch.uint8), scale
