"""A file with or without a header: no row is lost, and no header becomes a row."""

from __future__ import annotations

import csv
import string

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.text_data import TextData

WORD = st.text(string.ascii_lowercase, min_size=1, max_size=6)
TEXT = st.lists(WORD, min_size=2, max_size=7).map(" ".join)
NEWS = [
    ("3", "Fears for pension after talks", "Unions say they are disappointed."),
    ("4", "The race is on", "A second team is set to launch."),
    ("1", "Two die in a storm, others flee", "A hurricane has hit the coast."),
    ("3", "Oil prices rise", "Crude is dearer than ever."),
    ("2", "The cup goes north", "A late goal decided the match."),
]
NAMES = ["label", "title", "text"]


def write(path, rows, header=None):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",").writerows(
            [*([header] if header else []), *rows]
        )
    return path


def test_the_columns_of_a_file_without_a_header_are_named(tmp_path):
    path = write(tmp_path / "news.csv", NEWS)
    data = TextData.from_(path, columns=NAMES)
    assert data.texts == tuple(row[2] for row in NEWS)
    assert data.label_names() == [row[0] for row in NEWS]
    assert TextData.from_(path, columns=["y", "x", "z"], label="y", text="x").texts[0] == NEWS[0][1]


def test_without_names_the_error_says_how_to_give_them(tmp_path):
    path = write(tmp_path / "news.csv", NEWS)
    with pytest.raises(ValueError, match=r"the first row of a file without a header, .*columns="):
        TextData.from_(path)
    with pytest.raises(ValueError, match=r"pandas.read_csv\(path, header=None, names="):
        TextData.from_(pd.read_csv(path))
    with pytest.raises(ValueError, match="looks like a row and not like names"):
        TextData.from_(path, text=NEWS[0][2], label="3")
    with pytest.raises(TypeError, match=r"'header': columns=\[\.\.\.\] names the columns"):
        TextData.from_(path, header=None)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@given(texts=st.lists(TEXT, min_size=4, max_size=9), numbers=st.booleans())
def test_no_row_is_lost_and_none_is_added(texts, numbers, suffix, tmp_path_factory):
    names = "01" if numbers else ("good", "bad")
    rows = [(names[i % 2], text) for i, text in enumerate(texts)]
    folder = tmp_path_factory.mktemp("header")
    bare = write(folder / f"bare{suffix}", rows)
    headed = write(folder / f"headed{suffix}", rows, header=["class", "body"])
    for data in (
        TextData.from_(bare, columns=["class", "body"], text="body", label="class"),
        TextData.from_(headed, text="body", label="class"),
    ):
        assert list(zip(data.label_names(), data.texts, strict=True)) == rows
    if len(texts[0].split()) > 3:  # what is certainly a text
        with pytest.raises(ValueError, match="looks like a row"):
            TextData.from_(bare, text=texts[0], label=rows[0][0])
    with pytest.raises(ValueError, match="looks like names of columns"):
        TextData.from_(headed, columns=["label", "text"])


def test_questions_and_numbers_can_name_columns(tmp_path):
    question = "How satisfied are you with the course?"
    rows = [("very much so", "good"), ("not at all", "bad"), ("it was fine", "good")]
    survey = write(tmp_path / "survey.csv", rows, header=[question, "mood"])
    assert TextData.from_(survey, text=question, label="mood").texts[0] == "very much so"
    numbered = write(tmp_path / "numbered.csv", rows, header=["0", "1"])
    assert TextData.from_(numbered, text="0", label="1").classes == ("bad", "good")
    named = write(tmp_path / "named.csv", rows, header=["text", "good"])
    assert len(TextData.from_(named, label="good")) == 3


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["text", "label"], r"row 0 \(line 1\) has 3 fields and columns= names 2"),
        (["text", "text", "label"], "2 columns 'text'"),
        ("text", "is one name; give a list"),
    ],
)
def test_names_that_do_not_fit_are_refused(tmp_path, columns, message):
    path = write(tmp_path / "news.csv", NEWS)
    with pytest.raises(ValueError, match=message):
        TextData.from_(path, columns=columns)


def test_other_sources_have_names_already(tmp_path):
    frame = pd.DataFrame(NEWS, columns=NAMES)
    frame.to_json(tmp_path / "news.jsonl", lines=True, orient="records")
    for source in (frame, tmp_path / "news.jsonl", [("a", "x"), ("b", "y")]):
        with pytest.raises(ValueError, match=r"columns= names the columns of a \.csv or \.tsv"):
            TextData.from_(source, columns=NAMES)
    with pytest.raises(ValueError, match="read already"):
        TextData.from_(TextData.from_(frame), columns=NAMES)
