"""Targets: the logit of a class, its log-odds against another class, or its probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch

from ..._common.options import unknown
from ...data.class_numbers import class_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from ...model.classifier import BertClassifier

    Label: TypeAlias = str | int

Output = Literal["logit", "probability"]
OUTPUTS: tuple[Output, ...] = ("logit", "probability")


@dataclass(frozen=True)
class Target:
    """One number that a classifier computes for a text, which is explained.

    Attributes
    ----------
    label
        The number of the class.
    against
        The number of the class whose logit is subtracted, which gives the log-odds between the
        two for a single-label classifier; None for ``label`` alone.
    output
        Whether the number is a logit or the probability of ``label``.
    """

    label: int
    against: int | None = None
    output: Output = "logit"


def resolve_target(
    clf: BertClassifier, target: Label | tuple[Label, Label] | None, output: str
) -> Target | None:
    """Return the target that a user names, or None for the predicted label of each text.

    Raises
    ------
    ValueError
        If the label or output is unknown, or they cannot be combined.
    """
    if output not in OUTPUTS:
        raise ValueError(unknown("output", output, OUTPUTS))
    if target is None:
        return None
    if not isinstance(target, tuple):
        return Target(class_number(target, clf.labels, "target"), None, output)
    if len(target) != 2 or output != "logit":  # noqa: PLR2004
        msg = (
            f"The target {target!r} with output {output!r} cannot be explained; "
            "log-odds need two labels and the output 'logit'."
        )
        raise ValueError(msg)
    label, against = (class_number(part, clf.labels, "target") for part in target)
    if label == against:
        msg = f"Log-odds need two different labels; {target[0]!r} is named twice."
        raise ValueError(msg)
    return Target(label, against)


def target_values(
    targets: Sequence[Target], logits: torch.Tensor, *, multi_label: bool
) -> torch.Tensor:
    """Take each row's target from logits (batch, classes); float32 (batch,), with its gradient."""
    rows = torch.arange(len(targets), device=logits.device)
    labels = torch.tensor([target.label for target in targets], device=logits.device)
    chosen = logits[rows, labels]
    if any(target.against is not None for target in targets):
        others = torch.tensor([target.against or 0 for target in targets], device=logits.device)
        against = torch.tensor([target.against is not None for target in targets])
        chosen = chosen - logits[rows, others] * against.to(logits)
    if any(target.output == "probability" for target in targets):
        probabilities = logits.sigmoid() if multi_label else logits.softmax(1)
        wanted = torch.tensor([target.output == "probability" for target in targets])
        chosen = torch.where(wanted.to(logits.device), probabilities[rows, labels], chosen)
    return chosen
