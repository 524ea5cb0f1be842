"""The parameter groups of the optimiser and the schedule of the learning rate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from ...model.adapters import has_adapter
from ...model.layers import depths

if TYPE_CHECKING:
    from ...model.classifier import BertClassifier
    from ..hyperparameters import Hyperparameters, Schedule


def check_frozen_layers(clf: BertClassifier, hyperparameters: Hyperparameters) -> None:
    """Raise a ValueError if the model has fewer layers than are to be frozen."""
    frozen = hyperparameters.frozen_layers
    layers = max(depths(clf.model).values()) - 1 if frozen else 0
    if frozen > layers:
        msg = f"frozen_layers={frozen} does not fit a model of {layers} layers; use 0 to {layers}."
        raise ValueError(msg)


def check_trainable(clf: BertClassifier, hyperparameters: Hyperparameters) -> None:
    """Raise a ValueError if there is nothing to train, or not in numbers that can be trained."""
    trained = trained_parameters(clf, hyperparameters)
    if not trained:
        way_out = "call clf.model.requires_grad_(True), or do so for the parts to train"
        if has_adapter(clf.model):
            way_out = "load the adapter with is_trainable=True"
        msg = f"The model has no weights to train, since all of them are frozen; {way_out}."
        raise ValueError(msg)
    if any(parameter.dtype == torch.float16 for parameter in trained.values()):
        msg = (
            "The model's weights are float16, in which the squares of small gradients vanish; "
            "convert the model with clf.float() before training."
        )
        raise ValueError(msg)


def trained_parameters(
    clf: BertClassifier, hyperparameters: Hyperparameters
) -> dict[str, torch.nn.Parameter]:
    """Return the parameters to train by name: all but those of the frozen layers."""
    frozen, depth = hyperparameters.frozen_layers, depths(clf.model)
    return {
        name: parameter
        for name, parameter in clf.model.named_parameters()
        if parameter.requires_grad and (not frozen or depth[name] > frozen)
    }


def adamw(
    trained: dict[str, torch.nn.Parameter], depth: dict[str, int], hyperparameters: Hyperparameters
) -> torch.optim.AdamW:
    """Return AdamW for the parameters to train.

    Biases and LayerNorm weights do not decay. Each group has a ``scale`` of the learning rate,
    which is below one for lower layers if there is a layer decay.

    Parameters
    ----------
    trained
        The parameters by name.
    depth
        Depth of each parameter, by name (`depths`).
    hyperparameters
        ``weight_decay`` and ``layer_decay`` are used.
    """
    top = max(depth.values())
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in trained.items():
        decay = hyperparameters.weight_decay if parameter.ndim > 1 else 0.0
        scale = hyperparameters.layer_decay ** (top - depth[name])
        groups.setdefault((decay, scale), []).append(parameter)
    described: list[dict[str, Any]] = [
        {"params": members, "weight_decay": decay, "scale": scale}
        for (decay, scale), members in groups.items()
    ]
    return torch.optim.AdamW(described, lr=hyperparameters.learning_rate, fused=True)


def rate_factor(step: int, total: int, warmup: float, schedule: Schedule) -> float:
    """Return the factor of the learning rate for 0-based ``step`` of ``total``.

    There may be somewhat more steps than ``total``, if that is an estimate.
    """
    rising = max(1, round(total * warmup)) if warmup else 0
    if step < rising:
        return (step + 1) / rising
    if schedule == "constant":
        return 1.0
    left = max(0, total - step) / max(1, total - rising)
    return left if schedule == "linear" else (1 - math.cos(math.pi * left)) / 2
