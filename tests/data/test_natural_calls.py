"""What people try first with their data works, or is answered with what to do."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.other_names import ATTRIBUTES, CLASS_ATTRIBUTES, READING, SPLITTING
from bert_widgets.data.text_data import TextData

FRAME = pd.DataFrame(
    {"text": [f"text {i}" for i in range(40)], "label": ["pos", "neg"] * 20},
    index=[f"id {i}" for i in range(40)],
)
DATA = TextData.from_(FRAME)


@given(start=st.none() | st.integers(-50, 50), stop=st.none() | st.integers(-50, 50))
def test_a_slice_is_that_of_a_list(start, stop):
    part = DATA[start:stop]
    assert part.texts == DATA.texts[start:stop]
    assert part.label_names() == DATA.label_names()[start:stop]
    assert part.classes == DATA.classes


@pytest.mark.parametrize("index", [0, "text", [0, 1], np.array([True] * 40)])
def test_what_is_no_slice_is_answered_with_what_to_use(index):
    with pytest.raises(TypeError, match=r"give a slice, such as data\[:200\], or use data.take"):
        DATA[index]


def test_a_sample_is_drawn_without_repetition_and_by_seed():
    drawn = DATA.sample(10, seed=1)
    assert len(set(drawn.texts)) == 10
    assert drawn.texts == DATA.sample(10, seed=1).texts != DATA.sample(10, seed=2).texts
    assert DATA.sample(40).texts == DATA.texts
    for size in (0, 41):
        with pytest.raises(ValueError, match=f"Cannot draw {size} of 40 rows"):
            DATA.sample(size)


def test_a_row_keeps_its_name_in_every_part():
    train, valid = DATA.split(0.25)
    for part in (train, valid, valid[2:7], train.sample(5), DATA.take([7, 3])):
        assert FRAME.loc[list(part.rows), "text"].tolist() == list(part.texts)
        pd.testing.assert_frame_equal(part.to_frame(), FRAME.loc[list(part.rows)])
    assert TextData.from_([("a", "x"), ("b", "y")])[1:].rows == (1,)
    repeated = TextData.from_(FRAME.set_axis([7] * 40))
    assert list(repeated.rows) == list(range(40))
    with pytest.raises(ValueError, match="40 texts and 3 rows"):
        TextData(DATA.texts, None, DATA.labels, DATA.classes, rows=(1, 2, 3))


def test_the_share_may_stand_without_its_name():
    assert [len(part) for part in DATA.split(0.1)] == [36, 4]
    assert DATA.split(0.1)[1].texts == DATA.split(valid=0.1)[1].texts
    for share in (8, 1.0, 0.0, -0.5):
        with pytest.raises(ValueError, match="is no share of the rows"):
            DATA.split(share)


@pytest.mark.parametrize("name", SPLITTING)
def test_an_option_of_another_split_is_answered(name):
    with pytest.raises(TypeError, match=f"option of TextData.split '{name}': "):
        DATA.split(**{name: 0.1})


@pytest.mark.parametrize("name", READING)
def test_an_option_of_another_reader_is_answered(name):
    with pytest.raises(TypeError, match=f"option of TextData.from_ '{name}': "):
        TextData.from_(FRAME, **{name: "x"})


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_method_of_another_table_is_answered(name):
    with pytest.raises(AttributeError, match=f"A TextData has no '{name}': "):
        getattr(DATA, name)


def test_data_that_is_called_says_how_to_train():
    with pytest.raises(TypeError, match=r"call start\(\) of their Trainer"):
        DATA()


def test_texts_and_labels_that_are_exchanged_are_warned_about():
    rows = [(("pos", "neg")[i % 2], f"text {i % 78}") for i in range(80)]
    with pytest.warns(UserWarning, match="There are 78 different labels for 80 texts") as caught:
        TextData.from_(rows)
    assert caught[0].filename == __file__
    with pytest.raises(ValueError, match="There are 80 different labels for 82 texts"):
        TextData.from_([*rows, ("pos", "TEXT 1"), ("neg", "text  2")])  # no slip of the pen
    frame = pd.DataFrame(rows, columns=["label", "text"])
    assert TextData.from_(frame).classes == ("neg", "pos")  # and no warning


JOINED = [("a", "0,1"), ("b", "0"), ("c", "1"), ("d", "2, 1")]


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=4, unique=True), min_size=2))
def test_joined_labels_are_read_as_their_lists(lists):
    lists = [*lists, ["a"]]
    texts = [f"text {i}" for i in range(len(lists))]
    for separator in (",", " | "):
        joined = pd.DataFrame({"text": texts, "label": [separator.join(x) for x in lists]})
        data = TextData.from_(joined, label_separator=separator)
        expected = TextData.from_(
            pd.DataFrame({"text": texts, "label": lists}), problem_type="multi_label"
        )
        assert data.classes == expected.classes
        np.testing.assert_array_equal(data.labels, expected.labels)


def test_joined_numbers_count_classes_or_name_them():
    assert TextData.from_(JOINED, label_separator=",").classes == ("0", "1", "2")
    data = TextData.from_(JOINED, label_separator=",", classes=["joy", "fear", "pride"])
    assert data.label_names() == [("joy", "fear"), ("joy",), ("fear",), ("fear", "pride")]


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (JOINED, {}, "Row 0: the label '0,1' joins other labels; .* label_separator=','"),
        (JOINED, {"classes": ["joy", "fear", "pride"]}, "'0,1' joins several labels; .*=','"),
        (JOINED, {"problem_type": "multi_label"}, "must be a list, or .* label_separator=','"),
        (JOINED, {"label_separator": ""}, "separates nothing"),
        (JOINED, {"label_separator": ",", "problem_type": "single_label"}, "several labels per"),
        ([*JOINED, ("e", None)], {"label_separator": ","}, r"Row 4 has no label .*fillna\(''\)"),
        ([*JOINED, ("e", "1,,2")], {"label_separator": ","}, "Row 4 has an empty label"),
    ],
)
def test_joined_labels_that_are_read_otherwise_are_refused(rows, options, message):
    with pytest.raises(ValueError, match=message):
        TextData.from_(rows, **options)


def test_names_with_commas_are_names_if_they_are_given_or_no_part_is_one():
    rows = [("a", "Arts, film"), ("b", "Sport"), ("c", "Arts")]
    assert "Arts, film" in TextData.from_(rows).classes
    classes = ["Arts", "Sport", "Arts, Sport"]
    rows = [("a", "Arts, Sport"), ("b", "Sport"), ("c", "Arts")]
    assert TextData.from_(rows, classes=classes).labels.tolist() == [2, 1, 0]


@pytest.mark.parametrize("kind", [int, str])
def test_numbers_that_count_from_one_are_refused_with_what_to_do(kind):
    rows = [("war", kind(1)), ("a goal", kind(2)), ("a deal", kind(3))]
    classes = ["World", "Sport", "Business"]
    with pytest.raises(
        ValueError, match=r"count from 0 and these from 1; .*enumerate\(classes, 1\)"
    ):
        TextData.from_(rows, classes=classes)
    frame = pd.DataFrame(rows, columns=["text", "label"])
    frame["label"] = frame["label"].astype(int).map(dict(enumerate(classes, 1)))  # as it says
    assert TextData.from_(frame, classes=classes).label_names() == classes


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_lines_of_labels_and_texts_are_answered_with_how_to_read_them(tmp_path, encoding):
    lines = ["DESC:manner How did serfdom develop ?", "ENTY:cremat Which films has Dalí made ?"] * 4
    path = tmp_path / "train.label"
    path.write_text("\n".join(lines), encoding)
    with pytest.raises(ValueError, match="looks like a label and a text, so pass ") as caught:
        TextData.from_(path)
    code = str(caught.value).partition("so pass ")[2].rstrip(".")
    data = TextData.from_(eval(code, {"Path": Path, "path": path}))  # noqa: S307 - our own sentence
    assert data.texts[1] == "Which films has Dalí made ?"
    assert data.classes == ("DESC:manner", "ENTY:cremat")
    (tmp_path / "train.csv").write_text("\n".join(lines))
    with pytest.raises(ValueError, match="looks like a label and a text"):
        TextData.from_(tmp_path / "train.csv")


def test_files_of_other_kinds_are_answered_with_how_to_read_them(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"text": "a", "label": "x"}]))
    (tmp_path / "a.txt").write_text("It is a text.\nNo label is in it.\n")
    for name, message in (
        ("a.json", "read_json"),
        ("a.xlsx", "read_excel"),
        ("a.txt", "ending in"),
    ):
        with pytest.raises(ValueError, match=f"Cannot read '{name}'; .*{message}"):
            TextData.from_(tmp_path / name)


@pytest.mark.parametrize("name", CLASS_ATTRIBUTES)
def test_another_way_to_read_is_answered(name):
    with pytest.raises(AttributeError, match=rf"TextData has no '{name}': TextData\.from_\("):
        getattr(TextData, name)


@pytest.mark.parametrize("arguments", [(FRAME,), ("a.csv",), (["a"], ["x"])])
def test_a_construction_from_a_source_is_answered(arguments):
    with pytest.raises(TypeError, match=r"missing .* TextData\.from_\(source\) reads a file"):
        TextData(*arguments)


def test_help_shows_the_arguments_of_a_construction():
    assert list(inspect.signature(TextData).parameters) == [
        field.name for field in dataclasses.fields(TextData)
    ]


def test_an_error_within_a_construction_stays_as_it_is():
    with pytest.raises(TypeError, match=r"Text 0 is 3, not a string; see TextData.from_\.$"):
        TextData((3,), None, DATA.labels[:1], DATA.classes)
