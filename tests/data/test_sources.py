"""Every source and every kind of column gives the same data, or one sentence says why not."""

from __future__ import annotations

import collections
import enum
import itertools

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch

from bert_widgets.data.text_data import TextData

TEXTS = ["a gem", "a bore", "fine, really"]
PAIRS = ["yes", "no", "07"]
# For each kind of label a column, as Python has it, and the class names that each row then has.
COLUMNS = {
    "names": (["pos", "neg", "pos"], ["pos", "neg", "pos"]),
    "numbers": ([1, 0, 1], ["1", "0", "1"]),
    "digits": (["01", "1", "01"], ["01", "1", "01"]),
    "booleans": ([True, False, True], ["True", "False", "True"]),
    "several names": ([["a", "b"], [], ["b"]], [("a", "b"), (), ("b",)]),
    "several numbers": ([[2], [0, 1], [2]], [("2",), ("0", "1"), ("2",)]),
    "one-hot": ([[0, 1, 0], [1, 1, 0], [0, 0, 1]], [("1",), ("0", "1"), ("2",)]),
}


def _write(frame, folder, name):
    path = folder / name
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".jsonl":
        frame.to_json(path, lines=True, orient="records")
    else:
        frame.to_csv(path, sep="\t" if path.suffix == ".tsv" else ",", index=False)
    return path


READERS = {
    "DataFrame": lambda columns, _: pd.DataFrame(columns),
    "DataFrame of objects": lambda columns, _: pd.DataFrame(columns).astype(object),
    "DataFrame of Arrow types": lambda columns, _: pa.table(columns).to_pandas(
        types_mapper=pd.ArrowDtype
    ),
    "DataFrame with an index that repeats": lambda columns, _: pd.DataFrame(columns, index=[7] * 3),
    "CSV": lambda columns, folder: _write(pd.DataFrame(columns), folder, "d.csv"),
    "TSV": lambda columns, folder: _write(pd.DataFrame(columns), folder, "d.tsv"),
    "JSON Lines": lambda columns, folder: _write(pd.DataFrame(columns), folder, "d.jsonl"),
    "Parquet": lambda columns, folder: _write(pd.DataFrame(columns), folder, "d.parquet"),
    "datasets": lambda columns, _: datasets.Dataset.from_dict(columns),
    "datasets, iterable": lambda columns, _: datasets.Dataset.from_dict(
        columns
    ).to_iterable_dataset(),
    "Arrow table": lambda columns, _: pa.table(columns),
    "Arrow batch": lambda columns, _: pa.table(columns).to_batches()[0],
    "polars": lambda columns, _: pl.DataFrame(columns),
    "dicts": lambda columns, _: pd.DataFrame(columns).astype(object).to_dict("records"),
    "TextData": lambda columns, _: TextData.from_(pd.DataFrame(columns), **_options(columns)),
}
FLAT = {"CSV", "TSV"}
"""Readers whose fields are strings, so that they hold no lists."""


def _options(columns):
    several = isinstance(columns["label"][0], list)
    return {"problem_type": "multi_label"} if several else {}


@pytest.mark.parametrize(("reader", "kind"), list(itertools.product(READERS, COLUMNS)))
def test_every_reader_gives_the_same_data_or_a_sentence(reader, kind, tmp_path):
    labels, expected = COLUMNS[kind]
    columns = {"text": TEXTS, "label": labels}
    source = READERS[reader](columns, tmp_path)
    if reader in FLAT and isinstance(labels[0], list):
        with pytest.raises(ValueError, match=r"Row 0: .* must be a list"):
            TextData.from_(source, **_options(columns))
        return
    data = TextData.from_(source, **_options(columns))
    assert data.texts == tuple(TEXTS)
    assert data.label_names() == expected
    assert all(type(name) is str for name in data.classes)


