"""Which class a label means: one called so, or the one of that number.

A column is read in one way. Where both ways fit and give different classes, it is refused and the
error shows both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from .._common.options import unknown
from .label_checks import (
    LabelColumn,
    check_counted,
    check_joined,
    check_repeated,
    check_same,
    check_spelling,
    exchanged,
    uncounted,
    unknown_label,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]*")


def class_numbers(column: LabelColumn, names: Sequence[str], *, named: bool = False) -> list[int]:
    """Return the class number of each label, read as names or as numbers, all in the same way.

    Parameters
    ----------
    column
        The labels.
    names
        The class names.
    named
        Whether ``names`` were taken from the column, so that only names are meant.
    """
    if not column.values:
        return []
    by_name = {name: number for number, name in enumerate(names)}
    as_names = [by_name.get(str(value)) for value in column.values]
    if named:
        return [number for number in as_names if number is not None]
    as_numbers = [_counted(value, len(names)) for value in column.values]
    if None not in as_names:
        # A string that is a class name means that class; a number may count classes instead.
        if None not in as_numbers and not all(isinstance(value, str) for value in column.values):
            check_same(column, as_names, as_numbers, names)
        return [number for number in as_names if number is not None]
    if None in as_numbers:
        place = (as_names if _mostly(as_names, as_numbers) else as_numbers).index(None)
        wrong = unknown_label(column.values[place], column.values, names)
        msg = f"Row {column.rows[place]}: {wrong}"
        raise ValueError(msg)
    numbers = [number for number in as_numbers if number is not None]
    if 0 not in numbers and not all(isinstance(value, bool) for value in column.values):
        raise ValueError(uncounted(column, numbers, names))
    return numbers


def class_number(label: object, names: Sequence[str], option: str) -> int:
    """Return the number of the class that one label names, by the rule for columns.

    Parameters
    ----------
    label
        A name, or a number of a class counted from 0.
    names
        The class names.
    option
        What the label is called in the error.

    Raises
    ------
    ValueError
        If there is no such class, or a number is the name of another class.
    """
    by_name = names.index(str(label)) if str(label) in names else None
    if isinstance(label, str):
        if by_name is not None:
            return by_name
        raise ValueError(unknown(option, label, names))
    by_number = _counted(label, len(names))
    if by_name is not None and by_number is not None and by_name != by_number:
        msg = (
            f"{option}={label!r} can be the label named {str(label)!r} or the label number "
            f"{label} ({names[by_number]!r}); give the name as a string."
        )
        raise ValueError(msg)
    number = by_number if by_name is None else by_name
    if number is None:
        raise ValueError(unknown(option, label, names))
    return number


def names_in(column: LabelColumn, *, alone: bool = False) -> tuple[str, ...]:
    """Return the distinct names in a column; names that differ by a slip are refused.

    So are names that join others where each text should have one label ``alone``.
    """
    names = _sorted_names(column.values)
    first_rows: dict[str, object] = {}
    for value, row in zip(*column, strict=True):
        first_rows.setdefault(str(value), row)
    try:
        check_spelling(names, first_rows)
        if alone:
            check_joined(names, first_rows)
    except ValueError as error:
        if alone and (sentence := exchanged(names, len(column.values))):
            raise ValueError(sentence) from error  # a text is not written wrongly
        raise
    check_counted(names)
    check_repeated(names, column)
    return names


def whole(value: object) -> object:
    """Return a label as Python has it, whole floats as integers: gaps make a column floats.

    Arrays, tensors and Series are returned as lists, with their numbers as they are.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()  # of a single number it is that number
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _counted(value: object, count: int) -> int | None:
    """Return a label as a class number, if it is a whole number below ``count``."""
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool | np.bool_) and count != 2:  # noqa: PLR2004
        return None  # no and yes are two classes
    if isinstance(value, int | np.integer) and 0 <= value < count:
        return int(value)
    return None


def _sorted_names(values: Sequence[object]) -> tuple[str, ...]:
    """Return the distinct names, in numeric order where all are whole numbers."""
    names = {str(value) for value in values}
    if all(_WHOLE_NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=int))
    return tuple(sorted(names))


def _mostly(as_names: Sequence[int | None], as_numbers: Sequence[int | None]) -> bool:
    """Say whether a column that fits neither reading looks more like names."""
    return as_names.count(None) <= as_numbers.count(None)
