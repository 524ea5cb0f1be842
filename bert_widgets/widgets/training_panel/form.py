"""The form before Start: the hyper-parameters as JSON, and what of an answer is a change."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ..._common.options import unknown
from ...training.form import FORM

if TYPE_CHECKING:
    from ...training.hyperparameters import Hyperparameters

FIELDS: list[dict[str, Any]] = [
    {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(field).items()
        if name != "default"
    }
    for field in FORM
]


def values_of(hyperparameters: Hyperparameters) -> dict[str, Any]:
    """Return the value of each field of the form."""
    found = {field.name: getattr(hyperparameters, field.name) for field in FORM}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def changes(hyperparameters: Hyperparameters, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what of an answer, whole or in part, differs from the hyper-parameters.

    Raises
    ------
    ValueError
        If a name is unknown or a value does not fit.
    """
    known = values_of(hyperparameters)
    for name in answer:
        if name not in known:
            raise ValueError(unknown("hyper-parameter", name, known))
    # The page may send what was read from JSON: 1 for 1.0 is no change, True for 1 is one.
    different = {
        name: value
        for name, value in answer.items()
        if value != known[name] or isinstance(value, bool) != isinstance(known[name], bool)
    }
    hyperparameters.changed(**different)
    return different
