"""A job has the checked texts, tokenised as the model reads them, and empty records to fill."""

from __future__ import annotations

import numpy as np
import pytest

from bert_widgets.data.text_data import TextData
from bert_widgets.training.job import job_of
from bert_widgets.training.records.history import History
from tests.models import MAX_LENGTH, tiny_classifier
from tests.training.small import FEW, TAGS, tag_classifier

TEXTS = TextData.from_(FEW, classes=("negative", "positive"))


def test_the_training_texts_are_tokenised_as_the_model_reads_them():
    clf = tiny_classifier("bert")
    job = job_of(clf, TEXTS, None)
    assert len(job.tokens.lengths) == len(TEXTS)
    for row, text in enumerate(TEXTS.texts):
        ids = clf.tokenizer(text)["input_ids"]
        batch = job.tokens.collate(np.array([row]))
        assert batch["input_ids"][0].tolist() == ids


def test_a_long_text_is_truncated_and_a_pair_has_both_texts():
    clf = tag_classifier()
    long = TextData(("good " * 500,), ("bad soup",), TAGS.labels[:1], TAGS.classes)
    (length,) = job_of(clf, long, None).tokens.lengths
    assert length == clf.max_length == MAX_LENGTH
    short, single = (
        job_of(clf, TextData(("good",), pairs, TAGS.labels[:1], TAGS.classes), None)
        for pairs in (("bad soup",), None)
    )
    assert short.tokens.lengths[0] > single.tokens.lengths[0]


def test_the_records_are_empty_and_not_shared_between_jobs():
    clf = tiny_classifier("bert")
    first, second = job_of(clf, TEXTS, TEXTS), job_of(clf, TEXTS, TEXTS)
    assert first.history is not second.history
    assert first.dynamics is not second.dynamics
    assert (first.history.count("step"), first.dynamics.counts.sum()) == (0, 0)
    assert first.dynamics.data is TEXTS
    assert (first.folder, first.probes, first.reporters) == (None, (), ())


def test_the_arguments_are_kept(tmp_path):
    history, reporters = History(), (print,)
    job = job_of(
        tiny_classifier("bert"), TEXTS, TEXTS, folder=tmp_path, probes=("good",),
        reporters=reporters, history=history,
    )  # fmt: skip
    assert job.history is history
    assert (job.train, job.valid) == (TEXTS, TEXTS)
    assert (job.folder, job.probes, job.reporters) == (tmp_path, ("good",), reporters)


def test_missing_texts_or_labels_are_refused():
    clf, none = tiny_classifier("bert"), TEXTS.take([])
    with pytest.raises(ValueError, match="There are no training texts"):
        job_of(clf, none, TEXTS)
    with pytest.raises(ValueError, match="There are no validation texts"):
        job_of(clf, TEXTS, none)
    same = TEXTS.take(np.flatnonzero(TEXTS.labels == 1))
    with pytest.raises(ValueError, match="have the label 'positive'; add texts with another"):
        job_of(clf, same, None)


def test_multi_label_texts_may_all_have_the_same_labels():
    same = TAGS.take([0, 0, 0])
    assert len(job_of(tag_classifier(), same, None).tokens.lengths) == 3
