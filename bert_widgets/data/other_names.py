"""What other libraries call options and methods of labelled texts, and what there is here."""

from __future__ import annotations

from .._common.options import ALL_CORES

ATTRIBUTES = {
    "filter": "data.take(rows) returns the given rows.",
    "head": "take a slice, such as data[:5].",
    "iloc": "take a slice, such as data[:5], or data.take(rows).",
    "select": "data.take(rows) returns the given rows.",
    "shape": "len(data) is the number of texts.",
    "shuffle": "texts are shuffled in training; data.sample(n) draws some at random.",
    "train_test_split": "data.split(0.2) returns a training and a validation part.",
}
"""Attributes of other data sets, and what to do instead."""

CONSTRUCTION = "TextData.from_(source) reads a file, a DataFrame, or pairs of text and label."
"""How to make labelled texts."""

_ANY_SOURCE = "TextData.from_(source) reads files, DataFrames, data sets and pairs."
CLASS_ATTRIBUTES = dict.fromkeys(
    (
        *("from_arrow", "from_csv", "from_dataframe", "from_dataset", "from_dict", "from_file"),
        *("from_hub", "from_huggingface", "from_json", "from_jsonl", "from_list", "from_lists"),
        *("from_pandas", "from_parquet", "from_polars", "load", "load_dataset", "open", "read"),
        *("read_csv", "read_json", "read_parquet"),
    ),
    _ANY_SOURCE,
)
"""Attributes of other classes of data sets, and what to do instead."""

_PANDAS = "read the file with pandas.read_csv(path, ...) and give the DataFrame."
READING = ALL_CORES | {
    "delimiter": _PANDAS,
    "encoding": _PANDAS,
    "header": "columns=[...] names the columns of a file whose first line is a row already.",
    "label_column": "label= names the column of labels.",
    "labels": "label= names the column of labels, classes= the labels in the model's order.",
    "names": "columns=[...] names the columns of a file, classes=[...] the labels.",
    "sep": _PANDAS,
    "text_column": "text= names the column of texts.",
}
"""Options of other functions that read a table, and what to do instead."""

_SHARE = "the share for validation is the first argument, such as data.split(0.1)."
SPLITTING = {
    "random_state": "the same seed= gives the same split.",
    "shuffle": "rows are drawn at random; take a slice for the first ones, such as data[:800].",
    "stratify": "each label is always split in proportion.",
    "test_size": _SHARE,
    "train_size": _SHARE,
}
"""Options of other functions that split data, and what to do instead."""
