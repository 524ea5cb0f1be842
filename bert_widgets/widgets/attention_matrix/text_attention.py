"""The attention of one text, and what a widget computes from it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from ...explain.attention.flow import gradient_rollout, rollout
from ...explain.attention.head_effects import ablated_logits, estimated_effects, exact_effects
from ...explain.attention.maps import attention_maps
from ...explain.attention.query_key import query_key_of
from ...explain.attention.value_norms import block_norms
from ...explain.attribution.targets import Target
from ...explain.reading import masked as with_masks
from ...model.weights_version import weights_of
from ..shared.text_widget import check_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ...explain.attention.query_key import QueryKey
    from ...explain.attention.result import AttentionMaps, Matrix
    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding
    from .map_key import MapKey


class TextAttention:
    """The attention of every head for one text, with the classifier it was read from.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        The text, and the second one of a pair or ``""``.
    masked
        The numbers of the tokens to replace by the mask token.

    Attributes
    ----------
    maps : AttentionMaps
        What the model's heads look at.
    """

    def __init__(
        self, clf: BertClassifier, text: str, pair: str, masked: tuple[int, ...] = ()
    ) -> None:
        check_text(text, pair)
        self.clf = clf
        self.maps: AttentionMaps = attention_maps(clf, text, pair or None, masked=masked)
        self._flows: dict[str, tuple[object, NDArray[np.float32]]] = {}

    @functools.cached_property
    def encoding(self) -> Encoding:
        """What the model read."""
        maps = self.maps
        encoding = self.clf.encode([maps.text], None if maps.pair is None else [maps.pair])[0]
        return with_masks(self.clf, encoding, maps.masked)

    def matrix(self, key: MapKey, *, words: bool, specials: bool) -> Matrix:
        """Return a matrix; optionally merge tokens into words or drop special tokens.

        Raises
        ------
        ValueError
            If value-weighted norms are requested for the mean over all layers.
        """
        return self.maps.arranged(self._weights(key), words=words, specials=specials)

    def without_heads(self, heads: frozenset[tuple[int, int]]) -> NDArray[np.float32]:
        """Return the probabilities with some heads (layer, head) switched off."""
        if not heads:
            return self.maps.probabilities
        logits = ablated_logits(self.clf, self.encoding, [heads])
        probabilities: NDArray[np.float32] = self.clf.probabilities(logits)[0]
        return probabilities

    def query_key(self, layer: int, head: int) -> QueryKey:
        """Return the queries and keys of one head."""
        return query_key_of(self.clf, self.encoding, layer, head)

    def estimated_effects(self, label: str) -> NDArray[np.float32]:
        """Return the first-order estimate of every head's effect on a label's logit."""
        return estimated_effects(self.clf, self.encoding, self._target(label))

    def exact_effects(
        self, label: str
    ) -> Iterator[tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]]:
        """Switch off one head after another; yield effects batch by batch."""
        shape = (self.maps.layers, self.maps.heads)
        return exact_effects(self.clf, self.encoding, self._target(label), shape)

    def _target(self, label: str) -> Target:
        return Target(self.clf.labels.index(label))

    def _weights(self, key: MapKey) -> NDArray[np.float32]:
        if key.measure in ("rollout", "gradient"):
            flow: NDArray[np.float32] = self._flow(key.measure, key.target)[key.layer]
            return flow
        if key.measure == "norms":
            if key.layer < 0:
                msg = "Value-weighted norms are defined for one layer; choose a layer."
                raise ValueError(msg)
            if key.head < 0:
                return block_norms(self.clf, self.encoding, key.layer)
            return self.maps.norms(key.layer, key.head)
        if key.head < 0:
            return self.maps.mean(None if key.layer < 0 else key.layer)
        return self.maps.head(key.layer, key.head)

    def _flow(self, measure: str, label: str) -> NDArray[np.float32]:
        """Return the flow up to every layer; it is computed once for all of them."""
        basis = (label, weights_of(self.clf))
        known_basis, flows = self._flows.get(measure, (None, None))
        if flows is None or known_basis != basis:
            flows = rollout(self.maps.means) if measure == "rollout" else self._gradient(label)
            self._flows[measure] = (basis, flows)
        return flows

    def _gradient(self, label: str) -> NDArray[np.float32]:
        flows = gradient_rollout(self.clf, self.encoding, self._target(label))
        # Each token starts with a relevance of one to itself, which would hide everything else.
        return flows - np.eye(flows.shape[-1], dtype=np.float32)
