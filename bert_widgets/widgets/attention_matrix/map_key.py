"""Which attention matrix is meant: its measure, layer, head and target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MEASURES = ("weights", "norms", "rollout", "gradient")


@dataclass(frozen=True, kw_only=True)
class MapKey:
    """Names one attention matrix.

    Attributes
    ----------
    measure
        One of `MEASURES`.
    layer, head
        Count from zero; -1 for the mean of the layer's heads, or of all layers.
    target
        The label that the measure ``"gradient"`` refers to; empty for the others.
    """

    measure: str
    layer: int
    head: int
    target: str


def map_key(measure: str, layer: int, head: int, target: str) -> MapKey:
    """Return the key of a matrix; rollout and gradient flow combine all heads."""
    is_flow = measure in ("rollout", "gradient")
    return MapKey(
        measure=measure,
        layer=layer,
        head=-1 if is_flow else head,
        target=target if measure == "gradient" else "",
    )


def line_keys(key: MapKey, heads: Iterable[int]) -> list[MapKey]:
    """Return the keys of several heads of the layer, which are drawn as lines together."""
    if key.measure not in ("weights", "norms") or key.layer < 0:
        return []
    return [replace(key, head=head) for head in heads]


def neighbour_keys(key: MapKey, layers: int, heads: int) -> list[MapKey]:
    """Return the matrices most likely to be opened next: one head or one layer away."""
    if key.measure not in ("weights", "norms") or key.head < 0:
        return []
    moves = ((0, 1), (0, -1), (1, 0), (-1, 0))
    candidates = ((key.layer + down, key.head + right) for down, right in moves)
    return [
        replace(key, layer=layer, head=head)
        for layer, head in candidates
        if 0 <= layer < layers and 0 <= head < heads
    ]
