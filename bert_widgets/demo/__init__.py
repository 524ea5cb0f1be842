"""The embedded default: a small fine-tuned BERT and labelled examples; no network is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .reviews import reviews
from .sentences import sentences

if TYPE_CHECKING:
    from ..model.classifier import BertClassifier

__all__ = ["MODEL", "classifier", "reviews", "sentences"]

MODEL = Path(__file__).parent / "model"
"""The folder of the embedded model; its README.md is the model card."""


def classifier(*, device: str = "auto") -> BertClassifier:
    """Load the embedded sentiment classifier: six layers, twelve heads, 23 million weights.

    Parameters
    ----------
    device
        As for `BertClassifier.from_pretrained`.

    Returns
    -------
    BertClassifier
        With the labels ``"negative"`` and ``"positive"``. Each call returns a new model, so
        fine-tuning one does not change the next.

    Examples
    --------
    >>> classifier().predict("a gorgeous, witty film").labels
    ('positive',)
    """
    from ..model.classifier import BertClassifier
    from .storage import load_int8

    weights = load_int8(MODEL / "weights.safetensors")
    return BertClassifier.from_weights(MODEL, weights, device=device)
