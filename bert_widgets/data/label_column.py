"""How a column of labels is read: as names or numbers of classes, as lists of them, or as 0/1 rows.

The reading is decided once, by the whole column. Where two readings fit and give different
classes, the column is refused and the error shows both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.options import short, unknown
from .label_checks import (
    LabelColumn,
    check_counted,
    check_kinds,
    check_present,
    check_repeated,
    check_same,
    check_spelling,
    uncounted,
)
from .tables import row_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]*")
_BITS = {"0": 0, "1": 1, "False": 0, "True": 1}
_NOT_COUNTED = (bool, np.bool_, float, np.floating)  # label numbers are not written so
_LISTS = (list, tuple, set, frozenset, np.ndarray)


def single_labels(
    column: LabelColumn, classes: Sequence[str] | None
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Read one label per text.

    Parameters
    ----------
    column
        The labels: names, or numbers of ``classes``.
    classes
        The class names in the model's order; None takes the names in the column, sorted.

    Returns
    -------
    names
        The class names.
    labels
        int64 array (n,) of class numbers.

    Raises
    ------
    ValueError
        If a label is missing, a list or unknown, or the column can be read in two ways.
    """
    for value, row in zip(*column, strict=True):
        if isinstance(value, _LISTS):
            msg = (
                f"Row {row}: the label is a list, {short(value)}; for several labels per text "
                'pass problem_type="multi_label".'
            )
            raise ValueError(msg)  # noqa: TRY004 - unfit data, like the rest
        check_present(value, row)
    check_kinds(column)
    names = _names_in(column) if classes is None else tuple(classes)
    numbers = class_numbers(column, names, named=classes is None)
    if len(names) < 2:  # noqa: PLR2004
        msg = (
            f"All {len(numbers)} rows have the label {names[0]!r}; add rows with another label, "
            "or name all labels with classes=[...]."
        )
        raise ValueError(msg)
    return names, np.array(numbers, np.int64)


def multi_labels(
    column: LabelColumn, classes: Sequence[str] | None
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Read any number of labels per text.

    Parameters
    ----------
    column
        Lists of label names or numbers, or rows with a 0 or 1 for each class.
    classes
        As for `single_labels`.

    Returns
    -------
    names
        The class names.
    labels
        float32 array (n, classes) of zeros and ones.

    Raises
    ------
    ValueError
        As for `single_labels`, or if a label is not a list.
    """
    for value, row in zip(*column, strict=True):
        if not isinstance(value, _LISTS):
            msg = (
                f"Row {row}: the label is {short(value)}; with several labels per text it must "
                "be a list."
            )
            raise ValueError(msg)  # noqa: TRY004 - unfit data, like the rest
    lists = [[whole(item) for item in value] for value in column.values]  # type: ignore[attr-defined]
    for items, row in zip(lists, column.rows, strict=True):
        for item in items:
            check_present(item, row)
            if isinstance(item, float):
                msg = (
                    f"Row {row}: {item!r} in the label is neither a label nor a 0 or 1; round "
                    "probabilities to 0 and 1."
                )
                raise ValueError(msg)  # noqa: TRY004 - unfit data, like the rest
    if _are_indicators(column, lists, classes):
        indicators = np.array(lists, np.float32)
        if classes is None:
            return tuple(str(i) for i in range(indicators.shape[1])), indicators
        return tuple(classes), indicators
    flat = LabelColumn(
        [item for items in lists for item in items],
        [row for items, row in zip(lists, column.rows, strict=True) for _ in items],
    )
    names = _names_in(flat) if classes is None else tuple(classes)
    if not names:
        msg = "No row has a label; give some rows labels, or name them with classes=[...]."
        raise ValueError(msg)
    labels = np.zeros((len(lists), len(names)), np.float32)
    texts = np.repeat(np.arange(len(lists)), [len(items) for items in lists])
    labels[texts, class_numbers(flat, names, named=classes is None)] = 1
    return names, labels


def indicator_columns(
    frame: pd.DataFrame, columns: Sequence[str], classes: Sequence[str] | None
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Read several labels per text from one column of zeros and ones for each class.

    Parameters
    ----------
    frame
        The table.
    columns
        The columns, each called after its class.
    classes
        As for `single_labels`; a class without a column is carried by no text.

    Returns
    -------
    names, labels
        As for `multi_labels`.

    Raises
    ------
    ValueError
        If a column is no class, or holds anything but 0 and 1.
    """
    names = tuple(columns) if classes is None else tuple(classes)
    labels = np.zeros((len(frame), len(names)), np.float32)
    rows = row_names(frame)
    for name in columns:
        if name not in names:
            raise ValueError(unknown("label column", name, names))
        for position, (row, value) in enumerate(zip(rows, frame[name], strict=True)):
            bit = _BITS.get(str(whole(value)))  # the fields of a file are strings
            if bit is None:
                msg = f"Row {row}: the {name!r} is {short(value)}; a label column holds 0 or 1."
                raise ValueError(msg)
            labels[position, names.index(name)] = bit
    return names, labels


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
        msg = f"Row {column.rows[place]}: " + unknown("label", column.values[place], names)
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


def _names_in(column: LabelColumn) -> tuple[str, ...]:
    """Return the distinct names in a column; names that differ by a slip are refused."""
    names = _sorted_names(column.values)
    first_rows: dict[str, object] = {}
    for value, row in zip(*column, strict=True):
        first_rows.setdefault(str(value), row)
    check_spelling(names, first_rows)
    check_counted(names)
    check_repeated(names, column)
    return names


def _sorted_names(values: Sequence[object]) -> tuple[str, ...]:
    """Return the distinct names, in numeric order where all are whole numbers."""
    names = {str(value) for value in values}
    if all(_WHOLE_NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=int))
    return tuple(sorted(names))


def _are_indicators(
    column: LabelColumn, lists: Sequence[Sequence[object]], classes: Sequence[str] | None
) -> bool:
    """Say whether every list holds a 0 or 1 for each class, rather than labels."""
    values: Sequence[Any] = column.values
    width = len(lists[0]) if classes is None else len(classes)
    if width < 2 or not all(  # noqa: PLR2004
        len(items) == width and all(_is_bit(item) for item in items) for items in lists
    ):
        return False
    if any(
        isinstance(item, bool | np.bool_ | float | np.floating) for row in values for item in row
    ):
        return True  # no label number is written so
    if any(len(set(items)) < width for items in lists):
        return True  # a label is not named twice
    names = ("0", "1") if classes is None else tuple(classes)
    only = names[list(lists[0]).index(1)]
    msg = (
        f"Row {column.rows[0]}: the label {short(list(lists[0]))} can be a list of label numbers, "
        f"both {names[0]!r} and {names[1]!r}, or have a 0 or 1 for each class, only {only!r}, and "
        "so can every row; give lists of names."
    )
    raise ValueError(msg)


def _is_bit(item: object) -> bool:
    return isinstance(item, int | np.integer) and item in (0, 1)


def _mostly(as_names: Sequence[int | None], as_numbers: Sequence[int | None]) -> bool:
    """Say whether a column that fits neither reading looks more like names."""
    return as_names.count(None) <= as_numbers.count(None)
