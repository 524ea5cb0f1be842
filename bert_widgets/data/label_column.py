"""How a column of labels is read: one label per text, a list of them, or a 0 or 1 for each class.

The reading is decided once, by the whole column. Where two readings fit and give different
classes, the column is refused and the error shows both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.options import short, unknown
from .class_numbers import class_numbers, names_in, whole
from .label_checks import LabelColumn, check_kinds, check_present
from .tables import row_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

_BITS = {"0": 0, "1": 1, "False": 0, "True": 1}
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
    names = names_in(column, alone=True) if classes is None else tuple(classes)
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
                "be a list, or a string of labels with label_separator=','."
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
    names = names_in(flat) if classes is None else tuple(classes)
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
