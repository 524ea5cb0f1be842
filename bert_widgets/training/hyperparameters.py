"""The settings of a training, each described once: for Python, its help and the panel's form."""
# ruff: noqa: RUF009 - `setting` returns a `dataclasses.field`

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Self

from .._common.options import unknown
from ..model.forward.precision import Precision  # noqa: TC001 - the form reads the annotations
from .form import Field, attributes_section, form_of, setting

Schedule = Literal["linear", "cosine", "constant"]
Metric = Literal["loss", "accuracy", "macro_f1"]


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The settings of a training; `Trainer` takes them as keyword options.

    Raises
    ------
    ValueError
        If a value is out of bounds.

    Examples
    --------
    >>> Hyperparameters(epochs=2).changed(learning_rate=3e-5).epochs
    2
    """

    epochs: int = setting(
        3, "Epochs", "Number of passes over the training texts.", least=1, most=10000
    )
    learning_rate: float = setting(
        5e-05,
        "Learning rate",
        "Highest learning rate, reached after the warm-up. 2e-5 to 1e-4 suits most BERT models; "
        "small models need values near the top of this range.",
        above=0,
        most=1,
    )
    batch_tokens: int | None = setting(
        None,
        "Tokens per batch",
        "Maximum number of tokens in a batch, including padding.",
        unset="as many as 32 texts of average length have",
        least=8,
        most=1000000,
    )
    evaluate_every: int | None = setting(
        None,
        "Evaluate every … steps",
        "Number of steps between two evaluations.",
        unset="after each epoch",
        least=1,
    )
    warmup: float = setting(
        0.1,
        "Warm-up",
        "Fraction of all steps during which the learning rate rises from zero.",
        least=0,
        most=1,
    )
    schedule: Schedule = setting(
        "linear",
        "Schedule",
        "How the learning rate falls after the warm-up.",
        details='``"linear"`` and ``"cosine"`` (half a wave) end at zero, ``"constant"`` does '
        "not fall.",
    )
    patience: int | None = setting(
        None,
        "Patience",
        "Number of evaluations without improvement after which training stops.",
        unset="never",
        least=1,
    )
    keep_best: bool = setting(
        False,  # noqa: FBT003 - the default
        "Keep the best",
        "Restore the weights of the best evaluation at the end.",
    )
    best_by: Metric = setting(
        "loss", "Best by", "Validation measure that decides which evaluation is the best."
    )
    gradient_accumulation: int = setting(
        1,
        "Gradient accumulation (batches per step)",
        "Number of batches whose gradients are added up for one step.",
        least=1,
        most=10000,
    )
    weight_decay: float = setting(
        0.01,
        "Weight decay",
        "Decay of the weights towards zero, except for biases and LayerNorm weights.",
        details="As in AdamW (Loshchilov & Hutter 2019).",
        least=0,
        most=10,
    )
    max_grad_norm: float = setting(
        1.0,
        "Maximum gradient norm",
        "Gradients with a larger L2 norm are scaled down to this norm.",
        above=0,
    )
    label_smoothing: float = setting(
        0.0,
        "Label smoothing",
        "Share of a label's probability that is spread over all classes.",
        details="See Szegedy et al. 2016. In multi-label data each 0 and 1 moves towards one half "
        "by this share.",
        least=0,
        most=0.9,
    )
    class_weights: Literal["balanced"] | tuple[float, ...] | None = setting(
        None,
        "Class weights",
        "Weight of each class in the loss. “balanced” uses the inverse class frequency.",
        unset="all classes count the same",
        details="Or one number per class. In multi-label data the weight is that of a label's "
        "presence relative to its absence.",
    )
    layer_decay: float = setting(
        1.0,
        "Layer decay",
        "Learning rate of each layer as a share of that of the layer above.",
        details="See Howard & Ruder 2018.",
        above=0,
        most=1,
    )
    frozen_layers: int = setting(
        0,
        "Frozen layers",
        "Number of layers, counted from the bottom, that are not trained; nor are the embeddings "
        "then. 0 trains everything.",
        least=0,
        most=1000,
    )
    checkpoint_every: int | None = setting(
        None,
        "Checkpoint every … steps",
        "Number of steps between two checkpoints. Needs a folder.",
        unset="after each epoch",
        least=1,
    )
    precision: Precision = setting(
        "auto",
        "Precision",
        "Data type of matrix products: bf16 is faster where the hardware supports it, fp32 is "
        "reproducible bit for bit on one machine, auto uses bf16 where supported.",
        details="Weights are always float32.",
    )
    compile: bool = setting(
        False,  # noqa: FBT003 - the default
        "Compile",
        "Compile the model with torch.compile before training. This takes minutes and pays off in "
        "long runs on a GPU.",
    )
    seed: int = setting(
        0,
        "Seed",
        "Determines the order of the texts and the dropout.",
        least=0,
        most=2**32 - 1,
    )

    def __post_init__(self) -> None:
        for field in FORM:
            value = getattr(self, field.name)
            if field.name == "class_weights" and not isinstance(value, str | None):
                value = _class_weights(value)
            else:
                value = field.checked(value)
            object.__setattr__(self, field.name, value)

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401
        """Return a copy with other values.

        Raises
        ------
        TypeError
            If there is no such hyper-parameter; the error names the most similar one.
        ValueError
            If a value is out of bounds.
        """
        names = [field.name for field in FORM]
        for name in changes:
            if name not in names:
                raise TypeError(unknown("hyper-parameter", name, names))
        return dataclasses.replace(self, **changes)


def _class_weights(values: object) -> tuple[float, ...]:
    if not isinstance(values, Iterable):
        msg = f"class_weights={values!r} is not valid; give one number per class, or 'balanced'."
        raise ValueError(msg)  # noqa: TRY004 - like all the others
    weight = Field("class_weights", "Class weights", "", "number", above=0)
    return tuple(weight.checked(value) for value in values)


FORM = form_of(Hyperparameters)
"""The hyper-parameters in the order a form shows them."""

if Hyperparameters.__doc__:  # python -OO strips docstrings
    Hyperparameters.__doc__ = textwrap.dedent("    " + Hyperparameters.__doc__).replace(
        "Raises\n", f"{attributes_section(Hyperparameters)}\n\nRaises\n", 1
    )
