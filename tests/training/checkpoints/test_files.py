"""A checkpoint is a folder of plain formats that others read too; what does not fit is refused."""

from __future__ import annotations

import itertools
import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bert_widgets import Trainer
from bert_widgets.data.text_data import TextData
from bert_widgets.model.loading import manifest
from bert_widgets.training.checkpoints.files import (
    CheckpointError,
    latest,
    read_data,
    write,
    write_data,
)
from tests.models import tiny_classifier
from tests.training.small import DATA, FEW, everything, trainer, weights


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The folder of an unfinished training, and its trainer."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    broken_off = trainer(valid=DATA[:6], folder=folder, keep_best=True, probes=["so good"])
    for _ in itertools.islice(broken_off, 4):
        pass
    broken_off.save()
    return folder, broken_off


def test_transformers_loads_it(saved):
    folder, broken_off = saved
    model = AutoModelForSequenceClassification.from_pretrained(latest(folder)).eval()
    tokenizer = AutoTokenizer.from_pretrained(latest(folder))
    text = FEW[0][0]
    with torch.inference_mode():
        probabilities = model(**tokenizer(text, return_tensors="pt")).logits.softmax(-1)[0]
    expected = broken_off.clf.predict([text]).probabilities[0]
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    assert model.config.id2label == {0: "negative", 1: "positive"}


def test_all_its_files_are_json_or_safetensors(saved):
    folder, _ = saved
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".jsonl", ".safetensors"}
    for path in files:
        if path.suffix == ".safetensors":
            with safe_open(path, "np") as opened:
                assert list(opened.keys())
        else:
            for text in (
                path.read_text("utf-8").splitlines()
                if path.suffix == ".jsonl"
                else [path.read_text("utf-8")]
            ):
                assert json.loads(text) is not None


def test_the_texts_are_kept_once_beside_the_checkpoints(saved):
    folder, broken_off = saved
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "train.jsonl",
        "valid.jsonl",
    ]
    assert read_data(folder / "train.jsonl").texts == broken_off.train.texts


names = st.text(min_size=1, max_size=8)


@given(st.data())
def test_texts_are_read_back_as_they_were(tmp_path_factory, data):
    classes = tuple(data.draw(st.lists(names, min_size=2, max_size=4, unique=True)))
    size = data.draw(st.integers(1, 5))
    text = st.lists(st.text(), min_size=size, max_size=size).map(tuple)
    several = data.draw(st.booleans())
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    labels = (
        random.integers(0, 2, (size, len(classes))).astype(np.float32)
        if several
        else random.integers(0, len(classes), size)
    )
    rows = data.draw(st.permutations(range(100)) | st.permutations("abcde"))[:size]
    written = TextData(data.draw(text), data.draw(st.none() | text), labels, classes, rows)
    path = tmp_path_factory.mktemp("texts") / "data.jsonl"
    write_data(path, written)
    restored = read_data(path)
    assert (restored.texts, restored.pairs, restored.classes) == (
        written.texts,
        written.pairs,
        written.classes,
    )
    assert list(restored.rows) == list(written.rows)
    assert restored.labels.dtype == written.labels.dtype
    np.testing.assert_array_equal(restored.labels, written.labels)


def fill(text):
    return lambda folder: (folder.mkdir(), (folder / "it").write_text(text))


def test_the_latest_two_checkpoints_are_kept(tmp_path):
    for step in (8, 9, 10, 10, 10):
        path = write(tmp_path, step, fill(str(step)))
        assert latest(tmp_path) == path
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-10.1", "checkpoint-10.2"]


def test_what_a_killed_process_left_is_cleaned_up(tmp_path):
    shutil.copytree(tmp_path, tmp_path / ".partial-x" / "checkpoint-1")
    write(tmp_path, 2, fill(""))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-2"]


def test_a_new_run_does_not_take_over_the_texts_of_one_that_never_saved(tmp_path):
    """A run with validation texts was killed during its first write; the next run has none."""
    write_data(tmp_path / "valid.jsonl", TextData.from_(DATA[:6]))
    training = trainer(folder=tmp_path)
    next(iter(training))
    training.save()
    assert Trainer.resume(tmp_path).valid is None


def test_a_folder_that_holds_a_run_is_not_written_over(saved):
    folder, _ = saved
    with pytest.raises(
        ValueError, match=r"already contains a run \(checkpoint-3\); continue it with"
    ):
        trainer(folder=folder)


def test_a_folder_without_a_checkpoint_raises_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"contains no checkpoint; give the folder"):
        Trainer.resume(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"'.*nowhere' does not exist"):
        Trainer.resume(tmp_path / "nowhere")


def test_a_model_without_a_training_raises_one_sentence(tmp_path):
    """Such as transformers' own Trainer writes."""
    tiny_classifier("bert").save_pretrained(tmp_path / "checkpoint-500")
    with pytest.raises(ValueError, match="contains a model but no training"):
        Trainer.resume(tmp_path)


def test_a_newer_format_raises_one_sentence(saved, tmp_path):
    folder = shutil.copytree(saved[0], tmp_path / "copy")
    path = latest(folder) / "trainer.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    entered = manifest.entries(path.parent, "training")
    manifest.enter(path.parent, "training", entered | {path.name: manifest.entry(path)})
    with pytest.raises(ValueError, match="another format; resume it with that version"):
        Trainer.resume(folder)


def other_words():
    clf = tiny_classifier("bert")
    tokens = sorted(clf.tokenizer.get_vocab(), key=clf.tokenizer.get_vocab().get)
    clf.tokenizer = type(clf.tokenizer)(vocab={t: i for i, t in enumerate(reversed(tokens))})
    return clf


@pytest.mark.parametrize(
    "make",
    [
        lambda: tiny_classifier("distilbert"),
        lambda: tiny_classifier("bert", labels=("bad", "good")),
        lambda: tiny_classifier("bert", labels=("negative", "neutral", "positive")),
        lambda: tiny_classifier("bert", problem_type="multi_label"),
        other_words,
    ],
)
def test_another_model_is_refused_and_left_unchanged(saved, make):
    folder, broken_off = saved
    clf, before = make(), everything(broken_off)
    untouched = weights(clf).clone()
    with pytest.raises(ValueError, match=r"checkpoint of a different model .*omit clf"):
        Trainer.resume(folder, clf=clf)
    assert torch.equal(weights(clf), untouched)
    assert everything(Trainer.resume(folder)) == before


def test_texts_of_another_run_are_refused_and_the_model_left_unchanged(saved, tmp_path):
    folder = shutil.copytree(saved[0], tmp_path / "copy")
    write_data(folder / "train.jsonl", TextData.from_(DATA))
    clf = saved[1].clf
    for parameter in clf.parameters():
        parameter.data += 1
    untouched = weights(clf).clone()
    with pytest.raises(CheckpointError, match=r"train\.jsonl has [0-9,]+ bytes instead of [0-9,]+"):
        Trainer.resume(folder, clf=clf)
    assert torch.equal(weights(clf), untouched)


def test_saving_without_a_folder_raises_one_sentence():
    with pytest.raises(ValueError, match="no folder for checkpoints; use Trainer"):
        trainer().save()
