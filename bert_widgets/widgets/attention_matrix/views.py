"""What an attention widget asks of the model: matrices, neurons, effects of heads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...explain.attention.flow import gradient_rollout, rollout
from ...explain.attention.maps import AttentionMaps, Matrix, attention_maps
from ...explain.attention.value_norms import block_norms
from ...explain.attribution.targets import Target
from ...explain.reading import masked as with_masks
from ..shared.text_widget import check_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ...explain.attention.query_key import Neurons
    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding

MEASURES = ("weights", "norms", "rollout", "gradient")
UNITS = ("tokens", "words")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which matrix is asked for.

    Attributes
    ----------
    measure
        One of `MEASURES`.
    layer, head
        Count from zero; -1 for the mean of the layer's heads, or of all.
    target
        The label that the measure ``"gradient"`` is of; empty for the others.
    """

    measure: str
    layer: int
    head: int
    target: str

    @property
    def key(self) -> str:
        """What the page calls it."""
        end = f":{self.target}" if self.target else ""
        return f"{self.measure}:{self.layer}:{self.head}{end}"


def place(measure: str, layer: int, head: int, target: str) -> Place:
    """Return the place of a matrix; the flows through all layers know no head."""
    flow = measure in ("rollout", "gradient")
    return Place(
        measure=measure,
        layer=layer,
        head=-1 if flow else head,
        target=target if measure == "gradient" else "",
    )


def read(clf: BertClassifier, text: str, pair: str, masked: tuple[int, ...] = ()) -> AttentionMaps:
    """Read the attention of every head for a text, and the second one of a pair or ``""``."""
    check_text(text, pair)
    return attention_maps(clf, text, pair or None, masked=masked)


def encoded(clf: BertClassifier, maps: AttentionMaps) -> Encoding:
    """Return what the model read of a text, again."""
    encoding = clf.encode([maps.text], None if maps.pair is None else [maps.pair])[0]
    return with_masks(clf, encoding, maps.masked)


def matrix(
    clf: BertClassifier, maps: AttentionMaps, at: Place, *, words: bool, specials: bool
) -> Matrix:
    """Return a matrix, its pieces merged or special tokens left out as wanted.

    Raises
    ------
    ValueError
        If there are no norms of a mean over all layers.
    """
    return maps.arranged(_weights(clf, maps, at), words=words, specials=specials)


def _weights(clf: BertClassifier, maps: AttentionMaps, at: Place) -> NDArray[np.float32]:
    if at.measure in ("rollout", "gradient"):
        flows = rollout(maps.means) if at.measure == "rollout" else _gradient(clf, maps, at)
        flow: NDArray[np.float32] = flows[at.layer]
        return flow
    if at.measure == "norms":
        if at.layer < 0:
            msg = "Value-weighted norms are of one layer; choose a layer."
            raise ValueError(msg)
        if at.head < 0:
            return block_norms(clf, encoded(clf, maps), at.layer)
        return maps.norms(at.layer, at.head)
    if at.head < 0:
        return maps.mean(None if at.layer < 0 else at.layer)
    return maps.head(at.layer, at.head)


def _gradient(clf: BertClassifier, maps: AttentionMaps, at: Place) -> NDArray[np.float32]:
    target = Target(clf.labels.index(at.target))
    flows = gradient_rollout(clf, encoded(clf, maps), target)
    # Beside the one that each piece has to itself, nothing else could be seen.
    return flows - np.eye(flows.shape[-1], dtype=np.float32)


def together(at: Place, heads: Iterable[int]) -> list[Place]:
    """Return the matrices of several heads of a layer."""
    if at.measure not in ("weights", "norms") or at.layer < 0:
        return []
    return [replace(at, head=head) for head in heads]


def neighbours(at: Place, layers: int, heads: int) -> list[Place]:
    """Return the matrices that are looked at next, most likely: a head or a layer further."""
    if at.measure not in ("weights", "norms") or at.head < 0:
        return []
    steps = ((0, 1), (0, -1), (1, 0), (-1, 0))
    moved = ((at.layer + down, at.head + right) for down, right in steps)
    return [
        replace(at, layer=layer, head=head)
        for layer, head in moved
        if 0 <= layer < layers and 0 <= head < heads
    ]


def neuron_traits(found: Neurons) -> dict[str, Any]:
    """Return the traits that show a head's queries and keys, in levels of the largest of each."""
    scales = [max(float(np.abs(part).max()), 1e-30) for part in (found.query, found.key)]
    levels = [
        np.rint(part * (127 / scale)).astype(np.int8).ravel()
        for part, scale in zip((found.query, found.key), scales, strict=True)
    ]
    return {
        "_query": levels[0],
        "_key": levels[1],
        "neuron_scales": scales,
        "neuron_size": found.query.shape[1],
        "neurons_complete": found.complete,
        "neurons_of": [found.layer, found.head],
    }


def family_note(clf: BertClassifier) -> str:
    """Return what is particular about the attention of a model's family; mostly nothing."""
    config = clf.model.config
    if config.model_type == "deberta-v2":
        return (
            "DeBERTa's weights come from the words and, apart from them, from how far they are "
            "apart; both are in what is shown."
        )
    if config.model_type == "albert":
        return "ALBERT's layers share their weights: a head is the same one in every layer."
    if config.model_type == "modernbert":
        local = [
            str(number + 1)
            for number, kind in enumerate(config.layer_types)
            if kind == "sliding_attention"
        ]
        reach = config.sliding_window
        listed = ", ".join(local)
        return f"Local layers ({listed}) look no further than {reach} pieces to either side."
    return ""
