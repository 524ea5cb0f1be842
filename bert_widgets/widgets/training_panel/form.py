"""The form before Start: the hyper-parameters as JSON, and which answers are changes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ...training.hyperparameters import FORM

if TYPE_CHECKING:
    from ...training.hyperparameters import Hyperparameters

FIELDS: list[dict[str, Any]] = [
    dataclasses.asdict(field) | {"choices": list(field.choices)} for field in FORM
]


def values_of(hyperparameters: Hyperparameters) -> dict[str, Any]:
    """Return the value of each field of the form."""
    values = {field.name: getattr(hyperparameters, field.name) for field in FORM}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def changes(hyperparameters: Hyperparameters, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the part of an answer that differs from the hyper-parameters, valid or not."""
    known = values_of(hyperparameters)
    # JSON does not tell 1 from 1.0, which is no change; True for 1 is one.
    return {
        name: value
        for name, value in answer.items()
        if name not in known
        or value != known[name]
        or isinstance(value, bool) != isinstance(known[name], bool)
    }
