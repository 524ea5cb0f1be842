"""One layer of all tokens of many texts: a vector per token, and where its heads look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import torch

from ..attention.hooks import Heads, run_with_hook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding

By = Literal["embedding", "heads"]
BY: tuple[By, ...] = ("embedding", "heads")

_ROWS = 2**14  # multiplied in float32 at once


class LayerReading(NamedTuple):
    """One layer of a batch of b texts of up to t tokens.

    Attributes
    ----------
    vectors
        float32 array (b, t, width): the vectors to compare, of unit length; for heads, one unit
        vector per head, concatenated.
    attended
        int64 array (2, b, t, heads): the token with each head's largest weight, among all tokens
        and among those that are not special.
    attention
        float32 array (2, b, t, heads): its weight.
    """

    vectors: NDArray[np.float32]
    attended: NDArray[np.int64]
    attention: NDArray[np.float32]


def read_layer(
    clf: BertClassifier, encodings: Sequence[Encoding], layer: int, by: By
) -> LayerReading:
    """Run the model on a batch of texts, and return what an index needs of one layer.

    Raises
    ------
    ValueError
        If the model's attention cannot be read.
    """
    fields = clf.collate(encodings)
    count, longest = fields["input_ids"].shape
    special = torch.ones(count, 1, 1, longest, dtype=torch.bool)
    for row, encoding in enumerate(encodings):
        special[row, 0, 0, : len(encoding)] = torch.from_numpy(encoding.segments < 0)
    special = special.to(clf.device)
    vectors: list[torch.Tensor] = []
    most: list[Any] = []

    def look(heads: Heads) -> torch.Tensor:
        if heads.layer == layer:
            most.extend(
                [heads.weights.max(-1), heads.weights.masked_fill(special, -1).max(-1)],
            )
            if by == "heads":
                vectors.append(heads.context.transpose(1, 2))
        return heads.context

    def keep(_model: object, _inputs: object, output: Any) -> None:  # noqa: ANN401
        if by == "embedding":
            vectors.append(output.hidden_states[layer + 1])

    asked: dict[str, Any] = {"output_hidden_states": True} if by == "embedding" else {}
    with clf.inference(), torch.inference_mode():  # a training must not meet the hook
        hook = clf.model.register_forward_hook(keep)
        try:
            run_with_hook(clf, fields | asked, look)
        finally:
            hook.remove()
    unit = torch.nn.functional.normalize(vectors[0].float(), dim=-1)
    return LayerReading(
        unit.reshape(count, longest, -1).cpu().numpy(),
        np.stack([top.indices.transpose(1, 2).cpu().numpy() for top in most]),
        np.stack([top.values.transpose(1, 2).float().cpu().numpy() for top in most]),
    )


@dataclass(eq=False)
class TokenIndex:
    """One layer of m tokens, as far as the texts have been read.

    Attributes
    ----------
    layer, by
        The layer, and what is compared.
    weights
        The state of the model's weights when reading began, as `weights_of` returns it.
    batches
        The number of batches to read.
    done
        The number of batches that have been read.
    """

    layer: int
    by: By
    weights: tuple[int, ...]
    batches: int
    done: int = 0
    _vectors: NDArray[np.float16] = field(init=False, repr=False)
    _attended: NDArray[np.uint16] = field(init=False, repr=False)
    _attention: NDArray[np.float16] = field(init=False, repr=False)

    @property
    def share(self) -> float:
        """The share that has been read, from 0 to 1."""
        return self.done / self.batches

    def reserve(self, tokens: int, reading: LayerReading) -> None:
        """Allocate arrays for all tokens, with the widths of a first batch."""
        heads = reading.attended.shape[-1]
        self._vectors = np.empty((tokens, reading.vectors.shape[-1]), np.float16)
        self._attended = np.empty((2, tokens, heads), np.uint16)
        self._attention = np.empty((2, tokens, heads), np.float16)

    def put(self, here: slice, reading: LayerReading, row: int, places: NDArray[np.int64]) -> None:
        """Store the tokens of a text of a batch."""
        self._vectors[here] = reading.vectors[row, places]
        self._attended[:, here] = reading.attended[:, row, places]
        self._attention[:, here] = reading.attention[:, row, places]

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of a unit vector (width,) and the vector of each token: (m,)."""
        starts = range(0, len(self._vectors), _ROWS)
        parts = (self._vectors[start : start + _ROWS].astype(np.float32) for start in starts)
        return np.concatenate([part @ query for part in parts])

    def most_attended(
        self, tokens: NDArray[np.int64], heads: Sequence[int], *, specials: bool
    ) -> tuple[list[int], list[float]]:
        """For some tokens, return the one with the largest weight in any head, and this weight."""
        shares = self._attention[int(not specials), tokens][:, heads]
        strongest = np.asarray(heads)[shares.argmax(1)]
        attended = self._attended[int(not specials), tokens, strongest]
        return attended.tolist(), shares.max(1).astype(float).tolist()


def bytes_per_token(clf: BertClassifier) -> int:
    """Return the size of an index per token."""
    config = clf.model.config
    return 2 * int(config.hidden_size) + 8 * int(config.num_attention_heads)
