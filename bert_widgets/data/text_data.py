"""Labelled texts, checked once: from a table, a file, a `datasets` split or pairs of values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
import pandas as pd

from .._common.characters import check_characters, printable
from .._common.options import named_options, short, unknown
from .._common.other_names import OtherNames
from .class_names import class_names
from .label_checks import check_numbers
from .other_names import ATTRIBUTES, CLASS_ATTRIBUTES, CONSTRUCTION, READING, SPLITTING
from .reading import Columns, check_unread, read_labelled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TypeAlias

    import datasets
    from numpy.typing import NDArray

    Source: TypeAlias = (
        "pd.DataFrame | str | Path | datasets.Dataset | Sequence[tuple[str, object]] | TextData"
    )

ProblemType = Literal["single_label", "multi_label"]

_PROBLEM_TYPES: dict[str, ProblemType] = {
    "single_label": "single_label",
    "multi_label": "multi_label",
    # As a Hugging Face config names them.
    "single_label_classification": "single_label",
    "multi_label_classification": "multi_label",
}

_NAMED = 6
"""Labels that a summary names."""


@dataclass(frozen=True, eq=False)
class TextData(OtherNames):
    """Texts with their labels, valid by construction.

    Attributes
    ----------
    texts, pairs
        The texts; ``pairs`` holds the second texts of sentence pairs, or is None.
    labels
        int64 array (n,) of label numbers, or float32 array (n, classes) of zeros and ones where
        a text may carry several labels.
    classes
        The label names; label number i is ``classes[i]``.
    rows
        What each row is called in the source: the index of a DataFrame, or the number of the row,
        counted from 0 without a header. They stay the same in a part of the data.

    Examples
    --------
    >>> data = TextData.from_([("a gem", "positive"), ("a bore", "negative")])
    >>> data.classes, data.labels.tolist()
    (('negative', 'positive'), [1, 0])
    """

    texts: tuple[str, ...]
    pairs: tuple[str, ...] | None
    labels: NDArray[Any]
    classes: tuple[str, ...]
    rows: Sequence[Any] = ()

    _other_names = ATTRIBUTES
    _other_class_names = CLASS_ATTRIBUTES
    _construction = CONSTRUCTION

    def __post_init__(self) -> None:
        count = len(self.texts)
        if not self.rows:
            object.__setattr__(self, "rows", range(count))
        if len(self.rows) != count:
            msg = f"There are {count} texts and {len(self.rows)} rows; give one for each."
            raise ValueError(msg)
        if self.pairs is not None and len(self.pairs) != count:
            msg = f"There are {count} texts and {len(self.pairs)} second texts; give one for each."
            raise ValueError(msg)
        columns: dict[str, Sequence[object]] = {"Text": self.texts, "Second text": self.pairs or ()}
        for name, texts in columns.items():
            for row, text in enumerate(texts):
                if not isinstance(text, str):
                    msg = f"{name} {row} is {short(text)}, not a string; see TextData.from_."
                    raise TypeError(msg)
                check_characters(text, f"{name} {row}")
        check_numbers(self.labels, count, len(self.classes))

    @classmethod
    @named_options(instead=READING)
    def from_(  # noqa: PLR0913 - one option a fact about the source
        cls,
        source: Source,
        *,
        text: str = "text",
        pair: str | None = None,
        label: str | Sequence[str] = "label",
        classes: Sequence[str] | None = None,
        problem_type: str | None = None,
        columns: Sequence[str] | None = None,
        label_separator: str | None = None,
    ) -> TextData:
        """Read and check labelled texts.

        Parameters
        ----------
        source
            A DataFrame, a path (.csv, .tsv, .jsonl, .parquet), a ``datasets.Dataset``, an Arrow
            or polars table, a list of ``(text, label)`` or of dicts, or a TextData, which is
            returned as it is if its classes and problem type agree.
        text, pair, label
            Column names. ``pair`` names the second text of sentence pairs. Several ``label``
            columns hold a 0 or 1 each; a column's name is the label.
        classes
            The label names in the model's order; by default those in the data, sorted.
            Labels may then also be numbers of classes, counted from 0. Whether a column holds
            names or numbers is decided for the whole column; if both are possible and differ, a
            ValueError is raised.
        problem_type
            ``"single_label"``, the default for one column, or ``"multi_label"``: each label is a
            list of names or numbers (any number of them, also none), or has a 0 or 1 for each
            class. Hugging Face's names, such as ``"multi_label_classification"``, work too.
        columns
            The names of all columns of a .csv or .tsv file whose first line is a row already.
            Where the first line looks like the one but is used as the other, it is refused.
        label_separator
            What separates several labels in one string, such as ``","`` in ``"joy,pride"``; the
            data is then multi-label. An empty string is a text without labels.

        Raises
        ------
        ValueError
            If a column is missing, there are no rows, a text is not a string, a label is missing,
            unknown or ambiguous, the problem type is not that of a TextData, or there is only one
            label and ``classes`` names no other; or if two labels differ only in white space, case
            or Unicode form and ``classes`` does not name both. The sentence names the row and the
            value.
        TypeError
            If the source or ``classes`` is of a type that holds no such data.
        """
        wanted = None if problem_type is None else check_problem_type(problem_type)
        if classes is not None:
            classes = class_names(classes)
        if isinstance(source, TextData):
            check_unread(columns, label_separator)
            return source._as(classes, wanted)  # noqa: SLF001 - its own class
        asked = Columns(text, pair, label, columns, label_separator)
        return cls(*read_labelled(source, asked, classes, wanted))

    def _as(self, classes: Sequence[str] | None, problem_type: ProblemType | None) -> TextData:
        """Return the data with the numbers of other classes, if it fits them."""
        if problem_type is not None and self.multi_label != (problem_type == "multi_label"):
            of_data = "multi_label" if self.multi_label else "single_label"
            msg = (
                f"The data is {of_data!r} and the model is {problem_type!r}; load the model with "
                f"problem_type={of_data!r}."
            )
            raise ValueError(msg)
        if classes is None or tuple(classes) == self.classes:
            return self
        if set(self.classes) - set(classes):
            msg = (
                f"The data has the labels {', '.join(self.classes)} and the model has "
                f"{', '.join(classes)}; load the model with labels={list(self.classes)!r}."
            )
            raise ValueError(msg)
        order = [list(classes).index(name) for name in self.classes]
        if self.multi_label:
            labels = np.zeros((len(self), len(classes)), np.float32)
            labels[:, order] = self.labels
        else:
            labels = np.array(order)[self.labels]
        return replace(self, labels=labels, classes=tuple(classes))

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, part: slice) -> TextData:
        """Return a part of the rows, such as ``data[:200]``."""
        rows: object = part
        if not isinstance(rows, slice):
            msg = (
                f"data[{short(rows)}] is no part of the rows; give a slice, such as data[:200], "
                "or use data.take(rows), data.texts, data.labels or data.to_frame()."
            )
            raise TypeError(msg)
        return self.take(range(len(self))[part])

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Refuse: ``trainer.train`` is the data, and is often taken for a method."""
        msg = "These are labelled texts; to train on them call start() of their Trainer."
        raise TypeError(msg)

    def __repr__(self) -> str:
        carried = self.labels.sum(0) if self.multi_label else np.bincount(self.labels)
        numbers = dict(zip(self.classes, carried.tolist(), strict=False))
        counts = [f"{name}: {n:,.0f}" for name, n in numbers.items() if n]
        more = f" and {len(counts) - _NAMED} labels more" if len(counts) > _NAMED else ""
        kind = "texts" if self.pairs is None else "pairs of texts"
        return printable(f"<TextData of {len(self):,} {kind}; {', '.join(counts[:_NAMED])}{more}>")

    @property
    def multi_label(self) -> bool:
        """Whether a text may carry several labels."""
        return self.labels.ndim > 1

    @named_options(instead=SPLITTING)
    def split(self, valid: float = 0.2, *, seed: int = 0) -> tuple[TextData, TextData]:
        """Split into training and validation parts, each label in proportion.

        Parameters
        ----------
        valid
            The share of rows that goes to validation, between 0 and 1.
        seed
            The same seed gives the same split.

        Raises
        ------
        ValueError
            If the share is not between 0 and 1, or leaves a part without an example of each label.
        """
        from sklearn.model_selection import train_test_split

        if not (isinstance(valid, float) and 0 < valid < 1):
            msg = f"valid={valid!r} is no share of the rows; give a number between 0 and 1, as 0.2."
            raise ValueError(msg)
        # Combinations of several labels are mostly unique, so only single labels are stratified.
        strata = None if self.multi_label else self.labels
        try:
            train, held_out = train_test_split(
                np.arange(len(self)), test_size=valid, random_state=seed, stratify=strata
            )
        except ValueError as error:
            msg = f"Cannot split {len(self)} rows with valid={valid}: {error}"
            raise ValueError(msg) from error
        return self.take(np.sort(train)), self.take(np.sort(held_out))

    def sample(self, size: int, *, seed: int = 0) -> TextData:
        """Return ``size`` rows drawn at random, in the order in which they stand.

        Parameters
        ----------
        size
            The number of rows, at most all.
        seed
            The same seed gives the same rows.

        Raises
        ------
        ValueError
            If there are fewer rows.
        """
        if not 0 < size <= len(self):
            msg = f"Cannot draw {size!r} of {len(self):,} rows; give a number from 1 to that."
            raise ValueError(msg)
        drawn = np.random.default_rng(seed).choice(len(self), size, replace=False)
        return self.take(np.sort(drawn))

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> TextData:
        """Return the rows at the given positions, in the given order."""
        return replace(
            self,
            texts=tuple(self.texts[i] for i in rows),
            pairs=None if self.pairs is None else tuple(self.pairs[i] for i in rows),
            labels=self.labels[np.asarray(rows, np.int64)],
            rows=tuple(self.rows[i] for i in rows),
        )

    def label_names(self) -> list[Any]:
        """Return each row's label name, or tuple of names where there may be several."""
        if self.multi_label:
            return [tuple(self.classes[i] for i in np.flatnonzero(row)) for row in self.labels]
        return [self.classes[i] for i in self.labels]

    def to_frame(self) -> pd.DataFrame:
        """Return columns ``text``, ``pair`` (for pairs) and ``label``, indexed by ``rows``."""
        columns: dict[str, Any] = {"text": self.texts}
        if self.pairs is not None:
            columns["pair"] = self.pairs
        return pd.DataFrame(columns | {"label": self.label_names()}, index=pd.Index(self.rows))


def check_problem_type(name: str) -> ProblemType:
    """Return our name of a problem type; Hugging Face's are understood.

    Raises
    ------
    ValueError
        If there is no such problem type.
    """
    if name not in _PROBLEM_TYPES:
        raise ValueError(unknown("problem_type", name, ("single_label", "multi_label")))
    return _PROBLEM_TYPES[name]
