"""Whether the padding of a batch changes what a model gives for a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from .classifier import BertClassifier

# Types of models that mask padding everywhere; `tests/families` shows it for each.
_MASKING = frozenset(
    {
        "albert", "bert", "big_bird", "camembert", "deberta", "deberta-v2", "distilbert",
        "electra", "modernbert", "mpnet", "rembert", "roberta", "xlm-roberta",
    }
)  # fmt: skip
_TOLERANCE = 1e-3


def padding_matters(clf: BertClassifier) -> bool:
    """Say whether a text beside a longer one gets other logits than alone.

    It does in models that convolve or mix over all positions of a batch, such as ConvBERT and
    FNet. A type of model that is not known to mask its padding is measured on two short texts.

    Parameters
    ----------
    clf
        The classifier.
    """
    if clf.model.config.model_type in _MASKING:
        return False
    short, long = clf.encode(["a", "a a a a a a a"])
    with clf.inference(), torch.inference_mode():
        alone: Any = clf(**clf.collate([short]))[0].float()
        padded: Any = clf(**clf.collate([short, long]))[0].float()
    return not torch.allclose(alone, padded, rtol=_TOLERANCE, atol=_TOLERANCE)
