"""What a column of labels may not hold, each with the sentence that says so."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from .._common.characters import check_characters
from .._common.options import short, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(e[-+]?[0-9]+)?", re.IGNORECASE)
_MOST_FRACTIONS = 10  # ratings from 0.5 to 5.0
_FEW_LABELS = 20
_MOST_SINGLE = 100  # labels, each of which occurs once
_SEPARATORS = (",", ";", "|")
_INFINITE = (float("inf"), float("-inf"))


class LabelColumn(NamedTuple):
    """The labels of a table and the rows they stand in.

    Attributes
    ----------
    values
        The labels as given; whole floats are integers already.
    rows
        The index of each row, for error messages.
    """

    values: Sequence[object]
    rows: Sequence[object]


def check_spelling(names: Sequence[str], first_rows: Mapping[str, object]) -> None:
    """Raise if two names differ only in white space, case or Unicode form.

    Parameters
    ----------
    names
        The distinct names in a column.
    first_rows
        The row in which each occurs first.

    Raises
    ------
    ValueError
        If two names would be two classes by a slip of the pen.
    """
    spelled: dict[str, str] = {}
    for name in names:
        seen = "".join(c for c in name if unicodedata.category(c) != "Cf")  # no invisible marks
        form = " ".join(unicodedata.normalize("NFKC", seen).casefold().split())
        other = spelled.setdefault(form, name)
        if other != name:
            msg = (
                f"Row {first_rows[name]}: the label {name!r} and {other!r} in row "
                f"{first_rows[other]} differ only in white space, case or Unicode form; write them "
                "alike, or name both with classes=[...]."
            )
            raise ValueError(msg)


def exchanged(names: Sequence[str], texts: int) -> str:
    """Return a sentence if there are so many labels that they may be the texts."""
    if len(names) <= max(_FEW_LABELS, texts / 2):
        return ""
    return (
        f"There are {len(names):,} different labels for {texts:,} texts, such as "
        f"{short(names[0])}; if text and label are exchanged, a list holds (text, label), and "
        "text= and label= name the columns of a table."
    )


def check_joined(names: Sequence[str], first_rows: Mapping[str, object]) -> None:
    """Raise if a name joins other names: then the texts carry several labels.

    Parameters are those of `check_spelling`.
    """
    for name in names:
        separator = joined_by(name, names)
        if separator:
            msg = (
                f"Row {first_rows[name]}: the label {name!r} joins other labels; for several "
                f"labels per text pass label_separator={separator!r}, or name all labels with "
                "classes=[...]."
            )
            raise ValueError(msg)


def joined_by(label: object, names: Collection[str]) -> str:
    """Return what separates the parts of a label, if all are labels; otherwise nothing."""
    for separator in _SEPARATORS:
        parts = label.split(separator) if isinstance(label, str) else ()
        if len(parts) > 1 and all(part.strip() in names for part in parts):
            return separator
    return ""


def check_counted(names: Sequence[str]) -> None:
    """Raise if the distinct names in a column are measurements rather than names of classes."""
    if (
        len(names) > _MOST_FRACTIONS
        and all(_NUMBER.fullmatch(name) for name in names)
        and any(float(name) % 1 for name in names)
    ):
        msg = (
            f"The labels are {len(names)} different numbers with fractions, such as {names[0]}: a "
            "classifier needs classes; make some with pandas.cut, or name all of these with "
            "classes=[...]."
        )
        raise ValueError(msg)


def check_repeated(names: Sequence[str], column: LabelColumn) -> None:
    """Raise if a large column holds no label twice: it is one of texts or ids."""
    if len(names) == len(column.values) > _MOST_SINGLE:
        msg = (
            f"All {len(names):,} labels differ, such as {short(column.values[0])} in row "
            f"{column.rows[0]}, so nothing can be learned from them; name the column of labels "
            "with label=, or all of these with classes=[...]."
        )
        raise ValueError(msg)


def check_kinds(column: LabelColumn) -> None:
    """Raise if some labels are booleans and others numbers: since True may mean 1 or not."""
    kinds = [type(value) for value in column.values]
    if bool in kinds and (int in kinds or float in kinds):
        place = kinds.index(bool)
        other = next(i for i, kind in enumerate(kinds) if kind in (int, float))
        msg = (
            f"Row {column.rows[place]}: the label is {column.values[place]} and in row "
            f"{column.rows[other]} it is {column.values[other]}; use either booleans or numbers."
        )
        raise ValueError(msg)


def check_same(
    column: LabelColumn,
    as_names: Sequence[int | None],
    as_numbers: Sequence[int | None],
    names: Sequence[str],
) -> None:
    """Raise for a column that names classes in one reading and counts others in the other."""
    for value, row, name, number in zip(*column, as_names, as_numbers, strict=True):
        if name != number and name is not None and number is not None:
            msg = (
                f"Row {row}: the label {value!r} can be the class named {names[name]!r} or the "
                f"class number {value} ({names[number]!r}), and so can every label in the column; "
                "give the names as strings, such as frame['label'].astype(str)."
            )
            raise ValueError(msg)


def uncounted(column: LabelColumn, numbers: Sequence[int], names: Sequence[str]) -> str:
    """Return what is wrong with class numbers that lack 0: they may count from 1."""
    return (
        f"The label numbers lack 0, so they may count from 0 or from 1: {column.values[0]!r} in "
        f"row {column.rows[0]} can be {names[numbers[0]]!r} or {names[numbers[0] - 1]!r}; give "
        "names, such as frame['label'].astype(int).map(dict(enumerate(classes, start)))."
    )


def unknown_label(label: object, numbers: Sequence[object], names: Sequence[str]) -> str:
    """Return what is wrong with a label that is no class, in a column that may hold ``numbers``."""
    whole_numbers = {str(number) for number in numbers}
    counted = [str(number) for number in range(1, len(names) + 1)]
    if whole_numbers <= set(counted) and counted[-1] in whole_numbers:
        return (
            f"the label {label!r} is no class, since numbers of classes count from 0 and these "
            "from 1; give names, such as "
            "frame['label'].astype(int).map(dict(enumerate(classes, 1)))."
        )
    separator = joined_by(label, {*names, *counted[:-1], "0"})
    if separator:
        return (
            f"the label {label!r} joins several labels; for several labels per text pass "
            f"label_separator={separator!r}."
        )
    return unknown("label", label, names)


def check_present(value: object, row: object) -> None:
    """Raise if a label is missing, empty, infinite or of a type that names no class."""
    missing: Any = value is None or value is pd.NA or value is pd.NaT
    if missing or (isinstance(value, float | np.floating) and np.isnan(value)):
        msg = f"Row {row} has no label ({value!r}); remove the row or give it a label."
        raise ValueError(msg)
    if isinstance(value, str) and not value.strip():
        msg = f"Row {row} has an empty label ({value!r}); remove the row or give it a label."
        raise ValueError(msg)
    if isinstance(value, str):
        check_characters(value, f"Row {row}: the label")
    if not isinstance(value, str | int | float) or value in _INFINITE:
        msg = f"Row {row}: the label {short(value)} is neither a name nor a number; use strings."
        raise ValueError(msg)


def check_numbers(labels: NDArray[Any], texts: int, classes: int) -> None:
    """Raise a ValueError unless labels are class numbers, or a 0 or 1 for each class."""
    several = labels.ndim > 1
    expected = (texts, classes) if several else (texts,)
    allowed = [0, 1] if several else range(classes)
    if labels.shape != expected or not np.isin(labels, allowed).all():
        valid_values = "zeros and ones" if several else f"numbers from 0 to {classes - 1}"
        msg = (
            f"The labels, {labels.dtype} of shape {labels.shape}, do not fit {texts} texts and "
            f"{classes} classes; give {valid_values} of shape {expected}, or use TextData.from_."
        )
        raise ValueError(msg)
