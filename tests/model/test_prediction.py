"""Predictions beside the table whose texts were predicted, and as a file."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from bert_widgets import Prediction, TextData
from tests.models import tiny_classifier

TABLE = pd.DataFrame(
    {"id": [7, 8, 9], "text": ["so good", "so bad", "so boring"], "label": ["x", "y", "z"]},
    index=["a", "b", "c"],
)
PROBABILITIES = np.array([[0.9, 0.6], [0.1, 0.2], [0.7, 0.4]], np.float32)
SEVERAL = Prediction(
    ("x", "y", "z"), ("sad", "long"), (("sad", "long"), (), ("sad",)), PROBABILITIES
)


def test_the_columns_of_the_table_are_kept_beside_the_prediction():
    prediction = tiny_classifier("bert").predict(TABLE["text"])
    frame = prediction.to_frame(with_columns_of=TABLE)
    pd.testing.assert_frame_equal(frame[["id", "text", "label"]], TABLE)
    assert frame["predicted"].tolist() == list(prediction.labels)
    np.testing.assert_array_equal(frame["p(positive)"], prediction.probabilities[:, 1])


def test_pairs_are_found_in_two_columns():
    pairs = list(zip(TABLE["text"], TABLE["label"], strict=True))
    frame = tiny_classifier("bert").predict(pairs).to_frame(with_columns_of=TABLE)
    assert len(frame) == 3
    with pytest.raises(ValueError, match="No column"):
        tiny_classifier("bert").predict(pairs).to_frame(with_columns_of=TABLE[["text"]])


@pytest.mark.parametrize(
    "other", [TABLE.iloc[::-1], TABLE.iloc[:2], TABLE[["id", "label"]], TABLE.iloc[:0]]
)
def test_a_table_of_other_texts_is_refused(other):
    prediction = tiny_classifier("bert").predict(TABLE["text"])
    with pytest.raises(ValueError, match="3 predicted texts in their order"):
        prediction.to_frame(with_columns_of=other)


def test_a_column_is_not_overwritten():
    prediction = tiny_classifier("bert").predict(TABLE["text"])
    for name in ("predicted", "p(positive)"):
        with pytest.raises(ValueError, match=re.escape(f"has a column {name!r} already")):
            prediction.to_frame(with_columns_of=TABLE.assign(**{name: 1}))


def test_a_file_of_predictions_is_that_table(tmp_path):
    prediction = tiny_classifier("bert").predict(TABLE["text"])
    for options in ({}, {"with_columns_of": TABLE}):
        prediction.to_csv(tmp_path / "p.csv", **options)
        written = pd.read_csv(tmp_path / "p.csv")
        expected = prediction.to_frame(**options).reset_index(drop=True)
        pd.testing.assert_frame_equal(written, expected, check_dtype=False, rtol=1e-6)


def test_a_file_of_several_labels_can_be_read_again(tmp_path):
    SEVERAL.to_csv(tmp_path / "p.csv")
    frame = pd.read_csv(tmp_path / "p.csv", keep_default_na=False)
    again = TextData.from_(frame, label_separator=",", classes=SEVERAL.classes)
    np.testing.assert_array_equal(again.labels, PROBABILITIES >= 0.5)
    comma = Prediction(("x",), ("a,b", "c"), (("a,b",),), PROBABILITIES[:1])
    with pytest.raises(ValueError, match="'a,b' contains a comma"):
        comma.to_csv(tmp_path / "p.csv")
