"""One layer of all tokens of many texts: a vector each, and where its heads look."""

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


class Seen(NamedTuple):
    """One layer of a batch of b texts of up to t tokens.

    Attributes
    ----------
    vectors
        float32 array (b, t, width): what is compared, of unit length; what heads put out is one
        unit vector a head, end to end.
    pieces
        int64 array (2, b, t, heads): the piece that each head looks at most, of all pieces and of
        those that are not special.
    shares
        float32 array (2, b, t, heads): the weight that it gets.
    """

    vectors: NDArray[np.float32]
    pieces: NDArray[np.int64]
    shares: NDArray[np.float32]


def see(clf: BertClassifier, encodings: Sequence[Encoding], layer: int, by: By) -> Seen:
    """Run the model on a batch of texts, and keep what an index needs of one layer.

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
    hook = clf.model.register_forward_hook(keep)
    try:
        with clf.inference(), torch.inference_mode():
            run_with_hook(clf, fields | asked, look)
    finally:
        hook.remove()
    unit = torch.nn.functional.normalize(vectors[0].float(), dim=-1)
    return Seen(
        unit.reshape(count, longest, -1).cpu().numpy(),
        np.stack([each.indices.transpose(1, 2).cpu().numpy() for each in most]),
        np.stack([each.values.transpose(1, 2).float().cpu().numpy() for each in most]),
    )


@dataclass(eq=False)
class TokenIndex:
    """One layer of m tokens, as far as it has been read.

    Attributes
    ----------
    layer, by
        What is compared.
    weights
        The state of the model's weights when reading began, as `weights_of` tells it.
    batches
        How many there are to read.
    done
        How many have been read.
    """

    layer: int
    by: By
    weights: tuple[int, ...]
    batches: int
    done: int = 0
    _vectors: NDArray[np.float16] = field(init=False, repr=False)
    _pieces: NDArray[np.uint16] = field(init=False, repr=False)
    _shares: NDArray[np.float16] = field(init=False, repr=False)

    @property
    def share(self) -> float:
        """How much has been read, from 0 to 1."""
        return self.done / self.batches

    def reserve(self, tokens: int, seen: Seen) -> None:
        """Make room for so many tokens like those of a first batch."""
        heads = seen.pieces.shape[-1]
        self._vectors = np.empty((tokens, seen.vectors.shape[-1]), np.float16)
        self._pieces = np.empty((2, tokens, heads), np.uint16)
        self._shares = np.empty((2, tokens, heads), np.float16)

    def put(self, here: slice, seen: Seen, row: int, places: NDArray[np.int64]) -> None:
        """Keep some tokens of a text of a batch."""
        self._vectors[here] = seen.vectors[row, places]
        self._pieces[:, here] = seen.pieces[:, row, places]
        self._shares[:, here] = seen.shares[:, row, places]

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of a unit vector (width,) with that of each token: (m,)."""
        starts = range(0, len(self._vectors), _ROWS)
        parts = (self._vectors[start : start + _ROWS].astype(np.float32) for start in starts)
        return np.concatenate([part @ query for part in parts])

    def looks(
        self, tokens: NDArray[np.int64], heads: Sequence[int], *, specials: bool
    ) -> tuple[list[int], list[float]]:
        """Return which piece some tokens look at most in any of the heads, and its weight."""
        shares = self._shares[int(not specials), tokens][:, heads]
        strongest = np.asarray(heads)[shares.argmax(1)]
        pieces = self._pieces[int(not specials), tokens, strongest]
        return pieces.tolist(), shares.max(1).astype(float).tolist()


def bytes_a_token(clf: BertClassifier) -> int:
    """Return what an index holds of each token."""
    config = clf.model.config
    return 2 * int(config.hidden_size) + 8 * int(config.num_attention_heads)