@pytest.mark.parametrize("reader", sorted(set(READERS) - {"TextData"}))
def test_every_reader_gives_pairs_and_a_column_for_each_label(reader, tmp_path):
    columns = {"a": TEXTS, "b": PAIRS, "toxic": [1, 0, 1], "threat": [0, 0, 1]}
    source = READERS[reader](columns, tmp_path)
    data = TextData.from_(source, text="a", pair="b", label=["toxic", "threat"])
    assert (data.texts, data.pairs) == (tuple(TEXTS), tuple(PAIRS))
    assert data.label_names() == [("toxic",), (), ("toxic", "threat")]


def _frame(labels, **columns):
    return pd.DataFrame({"text": TEXTS, "label": labels} | columns)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (pd.Categorical(["b", "a", "b"], categories=["z", "b", "a"]), ["b", "a", "b"]),
        (pd.array(["b", "a", "b"], "string"), ["b", "a", "b"]),
        (pd.array([1, 0, 1], "Int64"), ["1", "0", "1"]),
        (pd.array([True, False, True], "boolean"), ["True", "False", "True"]),
        (np.array([1, 0, 1], np.float16), ["1", "0", "1"]),
        (np.array(["b", "a", "b"]), ["b", "a", "b"]),
    ],
)
def test_every_type_of_column_is_read(labels, expected):
    data = TextData.from_(_frame(labels))
    assert data.label_names() == expected
    assert all(type(name) is str for name in data.classes)


def test_values_of_other_libraries_are_read():
    for wrap in (np.int8, np.array, torch.tensor):
        rows = [(np.str_(text), wrap(label)) for text, label in zip(TEXTS, [1, 0, 1], strict=True)]
        assert TextData.from_(rows).label_names() == ["1", "0", "1"]
    for wrap in (tuple, set, np.array, torch.tensor, pd.Series):
        rows = list(zip(TEXTS, map(wrap, [[2], [0, 1], [2]]), strict=True))
        data = TextData.from_(rows, problem_type="multi_label")
        assert data.label_names() == [("2",), ("0", "1"), ("2",)]


def test_columns_may_be_called_by_numbers():
    frame = _frame(["a", "b", "a"]).set_axis([0, 1], axis=1)
    assert TextData.from_(frame, text=0, label=1).classes == ("a", "b")


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (np.array(["b", "a"]), ("b", "a")),
        (pd.Series(["b", "a"]), ("b", "a")),
        ((name for name in "ba"), ("b", "a")),
    ],
)
def test_classes_may_be_any_sequence(classes, expected):
    data = TextData.from_(_frame(["a", "b", "a"]), classes=classes)
    assert data.classes == expected
    assert data.label_names() == ["a", "b", "a"]


def test_numbers_as_classes_are_their_names():
    data = TextData.from_(_frame([1, 2, 1]), classes=[1, 2])
    assert (data.classes, data.labels.tolist()) == (("1", "2"), [0, 1, 0])


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ("ab", "list of label names .*not 'ab'"),
        ({"a", "b"}, "in the model's order"),
        ({0: "a", 1: "b"}, "list of label names"),
        (5, "list of label names .*not 5"),
        (["a", None], "holds None"),
        (["a", float("nan")], "holds nan"),
        (["a", "b", "a"], "'a' twice"),
        (["a", "1", 1], "'1' twice"),
        (["a", " "], "empty name"),
        ([], "classes is empty"),
    ],
)
def test_classes_that_are_no_names_are_refused(classes, message):
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        TextData.from_(_frame(["a", "b", "a"]), classes=classes)
    assert "\n" not in str(caught.value)


