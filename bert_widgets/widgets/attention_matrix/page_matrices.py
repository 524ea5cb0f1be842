"""Which attention matrices the page holds, and which traits bring them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .map_key import map_key
from .slots import Drawn, Slots, drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...explain.attention.result import Matrix
    from .map_key import MapKey
    from .questions import MatrixQuestion
    from .text_attention import TextAttention

_BUDGET = 256 * 1024  # bytes of weights: as many heads of a short text are in the page at once
_LARGEST_AHEAD = 32 * 1024  # a saved notebook holds what was fetched ahead too


class PageMatrices:
    """The matrices in the page. All are of the same text and have the same rows."""

    def __init__(self) -> None:
        self._slots = Slots()
        self._attention: TextAttention | None = None
        self._labels: tuple[str, ...] = ()
        self._row_of_token = np.empty(0, np.int32)

    def show(
        self, attention: TextAttention, question: MatrixQuestion, matrix: Matrix
    ) -> dict[str, Any]:
        """Return the traits that show a matrix, and bring all heads of a short text too."""
        key = question.key
        values = self._arrange(attention, matrix)
        values["_left_out"] = matrix.left_out if matrix.left_out.any() else np.empty(0)
        if key in self._slots:
            self._slots.use(key)
            return values
        maps = attention.maps
        all_fit = maps.layers * maps.heads * matrix.weights.size <= _BUDGET
        if all_fit and key.measure == "weights" and key.head >= 0:
            heads = np.ndindex(maps.layers, maps.heads)
            keys = [map_key("weights", int(layer), int(head), "") for layer, head in heads]
            return values | self._slots.put(self.drawn(attention, question, keys))
        return values | self._slots.put([drawn(key, matrix)])

    def drawn(
        self, attention: TextAttention, question: MatrixQuestion, keys: Sequence[MapKey]
    ) -> list[Drawn]:
        """Return matrices in the form for the page, arranged like the one in the question."""
        return [
            drawn(key, attention.matrix(key, words=question.words, specials=question.specials))
            for key in keys
        ]

    def missing(self, keys: Sequence[MapKey], *, ahead: bool) -> list[MapKey]:
        """Return the keys of matrices that the page lacks; none ahead if they are large."""
        if ahead and len(self._labels) ** 2 > _LARGEST_AHEAD:
            return []
        return [key for key in keys if key not in self._slots]

    def add(
        self, matrices: Sequence[Drawn], keys: Sequence[MapKey], current: MapKey, *, ahead: bool
    ) -> dict[str, Any]:
        """Return the traits that hold more matrices besides the current one.

        Parameters
        ----------
        matrices
            Those that were missing.
        keys
            The keys of all matrices that are wanted beside the current one.
        current
            The displayed matrix, which is never replaced.
        ahead
            Whether they are fetched ahead, and not displayed.
        """
        for key in keys:
            self._slots.use(key, ahead=ahead)
        values: dict[str, Any] = {}
        for matrix in matrices[: self._slots.spare] if ahead else matrices:
            values |= self._slots.put([matrix], ahead=ahead)
        self._slots.use(current)
        return values

    def _arrange(self, attention: TextAttention, matrix: Matrix) -> dict[str, Any]:
        """Return the traits that change if the rows do; all matrices then leave the page."""
        same_rows = matrix.labels == self._labels and np.array_equal(
            matrix.of_token, self._row_of_token
        )
        if same_rows and attention is self._attention:
            return {}
        self._attention = attention
        self._labels, self._row_of_token = matrix.labels, matrix.of_token
        rows = {"row_labels": list(matrix.labels), "_row_tokens": matrix.of_token}
        return self._slots.clear() | rows
