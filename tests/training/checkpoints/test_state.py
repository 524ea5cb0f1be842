"""A checkpoint contains the whole state of a training and gives it back exactly."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from bert_widgets import BertClassifier
from bert_widgets.training import Hyperparameters
from bert_widgets.training.checkpoints import state as saving
from bert_widgets.training.records.history import History
from tests.models import tiny_classifier
from tests.training.small import DATA, trainer


@pytest.fixture(scope="module")
def trained():
    training = trainer(
        valid=DATA[:6], probes=["good soup"], keep_best=True, class_weights=[0.5, 2],
        evaluate_every=2,
    )  # fmt: skip
    for _ in range(9):
        training.advance()
    training.history.note(3, "A note: ☕")
    return training


def state_of(training):
    loop = training._loop
    return saving.Saved(
        training.hyperparameters,
        loop.position,
        training.probes,
        loop.learner.state(),
        loop._best,
        training.dynamics.state(),
    )


def same_tensors(first, second):
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    saving.fill(folder, trained.clf, trained.history, state_of(trained))
    return folder


def test_what_was_written_is_read_back(trained, folder):
    history = History()
    read, written = saving.read(folder, history), state_of(trained)
    assert read.hyperparameters == written.hyperparameters
    assert read.hyperparameters.class_weights == (0.5, 2.0)
    assert read.position == written.position
    assert read.probes == ("good soup",)
    assert same_tensors(read.optimizer, written.optimizer)
    assert same_tensors(read.best, written.best)
    for name, values in written.dynamics.items():
        np.testing.assert_array_equal(read.dynamics[name], values)


def test_the_history_is_read_back(trained, folder):
    history = History()
    saving.read(folder, history)
    expected = trained.history
    for kind in ("step", "evaluation"):
        columns = history.columns(kind)
        assert columns.keys() == expected.columns(kind).keys()
        for name, values in expected.columns(kind).items():
            np.testing.assert_array_equal(columns[name], values)
    assert history.notes == expected.notes
    assert history.best_step == expected.best_step
    assert [s.step for s in history.probe_history] == [s.step for s in expected.probe_history]
    assert history.evaluation.classes == expected.evaluation.classes
    np.testing.assert_array_equal(history.evaluation.confusion, expected.evaluation.confusion)
    assert history.evaluation.loss == expected.evaluation.loss


def test_the_folder_is_also_a_model_to_load(trained, folder):
    clf = BertClassifier.from_pretrained(folder, device="cpu")
    texts = ["good soup", "bad"]
    np.testing.assert_array_equal(
        clf.predict(texts).probabilities, trained.clf.predict(texts).probabilities
    )
    weights = saving.read_weights(folder, tiny_classifier("bert"))
    assert same_tensors(weights, trained.clf.model.state_dict())


def test_best_weights_are_absent_if_not_kept(trained, tmp_path):
    state = dataclasses.replace(state_of(trained), best=None)
    saving.fill(tmp_path, trained.clf, trained.history, state)
    assert saving.read(tmp_path, History()).best is None


def test_the_settings_are_readable_text(folder):
    described = json.loads((folder / "trainer.json").read_text("utf-8"))
    names = {field.name for field in dataclasses.fields(Hyperparameters)}
    assert set(described["hyperparameters"]) == names
    assert "learning_rate" not in described["position"], "the hyper-parameter is the only one"


def test_another_format_names_the_version_that_reads_it(folder, tmp_path):
    described = json.loads((folder / "trainer.json").read_text("utf-8"))
    newer = described | {"format": 99, "bert_widgets": "9.9"}
    (tmp_path / "trainer.json").write_text(json.dumps(newer), "utf-8")
    with pytest.raises(ValueError, match=r"bert_widgets 9\.9 in another format"):
        saving.read(tmp_path, History())


def test_a_folder_without_a_training_says_so(tmp_path):
    with pytest.raises(ValueError, match="contains a model but no training"):
        saving.read(tmp_path, History())
