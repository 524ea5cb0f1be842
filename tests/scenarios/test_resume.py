"""A resumed training equals, bit for bit, one that was never interrupted."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys

import pytest
import torch

from bert_widgets import BertClassifier, Trainer
from tests.models import tiny_classifier
from tests.training.small import (
    FLIPPED,
    TAGS,
    assert_same,
    everything,
    tag_classifier,
    trainer,
    weights,
)

SETTINGS = {
    "plain": {},
    "accumulation": {"gradient_accumulation": 3, "schedule": "cosine", "warmup": 0.3},
    "layers": {"layer_decay": 0.7, "frozen_layers": 1, "schedule": "constant"},
    "weighted": {"class_weights": "balanced", "label_smoothing": 0.1, "weight_decay": 0.2},
    "numbered weights": {"class_weights": [0.5, 2], "max_grad_norm": 0.1},
    "best": {"keep_best": True, "best_by": "macro_f1", "evaluate_every": 2, "learning_rate": 0.02},
    "patience": {"keep_best": True, "patience": 2, "evaluate_every": 1, "learning_rate": 0.02},
    "probes": {"probes": ["The film was so good", "The soup was bad"]},
}


def new_training(name, folder=None):
    if name == "pairs and tags":
        return trainer(tag_classifier(), TAGS, TAGS, folder=folder, class_weights="balanced")
    valid = FLIPPED if name in ("best", "patience", "probes") else None
    return trainer(valid=valid, folder=folder, **SETTINGS[name])


def another(name):
    """A classifier of the same kind with other weights."""
    if name == "pairs and tags":
        return tag_classifier()
    clf = tiny_classifier("bert")
    with torch.no_grad():
        for parameter in clf.parameters():
            parameter.add_(0.1)
    return clf


def snapshots(training, folder):
    """Save before and after each action of a training; yield a copy of the folder each time."""
    for number in itertools.count():
        if training._loop.begun:
            training.save()
            yield shutil.copytree(training.folder, folder / str(number))
        if training.done:
            return
        training.advance()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [*SETTINGS, "pairs and tags"])
def test_a_resumed_run_ends_with_the_same_weights(name, tmp_path):
    never_stopped = new_training(name)
    list(never_stopped)
    saving = new_training(name, tmp_path / "run")
    folders = list(snapshots(saving, tmp_path))
    assert_same(saving, never_stopped)  # saving changes nothing
    assert len(folders) > 5
    for folder in folders:
        resumed = Trainer.resume(folder, clf=another(name))
        list(resumed)
        assert_same(resumed, never_stopped)


def test_resuming_changes_nothing_by_itself(tmp_path):
    saving = new_training("probes", tmp_path / "run")
    for folder in snapshots(saving, tmp_path):
        assert_same(Trainer.resume(folder, clf=another("probes")), saving)


def test_a_run_can_be_interrupted_many_times(tmp_path):
    never_stopped = new_training("patience")
    list(never_stopped)
    going = new_training("patience", tmp_path)
    for steps in itertools.cycle([1, 3, 2]):
        for _ in range(steps):
            if not going.done:
                going.advance()
        going.save()
        if going.done:
            break
        going = Trainer.resume(tmp_path, clf=another("patience"))
    assert_same(going, never_stopped)


def test_settings_changed_during_the_run_are_kept(tmp_path):
    def with_changes(training):
        for _ in itertools.islice(training, 3):
            pass
        training.learning_rate = 3e-4
        training.probes = ["The café was never boring"]
        next(iter(training))
        return training

    never_stopped = with_changes(trainer())
    list(never_stopped)
    with_changes(trainer(folder=tmp_path)).save()
    resumed = Trainer.resume(tmp_path)
    assert resumed.learning_rate == 3e-4
    list(resumed)
    assert_same(resumed, never_stopped)
    rates = resumed.history.columns("step")["learning_rate"]
    assert rates[3] < rates[2] * 0.5


def test_a_stopped_run_continues_from_its_last_weights(tmp_path):
    """Also if `stop` restored the best weights."""
    never_stopped = new_training("best")
    events = len(list(never_stopped))
    for number in range(1, events + 1):
        stopped = new_training("best", tmp_path / str(number))
        for _ in itertools.islice(stopped, number):
            pass
        stopped.finish()
        resumed = Trainer.resume(stopped.folder)
        list(resumed)
        assert_same(resumed, never_stopped)


def without_progress(folder=None, **options):
    """A training whose first evaluation is the best: one text has both labels."""
    contradiction = [("The film was so good", label) for label in ("negative", "positive")]
    return trainer(valid=contradiction, best_by="accuracy", keep_best=True, folder=folder,
                   **options)  # fmt: skip


def test_a_finished_run_is_loaded_finished(tmp_path):
    finished = without_progress(tmp_path)
    list(finished)
    resumed = Trainer.resume(tmp_path)
    assert resumed.done
    assert list(resumed) == []
    assert_same(resumed, finished)
    assert resumed.progress.seconds_left == 0


def test_the_checkpoint_of_a_finished_run_holds_the_weights_that_stay(tmp_path):
    finished = without_progress(tmp_path)
    list(finished)
    assert finished.history.best_step == 0 < finished.progress.step
    (checkpoint,) = tmp_path.glob(f"checkpoint-{finished.progress.step}")
    loaded = BertClassifier.from_pretrained(checkpoint, device="cpu")
    assert torch.equal(weights(loaded), weights(finished.clf))


@pytest.mark.process
def test_another_process_resumes_from_the_folder_alone(tmp_path):
    never_stopped = new_training("best")
    list(never_stopped)
    stopped = new_training("best", tmp_path)
    for _ in itertools.islice(stopped, 7):
        pass
    stopped.save()
    script = (
        "import sys, torch; from bert_widgets import Trainer; torch.set_num_threads(1);"
        "list(Trainer.resume(sys.argv[1], device='cpu'))"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert_same(Trainer.resume(tmp_path), never_stopped)


def test_a_resumed_training_cannot_be_configured(tmp_path):
    stopped = trainer(folder=tmp_path)
    next(iter(stopped))
    stopped.save()
    resumed = Trainer.resume(tmp_path)
    before = everything(resumed)
    with pytest.raises(RuntimeError, match="The training has begun"):
        resumed.configure(epochs=9)
    assert everything(resumed) == before


def test_texts_longer_than_the_default_budget_are_resumed(tmp_path):
    clf = tiny_classifier("modernbert")  # it has no maximum length
    clf.tokenizer.model_max_length = clf.max_length = 3000
    long = [("good film " * 700, "positive"), ("bad film", "negative")]
    stopped = trainer(clf, long, batch_tokens=3000, folder=tmp_path)
    next(iter(stopped))
    stopped.save()
    resumed = Trainer.resume(tmp_path, clf=clf)
    list(resumed)
    assert resumed.hyperparameters.batch_tokens == 3000
