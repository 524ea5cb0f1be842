"""Files from practice: what can be misread is read as it stands or refused, never guessed."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.text_data import TextData

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1)
TEXTS = st.lists(WORDS.filter(str.strip), min_size=1, max_size=8)


@given(texts=TEXTS, suffix=st.sampled_from([".csv", ".tsv"]))
def test_what_pandas_writes_is_read_unchanged(texts, suffix, tmp_path_factory):
    rows = [(text, ("NA", "None", "null")[i % 3]) for i, text in enumerate([*texts, "nan", "N/A"])]
    path = tmp_path_factory.mktemp("table") / f"data{suffix}"
    frame = pd.DataFrame(rows, columns=["text", "label"])
    frame.to_csv(path, sep="\t" if suffix == ".tsv" else ",", index=False)
    if suffix == ".tsv" and any("\t" in text for text in texts):
        with pytest.raises(ValueError, match="the column 'text' contains a tab"):
            TextData.from_(path)
    else:
        data = TextData.from_(path)
        assert list(zip(data.texts, data.label_names(), strict=True)) == rows


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bare.tsv", b'text\tlabel\n"so he says\tbad\nfine"\tgood\nok\tgood\n', "quoting=3"),
        ("old.csv", "text,label\nöde,bad\nok,good\n".encode("latin-1"), "not in UTF-8; .*encod"),
        ("semi.csv", b"text;label\nok;good\n", "'text;label': .*sep="),
        ("gap.csv", b"text,label\n,bad\nok,good\n", "Row 0: the 'text' is None"),
        ("gap.csv", b"text,label\nbad,\nok,good\n", "Row 0 has no label"),
        ("empty.csv", b"", "Cannot read 'empty.csv': it is empty"),
        ("ragged.csv", b"text,label\na,x\nb, and c,y\n", "Cannot read 'ragged.csv': .*line 3"),
        ("all.csv", b"text,label\na,x,1\nb,y,2\n", r"row 0 \(line 2\) has 3 fields .* has 2"),
        ("few.csv", b"text,label\na,x\n\nb\n", r"row 1 \(line 4\) has 1 fields"),
        ("open.csv", b'text,label\n"a,x\n', "Cannot read 'open.csv': line 2: unexpected end"),
        ("twice.csv", b"text,label,label\na,x,y\n", "There are 2 columns 'label'"),
        ("broken.jsonl", b'{"text": \n', "Cannot read 'broken.jsonl': line 1 is not JSON"),
        ("list.jsonl", b'["a", "x"]\n', "line 1 is .*not an object"),
        ("fake.parquet", b"version https://git-lfs", "Cannot read 'fake.parquet'"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_in_one_sentence(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        TextData.from_(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_small_parquet_file_cannot_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("bert_widgets.data.parquet._LEAST_LIMIT", 2**20)
    rows = pa.table({"text": pa.nulls(1_100_000, pa.string())})
    long = pa.table({"text": [f"{number} " + "x" * 20_000 for number in range(2_000)]})
    for name, table in (("rows.parquet", rows), ("long.parquet", long)):
        pq.write_table(table, tmp_path / name, compression="zstd")
        del table
    before = pa.total_allocated_bytes()
    for name in ("rows.parquet", "long.parquet"):
        with pytest.raises(ValueError, match=f"'{name}': it has .* and unpacks to more than"):
            TextData.from_(tmp_path / name)
        assert pa.total_allocated_bytes() < before + 100 * 2**20


def test_a_long_text_that_repeats_is_held_once(tmp_path, monkeypatch):
    monkeypatch.setattr("bert_widgets.data.parquet._LEAST_LIMIT", 2**22)
    texts = ["a" + "x" * 100_000, "b"] * 200
    pq.write_table(pa.table({"text": texts, "label": ["x", "y"] * 200}), tmp_path / "d.parquet")
    assert TextData.from_(tmp_path / "d.parquet").texts == tuple(texts)


def test_a_parquet_file_keeps_its_texts_and_types_whatever_its_pandas_metadata_says(tmp_path):
    frame = pd.DataFrame(
        {"text": ["a", "b", "a"], "label": [["x"], ["x", "y"], []], "n": [1, 2, 3]}, index=[4, 5, 9]
    )
    table = pa.Table.from_pandas(frame)
    false = table.replace_schema_metadata({b"pandas": b'{"columns": [], "index_columns": ["no"]}'})
    for name, written in (("true", table), ("false", false)):
        pq.write_table(written, tmp_path / f"{name}.parquet")
        data = TextData.from_(tmp_path / f"{name}.parquet", problem_type="multi_label")
        assert data.texts == ("a", "b", "a")
        assert data.labels.tolist() == [[1, 0], [1, 1], [0, 0]]


def test_an_error_names_few_of_many_columns(tmp_path):
    columns = [f"column {number}" for number in range(5_000)]
    (tmp_path / "wide.csv").write_text(",".join(columns))
    with pytest.raises(ValueError, match="and 4,970 more") as caught:
        TextData.from_(tmp_path / "wide.csv")
    assert len(str(caught.value)) < 1_000


def test_a_mark_of_byte_order_is_no_part_of_the_first_column(tmp_path):
    (tmp_path / "excel.csv").write_bytes("\ufefftext,label\nöde,bad\nok,good\n".encode())
    assert TextData.from_(tmp_path / "excel.csv").texts == ("öde", "ok")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ids.csv", "text,label\na,01\nb,{long}\nc,1e5\n"),
        ("ids.tsv", "text\tlabel\na\t01\nb\t{long}\nc\t1e5\n"),
        (
            "ids.jsonl",
            '{{"text":"a","label":"01"}}\n{{"text":"b","label":{long}}}\n{{"text":"c","label":"1e5"}}',
        ),
    ],
)
def test_labels_and_texts_are_read_as_written(tmp_path, name, content):
    long = "12345678901234567890"
    (tmp_path / name).write_text(content.format(long=long))
    assert TextData.from_(tmp_path / name).label_names() == ["01", long, "1e5"]


def test_numbers_as_texts_keep_their_zeros(tmp_path):
    (tmp_path / "codes.csv").write_text("text,label\n007,a\n1.50,b\n")
    assert TextData.from_(tmp_path / "codes.csv").texts == ("007", "1.50")


def test_upper_case_endings_and_the_home_folder_are_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "DATA.CSV").write_text("text,label\nok,x\nbad,y\n")
    assert TextData.from_("~/DATA.CSV").texts == ("ok", "bad")


def test_a_very_long_text_is_read_whole(tmp_path):
    text = "word " * 60_000
    (tmp_path / "long.csv").write_text(f'text,label\n"{text}",x\nb,y\n')
    assert TextData.from_(tmp_path / "long.csv").texts[0] == text


def test_a_name_with_two_values_in_a_line_of_json_is_refused(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"text": "good", "text": "bad", "label": "x"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"the name 'text' is given twice in one line"):
        TextData.from_(path)
