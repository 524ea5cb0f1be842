"""The hyper-parameters for people: names in words, explanations, bounds; what a form is made of."""

from __future__ import annotations

import math
import numbers
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from .._common.options import unknown

Kind = Literal["integer", "number", "choice", "flag"]


@dataclass(frozen=True)
class Field:
    """One hyper-parameter for people: what a form shows and what a value must be.

    Attributes
    ----------
    name, label, help
        The attribute of `Hyperparameters`, its name in words, and one sentence about it.
    kind
        ``"integer"``, ``"number"``, ``"choice"`` or ``"flag"``.
    least, above, most
        Bounds of a number: at least, more than, at most; None where there is none.
    choices
        What a choice may be.
    optional
        Whether None is a value too.
    """

    name: str
    label: str
    help: str
    kind: Kind
    _: KW_ONLY
    least: float | None = None
    above: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    def checked(self, value: object) -> Any:  # noqa: ANN401 - of the field's own kind
        """Return ``value`` as a plain Python value, or raise ``ValueError`` in one sentence."""
        if value is None and self.optional:
            return None
        if self.kind == "choice":
            if value not in self.choices:
                raise ValueError(unknown(self.name, value, self.choices))
            return value
        if self.kind == "flag":
            if not isinstance(value, bool):
                msg = f"{self.name}={value!r} does not work; it must be True or False."
                raise ValueError(msg)
            return value
        number: Any = value
        sort = numbers.Integral if self.kind == "integer" else numbers.Real
        if isinstance(value, bool) or not isinstance(value, sort) or not self._within(number):
            msg = f"{self.name}={value!r} does not work; it must be {self._limits()}."
            raise ValueError(msg)
        return int(number) if self.kind == "integer" else float(number)

    def _within(self, value: float) -> bool:
        return (
            abs(value) < math.inf
            and (self.least is None or value >= self.least)
            and (self.above is None or value > self.above)
            and (self.most is None or value <= self.most)
        )

    def _limits(self) -> str:
        bounds = (("at least", self.least), ("above", self.above), ("at most", self.most))
        limits = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
        return f"{'a whole' if self.kind == 'integer' else 'a'} number {limits}".strip()


FORM = (
    Field("epochs", "Epochs", "How many times each text is seen.", "integer", least=1, most=10000),
    Field(
        "learning_rate",
        "Learning rate",
        "The highest rate, after the warm-up; 2e-5 to 1e-4 suits most BERTs, small ones the top.",
        "number",
        above=0,
        most=1,
    ),
    Field(
        "batch_tokens",
        "Tokens in a batch",
        "The most, padding included. Empty: what 32 texts of mean length have.",
        "integer",
        least=8,
        most=1000000,
        optional=True,
    ),
    Field(
        "evaluate_every",
        "Evaluate every … steps",
        "Empty: after each epoch.",
        "integer",
        least=1,
        optional=True,
    ),
    Field(
        "warmup",
        "Warm-up",
        "The share of all steps in which the rate rises.",
        "number",
        least=0,
        most=1,
    ),
    Field(
        "schedule",
        "Schedule",
        "How the rate falls after the warm-up.",
        "choice",
        choices=("linear", "cosine", "constant"),
    ),
    Field(
        "patience",
        "Patience",
        "Evaluations without improvement before the training ends. Empty: never.",
        "integer",
        least=1,
        optional=True,
    ),
    Field(
        "keep_best",
        "Keep the best",
        "Put the weights of the best evaluation back at the end.",
        "flag",
    ),
    Field(
        "best_by",
        "Best by",
        "The validation measure that patience and keeping the best go by.",
        "choice",
        choices=("loss", "accuracy", "macro_f1"),
    ),
    Field(
        "accumulation",
        "Batches a step",
        "Gradients of this many batches are added up for one step.",
        "integer",
        least=1,
        most=10000,
    ),
    Field(
        "weight_decay",
        "Weight decay",
        "Pulls weights towards zero; biases and LayerNorms are left out.",
        "number",
        least=0,
        most=10,
    ),
    Field(
        "max_grad_norm",
        "Largest gradient",
        "Gradients with a larger norm are scaled down.",
        "number",
        above=0,
    ),
    Field(
        "label_smoothing",
        "Label smoothing",
        "The share of a label's probability that is spread over all classes.",
        "number",
        least=0,
        most=0.9,
    ),
    Field(
        "class_weights",
        "Class weights",
        "“balanced” lets rare classes count more.",
        "choice",
        choices=("balanced",),
        optional=True,
    ),
    Field(
        "layer_decay",
        "Layer decay",
        "Each layer learns at this share of the rate of the layer above it.",
        "number",
        above=0,
        most=1,
    ),
    Field(
        "frozen_layers",
        "Frozen layers",
        "The embeddings and this many layers stay as they are; 0 trains everything.",
        "integer",
        least=0,
        most=1000,
    ),
    Field(
        "checkpoint_every",
        "Checkpoint every … steps",
        "Needs a folder. Empty: after each epoch.",
        "integer",
        least=1,
        optional=True,
    ),
    Field(
        "precision",
        "Precision",
        "bf16 is faster where the hardware has it; fp32 can be repeated bit for bit.",
        "choice",
        choices=("auto", "fp32", "bf16"),
    ),
    Field(
        "compile",
        "Compile",
        "Translate the model with torch.compile first: for long runs on a GPU.",
        "flag",
    ),
    Field(
        "seed",
        "Seed",
        "Fixes the order of the texts and the dropout.",
        "integer",
        least=0,
        most=2**32 - 1,
    ),
)
"""The hyper-parameters in the order a form shows them."""

ELSEWHERE = {
    "bf16": "precision",
    "early_stopping": "patience",
    "eval_dataset": "valid",
    "eval_steps": "evaluate_every",
    "fp16": "precision",
    "load_best_model_at_end": "keep_best",
    "metric_for_best_model": "best_by",
    "output_dir": "folder",
    "random_state": "seed",
    "save_steps": "checkpoint_every",
    "torch_compile": "compile",
    "train_dataset": "train",
}
"""What people know by other names, mostly from `transformers.TrainingArguments`."""
