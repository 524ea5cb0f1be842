"""Which attention matrices the page holds: each in a slot, so that a new one leaves the others."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...explain.attention.result import Matrix
    from .map_key import MapKey

SLOTS = 8


class Drawn(NamedTuple):
    """A matrix as the page gets it.

    Attributes
    ----------
    key
        Which matrix it is.
    levels
        uint8 array (k * k,).
    scale
        The number that level 255 stands for.
    left_out
        The largest share of a row's attention that went to special tokens which were left out.
    """

    key: MapKey
    levels: np.ndarray[Any, np.dtype[np.uint8]]
    scale: float
    left_out: float


def drawn(key: MapKey, matrix: Matrix) -> Drawn:
    """Reduce a matrix to levels of its largest entry."""
    scale = max(float(matrix.weights.max(initial=0)), float(np.finfo(np.float32).tiny))
    levels = np.rint(matrix.weights * (255 / scale)).astype(np.uint8)
    return Drawn(key, levels.ravel(), scale, float(matrix.left_out.max(initial=0)))


class Slots:
    """The matrices that are in the page, to be looked at or fetched ahead.

    What was fetched ahead gives way first, and then what was looked at longest ago: a saved copy
    keeps what was opened.
    """

    def __init__(self) -> None:
        self._held: list[list[Drawn]] = [[] for _ in range(SLOTS)]
        self._used = list(range(SLOTS))  # the slot used longest ago first
        self._unseen = set(range(SLOTS))

    def __contains__(self, key: object) -> bool:
        return any(matrix.key == key for slot in self._held for matrix in slot)

    @property
    def spare(self) -> int:
        """How many matrices may be fetched ahead."""
        return len(self._unseen)

    def use(self, key: MapKey, *, ahead: bool = False) -> None:
        """Note that a matrix is looked at, or perhaps will be."""
        for number, slot in enumerate(self._held):
            if any(matrix.key == key for matrix in slot) and (not ahead or number in self._unseen):
                self._note(number, ahead=ahead)

    def put(self, matrices: Sequence[Drawn], *, ahead: bool = False) -> dict[str, Any]:
        """Put matrices into one slot, if there is one for them; return the traits that change."""
        unseen = [number for number in self._used if number in self._unseen]
        if ahead and not unseen:
            return {}
        number = (unseen or self._used)[0]
        self._unseen.add(number)
        self._note(number, ahead=ahead)
        self._held[number] = list(matrices)
        return self._traits([number])

    def _note(self, number: int, *, ahead: bool) -> None:
        self._used.remove(number)
        self._used.append(number)
        if not ahead:
            self._unseen.discard(number)

    def clear(self) -> dict[str, Any]:
        """Drop all matrices, and return the traits that change."""
        filled = [number for number, slot in enumerate(self._held) if slot]
        self._held = [[] for _ in range(SLOTS)]
        self._unseen = set(range(SLOTS))
        return self._traits(filled)

    def _traits(self, changed: Sequence[int]) -> dict[str, Any]:
        values: dict[str, Any] = {
            f"_slot_{number}": np.concatenate(
                [np.empty(0, np.uint8), *(matrix.levels for matrix in self._held[number])]
            )
            for number in changed
        }
        values["_slots"] = [
            [
                {**asdict(matrix.key), "scale": matrix.scale, "left_out": matrix.left_out}
                for matrix in slot
            ]
            for slot in self._held
        ]
        return values
