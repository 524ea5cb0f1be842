"""Whether the padding of a batch changes what a model gives for a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

# Types of models that mask padding everywhere; `tests/families` shows it for each.
_MASKING = frozenset(
    {
        "albert", "bert", "camembert", "deberta", "deberta-v2", "distilbert",
        "electra", "modernbert", "mpnet", "rembert", "roberta", "xlm-roberta",
    }
)  # fmt: skip
_TOLERANCE = 1e-3


def padding_matters(model_type: str, logits: Callable[[list[str]], torch.Tensor]) -> bool:
    """Return whether the logits of a text change if a batch also contains a longer one.

    They do in models that convolve or mix over all positions of a batch, such as ConvBERT and
    FNet. A model type that is not known to mask its padding is tested on two short texts.

    Parameters
    ----------
    model_type
        As the model's config names it.
    logits
        Runs the model on texts in one batch, padded to the longest.
    """
    if model_type in _MASKING:
        return False
    short, long = "a", "a a a a a a a"
    alone, padded = logits([short])[0], logits([short, long])[0]
    return not torch.allclose(alone, padded, rtol=_TOLERANCE, atol=_TOLERANCE)
