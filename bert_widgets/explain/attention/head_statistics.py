"""An attention head in numbers: how sharp it is, how far it looks, and at what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...text.encoding import Encoding


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
    each = [_statistics_of_head(head.float(), pieces) for head in weights]
    return {
        name: torch.stack([numbers[name] for numbers in each]).cpu().numpy() for name in each[0]
    }


def _statistics_of_head(weights: torch.Tensor, pieces: Pieces) -> dict[str, torch.Tensor]:
    special, same = pieces.special.to(weights.device), pieces.same.to(weights.device)
    count = len(weights)
    places = torch.arange(count, device=weights.device)
    first = (places == 0) & special
    rows = torch.where(~special)[0]
    before, after = rows[rows > 0], rows[rows < count - 1]
    words = max(1, len(rows))
    return {
        "entropy": -torch.special.xlogy(weights, weights).sum() / (count * np.log(2)),
        "distance": (weights * (places[:, None] - places).abs()).sum() / count,
        "to_first": weights[:, first].sum() / count,
        "to_other_special": weights[:, special & ~first].sum() / count,
        "previous": weights[before, before - 1].sum() / words,
        "next": weights[after, after + 1].sum() / words,
        "same_word": weights[same].sum() / words,
    }
