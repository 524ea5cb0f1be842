"""The class names of a model: the checkpoint's, or the user's if they fit its head."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from .._common.characters import check_characters
from .._common.options import short, unknown
from ..data.text_data import TextData

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    LabelNames: TypeAlias = "Sequence[str] | Mapping[str, str] | TextData"

_PLACEHOLDER = re.compile(r"LABEL_[0-9]+")


class LabelMap(NamedTuple):
    """The class names of a model.

    Attributes
    ----------
    names
        In the order of the logits.
    conflict
        Why they may not be used with a trained head; empty if they may.
    """

    names: list[str]
    conflict: str = ""


def config_labels(config: Any) -> list[str]:  # noqa: ANN401
    """Return the class names of a config in the order of the logits.

    Raises
    ------
    ValueError
        If they are not numbered from 0, or one has no name or two numbers.
    """
    names: dict[int, str] = config.id2label
    if sorted(names) != list(range(config.num_labels)):
        msg = (
            f"The checkpoint numbers its labels {', '.join(map(str, sorted(names)))}, but a "
            f"model counts its {config.num_labels} outputs from 0; correct id2label in its "
            "config.json."
        )
        raise ValueError(msg)
    listed = [str(names[i]) for i in range(config.num_labels)]
    for number, name in enumerate(listed):
        check_characters(name, f"Label {number} of the checkpoint")
        if names[number] is None or not name.strip():
            msg = f"Label {number} of the checkpoint has no name; correct id2label in config.json."
            raise ValueError(msg)
        other = (config.label2id or {}).get(name, number)
        if other != number:
            msg = (
                f"The checkpoint's config.json numbers {name!r} {number} in id2label and {other} "
                "in label2id; correct the wrong one."
            )
            raise ValueError(msg)
    return listed


def set_classes(config: Any, names: Sequence[str]) -> None:  # noqa: ANN401
    """Give a config class names, in the order of the logits."""
    config.id2label = dict(enumerate(names))
    config.label2id = {name: number for number, name in enumerate(names)}


def label_map(config: Any, labels: LabelNames | None) -> LabelMap:  # noqa: ANN401
    """Fit class names to those of a checkpoint.

    Parameters
    ----------
    config
        The checkpoint's config.
    labels
        Class names; a mapping from the checkpoint's names to new ones, which renames them; a
        `TextData`, for its classes; or None for the checkpoint's names.

    Raises
    ------
    ValueError
        If a name repeats, there are fewer than two, or a mapping does not name every label.
    """
    current = config_labels(config)
    if isinstance(labels, Mapping):
        return LabelMap(_checked(_renamed(current, labels)))
    names = _checked(current if labels is None else _listed(labels), regression=labels is None)
    if labels is None or len(current) != len(names) or all(map(_PLACEHOLDER.fullmatch, current)):
        return LabelMap(names)  # a head of another size is replaced
    if set(current) == set(names):
        return LabelMap(current)
    spelled = {name.casefold(): name for name in names}
    if len(spelled) == len(names) and {name.casefold() for name in current} == set(spelled):
        return LabelMap([spelled[name.casefold()] for name in current])
    renaming = ", ".join(f"{a!r}: {b!r}" for a, b in zip(current, names, strict=True))
    return LabelMap(
        names,
        f"The checkpoint's trained head has the labels {current!r}, not {names!r}; rename them "
        f"with labels={{{renaming}}} if that is their order, or train a new head with "
        "new_head=True.",
    )


def _listed(labels: object) -> list[str]:
    if isinstance(labels, TextData):
        return list(labels.classes)
    if isinstance(labels, set | frozenset):
        msg = f"labels must be a list of names, not {labels!r:.80}, which has no order."
        raise TypeError(msg)
    if isinstance(labels, str) or hasattr(labels, "columns") or not isinstance(labels, Iterable):
        description = "a DataFrame" if hasattr(labels, "columns") else short(labels)
        msg = (
            f"labels must be a list of names, not {description}; for those of your data give "
            "labels=TextData.from_(...)."
        )
        raise TypeError(msg)
    values = list(labels)
    names = [str(name) for name in values]
    numbers = isinstance(labels, torch.Tensor | np.ndarray) and not isinstance(values[0], str)
    if numbers or len(set(names)) * 2 < len(names):
        msg = (
            f"labels must be a list of names without repetition, not the label of each of "
            f"{len(names):,} texts; for the names in your data give labels=data, a TextData."
        )
        raise TypeError(msg)
    return names


def _renamed(current: list[str], labels: Mapping[str, str]) -> list[str]:
    for name in labels:
        if name not in current:
            raise ValueError(unknown("label of the checkpoint", name, current))
    missing = [name for name in current if name not in labels]
    if missing:
        msg = f"The renaming leaves out {missing[0]!r}; name all of {current!r}."
        raise ValueError(msg)
    return [str(labels[name]) for name in current]


def _checked(names: list[str], *, regression: bool = False) -> list[str]:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        msg = f"The label {min(repeated)!r} is given twice; label names must differ."
        raise ValueError(msg)
    if len(names) < 2 and regression:  # noqa: PLR2004
        msg = (
            "The checkpoint has one output (it was made for regression or ranking), and a "
            "classifier needs at least two labels; pass labels=[...] to train a new head."
        )
        raise ValueError(msg)
    if len(names) < 2:  # noqa: PLR2004
        msg = f"A classifier needs at least two labels, not {names!r}; pass labels=[...]."
        raise ValueError(msg)
    return names
