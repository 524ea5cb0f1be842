"""Files as people have them: what can be misread is read as it stands or refused, never guessed."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.text_data import TextData

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1)
TEXTS = st.lists(WORDS.filter(str.strip), min_size=1, max_size=8)


@given(texts=TEXTS, suffix=st.sampled_from([".csv", ".tsv"]))
def test_what_pandas_writes_is_read_as_it_was(texts, suffix, tmp_path_factory):
    rows = [(text, ("NA", "None", "null")[i % 3]) for i, text in enumerate([*texts, "nan", "N/A"])]
    path = tmp_path_factory.mktemp("table") / f"data{suffix}"
    frame = pd.DataFrame(rows, columns=["text", "label"])
    frame.to_csv(path, sep="\t" if suffix == ".tsv" else ",", index=False)
    if suffix == ".tsv" and any("\t" in text for text in texts):
        with pytest.raises(ValueError, match="a tab stands in the column 'text'"):
            TextData.from_(path)
    else:
        data = TextData.from_(path)
        assert list(zip(data.texts, data.label_names(), strict=True)) == rows


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bare.tsv", b'text\tlabel\n"so he says\tbad\nfine"\tgood\nok\tgood\n', "quoting=3"),
        ("old.csv", "text,label\nöde,bad\nok,good\n".encode("latin-1"), "not in UTF-8; .*encod"),
        ("semi.csv", b"text;label\nok;good\n", "'text;label': .*sep="),
        ("gap.csv", b"text,label\n,bad\nok,good\n", "Row 0: the 'text' is nan"),
        ("gap.csv", b"text,label\nbad,\nok,good\n", "Row 0 has no label"),
        ("empty.csv", b"", "Cannot read 'empty.csv': No columns"),
        ("ragged.csv", b"text,label\na,x\nb, and c,y\n", "Cannot read 'ragged.csv': .*line 3"),
        ("broken.jsonl", b'{"text": \n', "Cannot read 'broken.jsonl'"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_in_one_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=said) as caught:
        TextData.from_(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_mark_of_byte_order_is_no_part_of_the_first_column(tmp_path):
    (tmp_path / "excel.csv").write_bytes("\ufefftext,label\nöde,bad\nok,good\n".encode())
    assert TextData.from_(tmp_path / "excel.csv").texts == ("öde", "ok")