Colour = enum.Enum("Colour", "RED GREEN")
Row = collections.namedtuple("Row", "text label")  # noqa: PYI024 - as people make it


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["pos ", "neg", "pos"], "Row 0: the label 'pos ' and 'pos' in row 2 differ only"),
        (["pos", "neg", "Pos"], "Row 0: the label 'pos' and 'Pos' in row 2 differ only"),
        (["pos\u00a0", "neg", "pos"], "differ only in white space"),
        (["caf\u00e9", "x", "cafe\u0301"], "differ only in white space, case or Unicode form"),
        ([True, 1, 0], "Row 0: the label is True and in row 1 it is 1"),
        ([b"a", b"b", b"a"], "Row 0: the label b'a' is neither a name nor a number"),
        ([Colour.RED, Colour.GREEN, Colour.RED], "Row 0: .*neither a name nor a number"),
        ([{"a": 1}, {"b": 1}, {"a": 1}], "Row 0: .*neither a name nor a number"),
        (pd.to_datetime(["2020-01-01", "2021-01-01", "2020-01-01"]), "Row 0: .*neither a name"),
        ([0, np.inf, 1], "Row 1: the label inf"),
        (pd.array([1, None, 1], "Int64"), "Row 1 has no label"),
        (pd.Categorical(["a", None, "b"]), "Row 1 has no label"),
    ],
)
def test_labels_that_are_no_names_or_hardly_differ_are_refused(labels, message):
    with pytest.raises(ValueError, match=message) as caught:
        TextData.from_(_frame(labels))
    assert "\n" not in str(caught.value)


def test_names_that_hardly_differ_are_two_classes_if_both_are_named():
    data = TextData.from_(_frame(["pos", "neg", "Pos"]), classes=["neg", "pos", "Pos"])
    assert data.labels.tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0.5, 1.0], "Row 0: 0.5 in the label is neither a label nor a 0 or 1"),
        ([["a"]], "Row 0: the label \\['a'\\] is neither"),
        (np.eye(2), "Row 0: the label \\[1.0, 0.0\\] is neither"),
        (["a", None], "Row 0 has no label"),
        ("a,b", "Row 0: the label is 'a,b'; .* must be a list"),
        ({"a": 1}, "must be a list"),
    ],
)
def test_lists_of_what_are_no_labels_are_refused(labels, message):
    with pytest.raises(ValueError, match=message) as caught:
        TextData.from_([(text, labels) for text in TEXTS], problem_type="multi_label")
    assert "\n" not in str(caught.value)


def test_booleans_count_two_classes_and_no_more():
    assert TextData.from_(_frame([True] * 3), classes=["no", "yes"]).labels.tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="Row 0: Unknown label True"):
        TextData.from_(_frame([True, False, True]), classes=["bad", "fair", "good"])


ROWS = list(zip(TEXTS, ["a", "b", "a"], strict=True))


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (zip(TEXTS, "aba", strict=True), {}, "from zip; give list\\(data\\)"),
        ((row for row in ROWS), {}, "from generator; give list\\(data\\)"),
        ({"text": TEXTS, "label": list("aba")}, {}, "from dict; give pandas.DataFrame\\(data\\)"),
        (np.array(ROWS), {}, "from ndarray; give data.tolist\\(\\)"),
        (pd.Series(TEXTS), {}, "from Series"),
        (pl.Series(TEXTS), {}, "from Series"),
        (pl.DataFrame({"text": TEXTS}).lazy(), {}, "from LazyFrame; give data.collect\\(\\)"),
        (TEXTS, {}, "Row 0 is 'a gem'"),
        ((TEXTS, list("aba")), {}, "Row 0 .*list\\(zip\\(texts, labels\\)\\)"),
        ((TEXTS[:2], list("ab")), {}, "can be two rows, or all texts and all labels"),
        (_frame(list("aba")), {"text": "label"}, "column 'label' is named twice"),
        (_frame(list("aba")), {"pair": "text"}, "column 'text' is named twice"),
        (_frame(list("aba"), x=1), {"label": ["x", "x"]}, "column 'x' is named twice"),
        (_frame(list("aba")), {"label": []}, "label names no column"),
        (_frame(["a", None, "b"], index=[7] * 3).set_index("index"), {}, r"Row 7 \(position 1\)"),
    ],
)
def test_what_is_no_table_of_rows_is_answered_with_how_to_make_one(source, options, message):
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        TextData.from_(source, **options)
    assert "\n" not in str(caught.value)


def test_named_tuples_are_rows():
    assert TextData.from_([Row(*row) for row in ROWS]).label_names() == ["a", "b", "a"]
