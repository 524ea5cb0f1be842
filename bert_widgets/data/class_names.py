"""Class names as the caller gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

import numpy as np

from .._common.characters import check_characters


def class_names(classes: object) -> tuple[str, ...]:
    """Return class names as strings.

    Parameters
    ----------
    classes
        The names, or numbers that are used as names, in the order of the model.

    Raises
    ------
    TypeError
        If they are not an ordered collection of names.
    ValueError
        If there are none, one is missing or empty, or one repeats.
    """
    if isinstance(classes, str | Mapping | AbstractSet) or not isinstance(classes, Iterable):
        msg = f"classes is a list of label names in the model's order, not {classes!r:.80}."
        raise TypeError(msg)
    names: list[str] = []
    for value in classes:
        if not isinstance(value, str | int | float | np.generic) or value != value:  # noqa: PLR0124 - NaN
            msg = f"classes holds {value!r:.60}, which is no label name; give strings."
            raise TypeError(msg)
        name = str(value)
        check_characters(name, "A name in classes")
        if not name.strip():
            msg = f"classes holds an empty name ({name!r}); give every label a name."
            raise ValueError(msg)
        if name in names:
            msg = f"classes holds {name!r} twice; label names must differ."
            raise ValueError(msg)
        names.append(name)
    if not names:
        msg = "classes is empty; give the label names, or leave it out to take those in the data."
        raise ValueError(msg)
    return tuple(names)
