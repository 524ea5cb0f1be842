"""What can be set about a training."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from .._common.options import unknown
from .form import FORM, Field

if TYPE_CHECKING:
    from ..model.precision import Precision

Schedule = Literal["linear", "cosine", "constant"]
Metric = Literal["loss", "accuracy", "macro_f1"]


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The settings of a training; `Trainer` takes them as keyword options.

    Attributes
    ----------
    epochs
        Times each text is seen.
    learning_rate
        The highest, after the warm-up.
    batch_tokens
        The most tokens in a batch, padding included; None takes what 32 texts of mean length
        have, the usual size of a batch.
    accumulation
        Batches whose gradients are added up for one step of the optimiser.
    schedule
        How the learning rate falls after the warm-up: ``"linear"`` to zero, ``"cosine"`` (half a
        wave) to zero, or ``"constant"``.
    warmup
        The share of all steps over which the learning rate rises from zero.
    weight_decay
        AdamW's (Loshchilov & Hutter 2019); biases and LayerNorm weights are left out.
    max_grad_norm
        Gradients with a larger L2 norm are scaled down to it.
    label_smoothing
        The share of a label's probability that is spread over all classes (Szegedy et al. 2016);
        with several labels a text, the share by which each 0 and 1 moves towards a half.
    class_weights
        How much a text of each class counts: None for one each, ``"balanced"`` for the inverse of
        the class's frequency, or a number for each class. With several labels a text: how much
        the presence of a label counts against its absence.
    layer_decay
        Each layer learns at this share of the rate of the layer above it (Howard & Ruder 2018).
    frozen_layers
        0 trains everything; n leaves the embeddings and the first n layers as they are.
    evaluate_every
        Steps between two evaluations; None evaluates after each epoch.
    patience
        Evaluations without a better ``best_by`` after which the training ends; None never.
    keep_best
        Whether the weights of the best evaluation are put back at the end.
    best_by
        The measure of ``patience`` and ``keep_best``: ``"loss"``, ``"accuracy"``, ``"macro_f1"``.
    checkpoint_every
        Steps between two checkpoints; None writes one after each epoch. Needs a folder.
    precision
        ``"bf16"`` computes matmuls in bfloat16, ``"fp32"`` in float32 (reproducible bit for bit
        on one machine); ``"auto"`` takes bfloat16 where the processor or GPU has it. Weights are
        float32 in any case.
    compile
        Whether ``torch.compile`` translates the model first: minutes once, for long GPU runs.
    seed
        Fixes the order of the texts and the dropout.

    Raises
    ------
    ValueError
        If a value is out of its bounds.

    Examples
    --------
    >>> Hyperparameters(epochs=2).changed(learning_rate=3e-5).epochs
    2
    """

    epochs: int = 3
    learning_rate: float = 5e-05
    batch_tokens: int | None = None
    evaluate_every: int | None = None
    warmup: float = 0.1
    schedule: Schedule = "linear"
    patience: int | None = None
    keep_best: bool = False
    best_by: Metric = "loss"
    accumulation: int = 1
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    label_smoothing: float = 0.0
    class_weights: Literal["balanced"] | tuple[float, ...] | None = None
    layer_decay: float = 1.0
    frozen_layers: int = 0
    checkpoint_every: int | None = None
    precision: Precision = "auto"
    compile: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for field in FORM:
            value = getattr(self, field.name)
            if field.name == "class_weights" and not isinstance(value, str | None):
                value = _weights(value)
            else:
                value = field.checked(value)
            object.__setattr__(self, field.name, value)

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401
        """Return a copy with other values.

        Raises
        ------
        TypeError
            If there is no such hyper-parameter; the nearest one is named.
        ValueError
            If a value is out of its bounds.
        """
        names = [field.name for field in FORM]
        for name in changes:
            if name not in names:
                raise TypeError(unknown("hyper-parameter", name, names))
        return dataclasses.replace(self, **changes)


def _weights(values: object) -> tuple[float, ...]:
    if not isinstance(values, Iterable):
        msg = (
            f"class_weights={values!r} does not work; give a number for each class, or 'balanced'."
        )
        raise ValueError(msg)  # noqa: TRY004 - like all the others
    weight = Field("class_weights", "Class weights", "", "number", above=0)
    return tuple(weight.checked(value) for value in values)
