"""An attention head in numbers: how sharp it is, how far it looks, and at what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..text import Encoding


@dataclass(frozen=True, eq=False)
class Pieces:
    """What of a text's n pieces the numbers depend on.

    Attributes
    ----------
    special
        bool tensor (n,).
    same
        bool tensor (n, n): whether two different pieces belong to the same word, or to words
        spelt alike.
    """

    special: torch.Tensor
    same: torch.Tensor

    @classmethod
    def of(cls, encoding: Encoding) -> Pieces:
        """Look at an encoding."""
        words = encoding.words
        spelt = np.array([word.casefold() for word in words.strings], object)
        _, kinds = np.unique(spelt.astype(str), return_inverse=True) if len(words) else (0, spelt)
        inside = words.of_token >= 0
        kind = np.full(len(encoding), -1)
        kind[inside] = kinds[words.of_token[inside]]
        same = (kind[:, None] == kind) & inside[:, None] & inside
        np.fill_diagonal(same, val=False)
        return cls(torch.from_numpy(encoding.segments < 0), torch.from_numpy(same))


def statistics_of(weights: torch.Tensor, pieces: Pieces) -> dict[str, NDArray[np.float32]]:
    """Reduce one layer's weights (heads, n, n) to numbers: name to float32 array (heads,).

    Entropy, distance and shares on special tokens are means over all rows, the others over the
    rows of pieces that are not special.
    """
    count = weights.shape[-1]
    device = weights.device
    special, same = pieces.special.to(device), pieces.same.to(device)
    places = torch.arange(count, device=device)
    distances = (places[:, None] - places).abs().to(weights.dtype)
    first = (places == 0) & special
    rows = torch.where(~special)[0]
    before, after = rows[rows > 0], rows[rows < count - 1]
    words = max(1, len(rows))
    numbers = {
        "entropy": -torch.special.xlogy(weights, weights).sum(-1).mean(-1) / np.log(2),
        "distance": (weights * distances).sum(-1).mean(-1),
        "to_first": weights[:, :, first].sum(-1).mean(-1),
        "to_other_special": weights[:, :, special & ~first].sum(-1).mean(-1),
        "previous": weights[:, before, before - 1].sum(-1) / words,
        "next": weights[:, after, after + 1].sum(-1) / words,
        "same_word": (weights * same).sum((-1, -2)) / words,
    }
    return {name: value.float().cpu().numpy() for name, value in numbers.items()}
