"""Queries and keys of a head, from which its attention weights are computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..reading import Reading, encode_one, reading
from .hooks import Heads, run_with_hook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding


@dataclass(frozen=True, eq=False, kw_only=True)
class QueryKey(Reading):
    """Queries and keys of one head, for a text of n tokens.

    Attributes
    ----------
    layer, head
        Both count from zero.
    query, key
        float32 arrays (n, size of the head), with positions rotated in where a model does that.
    scores
        float32 array (n, n): ``query @ key.T``, divided as the model does it.
    weights
        float32 array (n, n): the head's attention.
    complete
        Whether the weights are the softmax of the scores. They are not if the model adds a term for
        positions (DeBERTa) or ignores distant tokens (ModernBERT's local layers).

    See Also
    --------
    Reading : text, pair, tokens, words and their offsets.
    """

    layer: int
    head: int
    query: NDArray[np.float32]
    key: NDArray[np.float32]
    scores: NDArray[np.float32]
    weights: NDArray[np.float32]
    complete: bool

    def __repr__(self) -> str:
        return f"<QueryKey of layer {self.layer}, head {self.head}: {len(self.tokens)} tokens>"


def query_key(
    clf: BertClassifier, text: str, pair: str | None = None, *, layer: int, head: int
) -> QueryKey:
    """Read the queries and keys of one head.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        As for `attention_maps`.
    layer, head
        Both count from zero.

    Raises
    ------
    TypeError
        If ``text`` or ``pair`` is not a string.
    ValueError
        If there is no such layer or head, or the model's attention cannot be read.

    Examples
    --------
    >>> result = bw.query_key(clf, "not bad", layer=2, head=3)
    >>> (result.query[1] * result.key).shape  # one query times every key, before the sum
    (4, 32)
    """
    encoding = encode_one(clf, text, pair, stacklevel=3)
    return query_key_of(clf, encoding, layer, head)


def query_key_of(clf: BertClassifier, encoding: Encoding, layer: int, head: int) -> QueryKey:
    """Read the queries and keys of one head of an encoded text; see `query_key`."""
    config = clf.model.config
    counts = {"layer": config.num_hidden_layers, "head": config.num_attention_heads}
    for name, number in (("layer", layer), ("head", head)):
        if not 0 <= number < counts[name]:
            msg = f"There is no {name} {number}; use 0 to {counts[name] - 1}."
            raise ValueError(msg)
    head_states: list[tuple[torch.Tensor, ...]] = []

    def keep(heads: Heads) -> torch.Tensor:
        if heads.layer == layer:
            head_states.append((heads.query[0, head], heads.key[0, head], heads.weights[0, head]))
        return heads.context

    with clf.evaluating(), torch.inference_mode():
        run_with_hook(clf, clf.collate([encoding]), keep)
    query, key, weights = (part.float().cpu().numpy() for part in head_states[0])
    # DeBERTa divides the scale among its kinds of scores.
    kinds = 1 + len(getattr(config, "pos_att_type", None) or [])
    scores = query @ key.T / np.sqrt(query.shape[1] * kinds, dtype=np.float32)
    softmax = np.exp(scores - scores.max(1, keepdims=True))
    softmax /= softmax.sum(1, keepdims=True)
    return QueryKey(
        **reading(encoding),
        layer=layer,
        head=head,
        query=query,
        key=key,
        scores=scores,
        weights=weights,
        complete=bool(np.allclose(softmax, weights, atol=1e-3)),
    )
