"""Labelled texts from every source, and one plain sentence for each way they can be wrong."""

from __future__ import annotations

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.text_data import TextData
from bert_widgets.text.batches import token_batches

ROWS = [("a gem", "positive"), ("a bore", "negative"), ("fine, really", "positive")]
FRAME = pd.DataFrame(ROWS, columns=["text", "label"])


def sources(folder):
    FRAME.to_csv(folder / "d.csv", index=False)
    FRAME.to_json(folder / "d.jsonl", lines=True, orient="records")
    FRAME.to_parquet(folder / "d.parquet")
    named = datasets.ClassLabel(names=["negative", "positive"])
    split = datasets.Dataset.from_dict(
        {"text": FRAME["text"].tolist(), "label": [1, 0, 1]},
        features=datasets.Features({"text": datasets.Value("string"), "label": named}),
    )
    return [ROWS, FRAME, folder / "d.csv", str(folder / "d.jsonl"), folder / "d.parquet", split]


def test_every_source_gives_the_same_data(tmp_path):
    for source in sources(tmp_path):
        data = TextData.from_(source)
        assert data.classes == ("negative", "positive")
        assert data.labels.tolist() == [1, 0, 1]
        assert data.texts == tuple(FRAME["text"])
        pd.testing.assert_frame_equal(data.to_frame(), FRAME, check_dtype=False)


def test_classes_fix_the_numbers_and_numbers_are_accepted():
    data = TextData.from_([("a", 1), ("b", 0)], classes=["bad", "good"])
    assert data.label_names() == ["good", "bad"]
    assert TextData.from_(data, classes=["good", "worse", "bad"]).labels.tolist() == [0, 2]


def test_whole_numbers_are_labels_also_where_gaps_made_them_floats():
    frame = pd.DataFrame({"text": ["a", "b", "c"], "label": [1, None, 0]}).dropna()
    assert frame["label"].dtype == float
    assert TextData.from_(frame).classes == ("0", "1")
    assert TextData.from_(frame, classes=["bad", "good"]).label_names() == ["good", "bad"]


def test_pairs_and_several_labels():
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["p", "q"], "tags": [["sad", "long"], []]})
    data = TextData.from_(frame, text="a", pair="b", label="tags", problem_type="multi_label")
    assert data.pairs == ("p", "q")
    assert data.classes == ("long", "sad")
    assert data.labels.tolist() == [[1, 1], [0, 0]]
    assert data.label_names() == [("long", "sad"), ()]


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (FRAME, {"text": "review"}, "no column 'review'; the data has 'text', 'label': .* text="),
        (FRAME, {"classes": ["positive", "Negative"]}, "Row 1: .*'negative'.*'Negative'"),
        (FRAME.iloc[:0], {}, "no rows"),
        ([("a", "x"), ("b", None)], {}, "Row 1 has no label"),
        ([("a", "x"), (3, "y")], {}, "Row 1: the 'text' is 3, not a string"),
        ([("a", "x"), (" ", "y")], {}, "Row 1: the 'text' is empty"),
        ([("a", "x"), ("b", "x")], {}, "All 2 rows have the label 'x'"),
        ([("a", "x"), "loose"], {}, "Row 1 is 'loose'"),
        ("nowhere.csv", {}, "no file 'nowhere.csv'"),
        ("data.xls", {}, "Cannot read 'data.xls'"),
        (FRAME, {"problem_type": "multi_label"}, "Row 0: .* must be a list"),
    ],
)
def test_bad_data_is_named_in_one_sentence(source, options, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message) as caught:
        TextData.from_(source, **options)
    assert "\n" not in str(caught.value)


def test_an_unknown_option_suggests_the_nearest():
    with pytest.raises(TypeError, match=r"'labl'.*'label'"):
        TextData.from_(FRAME, labl="x")


def test_the_split_is_stratified_seeded_and_complete():
    rows = [(f"text {i}", "rare" if i % 5 == 0 else "common") for i in range(100)]
    data = TextData.from_(rows)
    train, valid = data.split(valid=0.25, seed=3)
    assert (len(train), len(valid)) == (75, 25)
    assert (valid.labels == data.classes.index("rare")).sum() == 5
    assert sorted(train.texts + valid.texts) == sorted(data.texts)
    assert data.split(valid=0.25, seed=3)[1].texts == valid.texts
    assert data.split(valid=0.25, seed=4)[1].texts != valid.texts


@given(st.lists(st.integers(1, 512), max_size=200), st.integers(1, 4096))
def test_batches_hold_everything_once_within_the_budget(lengths, budget):
    batches = list(token_batches(lengths, budget))
    assert sorted(np.concatenate([[], *batches]).tolist()) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[i] for i in batch)
        assert longest * len(batch) <= budget or len(batch) == 1


