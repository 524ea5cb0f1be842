"""A column of labels is read in one way, or refused in a sentence that shows the ways there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.class_names import class_names
from bert_widgets.data.class_numbers import class_number
from bert_widgets.data.label_checks import LabelColumn
from bert_widgets.data.label_column import multi_labels, single_labels

THREE = ("bad", "fair", "good")
STARS = ("1", "2", "3", "4", "5")


def column(*values):
    return LabelColumn(values, [f"r{i}" for i in range(len(values))])


@pytest.mark.parametrize(
    ("values", "classes", "expected"),
    [
        (("good", "bad"), THREE, [2, 0]),
        ((2, 0, 1), THREE, [2, 0, 1]),
        (("2", "0"), THREE, [2, 0]),  # as a CSV file has numbers
        ((True, False), ("no", "yes"), [1, 0]),
        (("5", "1"), STARS, [4, 0]),
        (("1", "4"), STARS, [0, 3]),  # strings that are names
        ((5, 1), STARS, [4, 0]),  # 5 is no class number
        ((0, 4), STARS, [0, 4]),  # 0 is no name
        ((0, 1), ("0", "1"), [0, 1]),  # both readings agree
        ((0, 1), ("1", "0"), None),
        ((1, 4), STARS, None),
        ((1, 2), THREE, None),  # they may count from 1
    ],
)
def test_one_label_is_read_as_a_name_or_a_number_by_the_whole_column(values, classes, expected):
    if expected is None:
        with pytest.raises(ValueError, match=r"can be .*or .*r0|r0.* can be .*or "):
            single_labels(column(*values), classes)
    else:
        names, labels = single_labels(column(*values), classes)
        assert names == classes
        assert labels.tolist() == expected


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ((1, "1", 2), ("1", "2")),  # one class, however it is written
        ((10, 9), ("9", "10")),
        (("10", "9"), ("9", "10")),
        (("01", "1"), ("01", "1")),
        (("1" * 20, "2" * 20), ("1" * 20, "2" * 20)),
        ((True, False), ("False", "True")),
    ],
)
def test_the_classes_of_a_column_are_its_distinct_names(values, names):
    classes, labels = single_labels(column(*values), None)
    assert classes == names
    assert [classes[label] for label in labels] == [str(value) for value in values]


@pytest.mark.parametrize(
    ("values", "classes", "message"),
    [
        (("good", None), THREE, "Row r1 has no label"),
        (("good", float("nan")), THREE, "Row r1 has no label"),
        (("good", " "), THREE, "Row r1 has an empty label"),
        ((0, -1), THREE, "Row r1: .*-1"),
        (("good", "goood"), THREE, "Row r1: .*'goood'.*'good'"),
        ((0, 3), THREE, "Row r1: .*3"),
        ((["a"], ["b"]), None, 'problem_type="multi_label"'),
        (("x", "x"), None, "All 2 rows have the label 'x'"),
    ],
)
def test_what_is_no_label_is_named_by_its_row(values, classes, message):
    with pytest.raises(ValueError, match=message) as caught:
        single_labels(column(*values), classes)
    assert "\n" not in str(caught.value)


BITS = {
    "lists": [[0, 1, 0], [1, 1, 0], [0, 0, 0]],
    "tuples": [(0, 1, 0), (1, 1, 0), (0, 0, 0)],
    "bools": [[False, True, False], [True, True, False], [False] * 3],
    "floats": [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0] * 3],
    "arrays": [np.array(row) for row in ([0, 1, 0], [1, 1, 0], [0, 0, 0])],
    "float arrays": [np.array(row, np.float32) for row in ([0, 1, 0], [1, 1, 0], [0, 0, 0])],
    "bool arrays": [np.array(row, bool) for row in ([0, 1, 0], [1, 1, 0], [0, 0, 0])],
}


@pytest.mark.parametrize("rows", BITS.values(), ids=BITS)
@pytest.mark.parametrize("classes", [THREE, None])
def test_zeros_and_ones_for_each_class_are_one_hot(rows, classes):
    names, labels = multi_labels(column(*rows), classes)
    assert names == (classes or ("0", "1", "2"))
    assert labels.tolist() == [[0, 1, 0], [1, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("values", "classes", "expected"),
    [
        ((["good", "bad"], []), THREE, [[1, 0, 1], [0, 0, 0]]),
        (([2, 0], [1]), THREE, [[1, 0, 1], [0, 1, 0]]),
        (([0], [1, 0]), ("no", "yes"), [[1, 0], [1, 1]]),
        (([0, 1], [0, 0]), ("no", "yes"), [[0, 1], [0, 0]]),  # a label is not named twice
        (([False, True],), ("no", "yes"), [[0, 1]]),
        (([0.0, 1.0], [1.0, 0.0]), ("no", "yes"), [[0, 1], [1, 0]]),
        (([0, 1], [1, 0]), ("no", "yes"), None),
        (([1, 2], [2]), THREE, None),
        (([1, 3], [2]), STARS, None),
        ((["1", "3"], ["2"]), STARS, [[1, 0, 1, 0, 0], [0, 1, 0, 0, 0]]),
    ],
)
def test_several_labels_are_sets_or_zeros_and_ones_by_the_whole_column(values, classes, expected):
    if expected is None:
        with pytest.raises(ValueError, match="can be"):
            multi_labels(column(*values), classes)
    else:
        assert multi_labels(column(*values), classes)[1].tolist() == expected


NAMES = st.lists(st.text("ab01", min_size=1, max_size=3), min_size=2, max_size=5, unique=True)
LABELS = st.one_of(st.integers(-1, 5), st.text("ab01", min_size=1, max_size=3))


@given(names=NAMES, values=st.lists(LABELS, min_size=1, max_size=6))
def test_each_row_gets_the_class_it_names_or_a_sentence_names_a_row(names, values):
    refusal, labels = "", np.zeros(0)
    try:
        _, labels = single_labels(column(*values), names)
    except ValueError as error:
        refusal = str(error)
    if refusal:
        assert any(f"ow r{i}" in refusal for i in range(len(values)))
        assert "\n" not in refusal
        return
    named = [names[label] == str(value) for label, value in zip(labels, values, strict=True)]
    counted = [str(label) == str(value) for label, value in zip(labels, values, strict=True)]
    assert all(named) or all(counted)
    if not all(named):  # then no reading by names was possible, and counting begins at 0
        assert 0 in labels
        assert not all(str(value) in names for value in values)


@given(names=NAMES, data=st.data())
def test_names_are_always_understood(names, data):
    values = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))
    _, labels = single_labels(column(*values), names)
    assert [names[label] for label in labels] == values


@given(names=NAMES, rows=st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1))
def test_one_hot_rows_of_booleans_are_always_understood(names, rows):
    rows = [row[: len(names)] for row in rows]
    assert multi_labels(column(*rows), names)[1].tolist() == np.array(rows, float).tolist()


def test_a_single_label_follows_the_rule_of_columns():
    assert class_number("good", THREE, "target") == class_number(2, THREE, "target") == 2
    assert class_number("2", STARS, "target") == 1
    assert class_number(0, STARS, "target") == 0
    with pytest.raises(ValueError, match="label named '2' or the label number 2 \\('3'\\)"):
        class_number(2, STARS, "target")
    with pytest.raises(ValueError, match=r"'gud'.*'good'"):
        class_number("gud", THREE, "target")
    with pytest.raises(ValueError, match="3"):
        class_number(3, THREE, "target")


def test_a_missing_value_of_pandas_is_a_missing_label():
    with pytest.raises(ValueError, match="Row r0 has no label"):
        single_labels(column(pd.NA), THREE)


def test_measurements_are_not_taken_for_classes():
    numbers = [i / 7 for i in range(11)]
    for values in (numbers, [str(number) for number in numbers]):
        with pytest.raises(ValueError, match=r"11 different numbers with fractions.*pandas\.cut"):
            single_labels(column(*values), None)
    stars = [half / 2 for half in range(1, 11)] * 3
    assert single_labels(column(*stars), None)[0][:2] == ("0.5", "1.0")
    years = [1990.0 + i for i in range(30)]  # a gap made the column floats
    assert len(single_labels(column(*map(int, years)), None)[0]) == 30


def test_texts_and_ids_are_not_taken_for_classes():
    texts = [f"film number {number}" for number in range(101)]
    for values in (texts, range(101)):
        with pytest.raises(ValueError, match=r"All 101 labels differ.*label="):
            single_labels(column(*values), None)
    assert len(single_labels(column(*texts, texts[0]), None)[0]) == 101
    assert len(single_labels(column(*texts), texts)[0]) == 101


@pytest.mark.parametrize("other", ["x\u200b", "\u2060x", "x\u00ad", " x", "X"])
def test_names_that_look_alike_are_refused(other):
    with pytest.raises(ValueError, match=r"Row r\d: the label .* in row r\d differ only in"):
        single_labels(column("x", other, "y"), None)
    assert single_labels(column("x", other), ("x", other))[1].tolist() == [0, 1]


def test_half_a_character_in_a_label_is_named():
    with pytest.raises(ValueError, match="Row r1: the label contains half of a character"):
        single_labels(column("x", "y\ud800"), None)
    with pytest.raises(ValueError, match="A name in classes contains half of a character"):
        class_names(["x", "y\ud800"])
