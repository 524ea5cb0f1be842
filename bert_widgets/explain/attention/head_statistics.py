"""Statistics of an attention head: how sharp it is, how far it looks, and at what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...text.encoding import Encoding


@dataclass(frozen=True, eq=False)
class TokenMasks:
    """Which of a text's n tokens are special, and which belong to the same word.

    Attributes
    ----------
    special
        bool tensor (n,).
    same
        bool tensor (n, n): whether two different tokens belong to the same word, or to words with
        the same spelling.
    """

    special: torch.Tensor
    same: torch.Tensor

    @classmethod
    def of(cls, encoding: Encoding) -> TokenMasks:
        """Return the masks of an encoding."""
        words = encoding.words
        spellings = np.array([word.casefold() for word in words.strings], object)
        _, kinds = (
            np.unique(spellings.astype(str), return_inverse=True) if len(words) else (0, spellings)
        )
        inside = words.of_token >= 0
        kind = np.full(len(encoding), -1)
        kind[inside] = kinds[words.of_token[inside]]
        same = (kind[:, None] == kind) & inside[:, None] & inside
        np.fill_diagonal(same, val=False)
        return cls(torch.from_numpy(encoding.segments < 0), torch.from_numpy(same))


def statistics_of(weights: torch.Tensor, tokens: TokenMasks) -> dict[str, NDArray[np.float32]]:
    """Reduce one layer's weights (heads, n, n) to statistics: name to float32 array (heads,).

    Entropy, distance and shares on special tokens are means over all rows, the others over the
    rows of tokens that are not special.
    """
    heads = [_statistics_of_head(head.float(), tokens) for head in weights]
    return {
        name: torch.stack([statistics[name] for statistics in heads]).cpu().numpy()
        for name in heads[0]
    }


def _statistics_of_head(weights: torch.Tensor, tokens: TokenMasks) -> dict[str, torch.Tensor]:
    special, same = tokens.special.to(weights.device), tokens.same.to(weights.device)
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