def features(label):
    return datasets.Features({"text": datasets.Value("string"), "label": label})


NAMED = datasets.ClassLabel(names=["sad", "long", "new"])


def test_a_list_of_class_labels_keeps_its_names():
    split = datasets.Dataset.from_dict(
        {"text": ["a", "b", "c"], "label": [[0, 2], [], [1]]}, features=features([NAMED])
    )
    data = TextData.from_(split, problem_type="multi_label")
    assert data.label_names() == [("new", "sad"), (), ("long",)]


@pytest.mark.parametrize(
    ("labels", "message"), [([0, None], "Row 1 has no label"), ([0, -1], "Row 1 has the label -1")]
)
def test_a_class_label_that_is_null_or_unlabelled_is_named_as_such(labels, message):
    split = datasets.Dataset.from_dict({"text": ["a", "b"], "label": labels}, features(NAMED))
    for classes in (None, NAMED.names):
        with pytest.raises(ValueError, match=message):
            TextData.from_(split, classes=classes)


def test_all_splits_at_once_are_answered_with_their_names():
    split = datasets.Dataset.from_dict({"text": ["a"], "label": ["x"]})
    with pytest.raises(TypeError, match=r"splits 'train', 'test'; .*data\['train'\]"):
        TextData.from_(datasets.DatasetDict({"train": split, "test": split}))


def test_an_arrow_table_is_read():
    assert TextData.from_(pa.table(FRAME)).label_names() == FRAME["label"].tolist()


def test_one_column_for_each_label():
    frame = pd.DataFrame({"text": ["a", "b"], "toxic": [1, 0], "threat": [True, False]})
    data = TextData.from_(frame, label=["toxic", "threat"])
    assert data.classes == ("toxic", "threat")
    assert data.labels.tolist() == [[1, 1], [0, 0]]
    wider = TextData.from_(frame, label=["threat"], classes=["toxic", "threat"])
    assert wider.labels.tolist() == [[0, 1], [0, 0]]
    with pytest.raises(ValueError, match="Row 1: the 'toxic' is 2; a label column holds 0 or 1"):
        TextData.from_(frame.assign(toxic=[1, 2]), label=["toxic", "threat"])
    with pytest.raises(ValueError, match="several labels per text"):
        TextData.from_(frame, label=["toxic"], problem_type="single_label")


def test_the_problem_type_of_data_and_model_must_agree():
    several = TextData.from_([("a", ["x"]), ("b", ["y"])], problem_type="multi_label")
    with pytest.raises(ValueError, match="load the model with problem_type='multi_label'"):
        TextData.from_(several, classes=["x", "y"], problem_type="single_label")
    with pytest.raises(ValueError, match="load the model with problem_type='single_label'"):
        TextData.from_(TextData.from_(ROWS), problem_type="multi_label")
    named = TextData.from_([("a", ["x"]), ("b", ["y"])], problem_type="multi_label_classification")
    assert named.multi_label
    with pytest.raises(ValueError, match=r"'multi_labels'.*'multi_label'"):
        TextData.from_(ROWS, problem_type="multi_labels")


def test_half_a_character_is_named_by_its_row():
    with pytest.raises(ValueError, match="Row 1: the 'text' contains half of a character"):
        TextData.from_([("fine", "x"), ("\ud83d", "y")])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"texts": ("so \ud800", "bad")}, "Text 0 contains half of a character"),
        ({"pairs": ("good", "\udfff")}, "Second text 1 contains half of a character"),
        ({"texts": ("good", None)}, "Text 1 is None, not a string"),
        ({"pairs": ("good",)}, "There are 2 texts and 1 second texts"),
        ({"labels": np.array([0, 2])}, "give numbers from 0 to 1 of shape"),
        ({"labels": np.array([0, -1])}, "give numbers from 0 to 1 of shape"),
        ({"labels": np.array([0.5, 1])}, "give numbers from 0 to 1 of shape"),
        ({"labels": np.array([0])}, "do not fit 2 texts and 2 classes"),
        ({"labels": np.eye(3)[:2]}, "give zeros and ones of shape"),
        ({"labels": np.full((2, 2), 0.5)}, "give zeros and ones of shape"),
    ],
)
def test_data_that_is_built_by_hand_is_checked_too(fields, sentence):
    right = {
        "texts": ("good", "bad"),
        "pairs": None,
        "labels": np.array([1, 0]),
        "classes": ("negative", "positive"),
    }
    assert len(TextData(**right)) == 2
    with pytest.raises((TypeError, ValueError), match=sentence):
        TextData(**right | fields)
