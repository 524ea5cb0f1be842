"""Attention through all layers: rollout, and rollout weighted by gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from ..attribution.targets import target_values
from .hooks import Heads, run_with_hook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding
    from ..attribution.targets import Target


def rollout(means: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply attention through the layers, where half of each layer is its residual connection.

    The result does not depend on a class and has no sign.

    Parameters
    ----------
    means
        float32 array (layers, n, n): the mean over the heads of each layer.

    Returns
    -------
    float32 array (layers, n, n)
        Up to each layer, the share of each token of the text (column) in each position (row).

    References
    ----------
    Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers".
    """
    identity = np.eye(means.shape[-1], dtype=np.float32)
    flow = identity
    flows = []
    for mean in means:
        mixed = (mean + identity) / 2
        flow = mixed / mixed.sum(-1, keepdims=True) @ flow
        flows.append(flow)
    return np.stack(flows)


def gradient_rollout(
    clf: BertClassifier, encoding: Encoding, target: Target
) -> NDArray[np.float32]:
    """Multiply attention through the layers, each weight times its gradient where that is positive.

    Parameters
    ----------
    clf
        The classifier.
    encoding
        The text.
    target
        The value whose gradients are taken.

    Returns
    -------
    float32 array (layers, n, n)
        Up to each layer, the relevance of each token of the text (column) in each position (row).
        The row of ``[CLS]`` in the last layer has the method's score of each token. It is never
        negative: it shows how much a token matters, not in which direction.

    References
    ----------
    Chefer, Gur & Wolf 2021, "Generic Attention-model Explainability for Interpreting Bi-Modal and
    Encoder-Decoder Transformers", equations 5 and 6.
    """
    weights: list[torch.Tensor] = []

    def keep(heads: Heads) -> torch.Tensor:
        # A leaf in the place of the weights, so that nothing before it is differentiated twice.
        weights.append(heads.weights)
        return heads.context

    with clf.inference(), torch.enable_grad():
        logits = run_with_hook(clf, clf.collate([encoding]), keep)
        value = target_values([target], logits.float(), multi_label=clf.multi_label).sum()
        gradients = torch.autograd.grad(value, weights)
    relevance = torch.eye(len(encoding), device=clf.device)
    relevances = []
    for weight, gradient in zip(weights, gradients, strict=True):
        update = (weight.detach()[0] * gradient[0]).clamp_min(0).mean(0)
        relevance = relevance + update @ relevance
        relevances.append(relevance)
    flows: NDArray[np.float32] = torch.stack(relevances).float().cpu().numpy()
    return flows
