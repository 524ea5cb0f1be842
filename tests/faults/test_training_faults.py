"""Nothing but the training itself can end a training, and every way out saves what it can."""

from __future__ import annotations

import contextlib

import pytest
import torch

import bert_widgets.training.loop as training_loop
from bert_widgets import Trainer
from bert_widgets.model.classifier import BertClassifier
from tests.models import KINDS, tiny_classifier
from tests.training.small import DATA, PATIENCE, everything, trainer

UNREAD = ["\u200b", "\ufeff", "\u00ad", "\u200d", "\u2060", "\ufe0f", "\u0301", "\ue000", "\u202e",
          "\x00", "\x7f", "\ufffd", "\u00a8", "\u0385"]  # fmt: skip
"""Texts that have a character, of which some model reads nothing."""

OUT_OF_MEMORY = [
    MemoryError("no room"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"),
    torch.OutOfMemoryError("CUDA out of memory."),
]


def notes(training):
    return [note.text for note in training.history.notes]


@pytest.mark.parametrize("kind", KINDS)
def test_a_probe_is_accepted_if_the_model_reads_a_word_of_it(kind):
    clf = tiny_classifier(kind)
    training = trainer(clf, epochs=1)
    for text in UNREAD:
        readable = bool(clf.tokenizer(text, add_special_tokens=False)["input_ids"])
        with (
            contextlib.nullcontext()
            if readable
            else pytest.raises(ValueError, match="has no word to explain; write at least one word")
        ):
            training.probes = [text]
    list(training)
    assert training.done
    assert notes(training) == []


def test_a_saved_probe_without_a_word_is_dropped_with_a_note(tmp_path):
    training = trainer(folder=tmp_path, probes=["The film was good"])
    next(iter(training))
    training._job.probes = (
        "\u200b",
        "The film was good",
        "\ufeff",
    )  # as an earlier version let pass
    training.save()
    resumed = Trainer.resume(tmp_path)
    assert resumed.probes == ("The film was good",)
    assert [text.split(",")[0] for text in notes(resumed)] == [
        "A saved probe was dropped: Probe 0",
        "A saved probe was dropped: Probe 1",
    ]
    list(resumed)
    assert resumed.done


@pytest.mark.parametrize("error", [ValueError("odd"), KeyError("x"), *OUT_OF_MEMORY], ids=repr)
@pytest.mark.parametrize("what", ["evaluation", "snapshot of the probes"])
def test_a_measurement_that_fails_is_noted_once_and_the_training_goes_on(
    what, error, monkeypatch, tmp_path
):
    plain = trainer(valid=DATA[:6])
    list(plain)
    training = trainer(valid=DATA[:6], probes=["The film was good"], folder=tmp_path)

    def fail(*_args, **_options):
        raise error

    if what == "evaluation":
        monkeypatch.setattr(training_loop, "evaluate", fail)
    else:
        monkeypatch.setattr(training_loop, "take_snapshot", fail)
    list(training)
    assert training.done
    (note,) = notes(training)
    assert note.startswith(f"The {what} failed and is left out: ")
    assert everything(training)["weights"] == everything(plain)["weights"]
    monkeypatch.undo()
    assert everything(Trainer.resume(tmp_path))["weights"] == everything(plain)["weights"]


def test_probes_that_fail_are_not_tried_again_after_each_step(monkeypatch):
    tried = []

    def fail(*_args):
        tried.append(1)
        raise MemoryError

    monkeypatch.setattr(training_loop, "take_snapshot", fail)
    training = trainer(data=DATA, probes=["The film was good"], epochs=4)
    list(training)
    assert training.progress.total_steps > 3 * len(tried)


def smaller_memory(monkeypatch, most):
    """Let the model of every classifier fail on more than ``most`` texts at a time."""
    forward = BertClassifier.forward
    failed = []

    def limited(self, input_ids=None, *args, **options):
        inputs = options.get("inputs_embeds") if input_ids is None else input_ids
        if not self.training and len(inputs) > most:
            failed.append(len(inputs))
            raise OUT_OF_MEMORY[1]
        return forward(self, input_ids, *args, **options)

    monkeypatch.setattr(BertClassifier, "forward", limited)
    return failed


def test_an_evaluation_that_does_not_fit_in_memory_takes_fewer_texts_at_a_time(monkeypatch):
    plain, training = trainer(valid=DATA), trainer(valid=DATA)
    list(plain)
    failed = smaller_memory(monkeypatch, 3)
    list(training)
    assert failed
    assert notes(training) == []
    ours, theirs = (one.history.columns("evaluation")["loss"] for one in (training, plain))
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_probes_that_do_not_fit_in_memory_together_are_explained_one_by_one(monkeypatch):
    probes = [text for text, _ in DATA[:6]]
    plain, training = (trainer(probes=probes, epochs=1) for _ in range(2))
    list(plain)
    alone = trainer(probes=probes[:1], epochs=1)
    most = []
    forward = BertClassifier.forward

    def counted(self, input_ids=None, *args, **options):
        if not self.training:
            most.append(len(options["inputs_embeds"] if input_ids is None else input_ids))
        return forward(self, input_ids, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(BertClassifier, "forward", counted)
        list(alone)
    failed = smaller_memory(monkeypatch, max(most))
    list(training)
    assert failed
    assert notes(training) == []
    for ours, theirs in zip(
        training.history.probe_history, plain.history.probe_history, strict=True
    ):
        assert ours.texts == theirs.texts
        assert ours.probabilities == pytest.approx(theirs.probabilities, abs=1e-5)


def test_a_watcher_that_fails_is_dropped_with_a_note_and_the_run_goes_on():
    class UnspeakableError(Exception):
        def __str__(self):
            msg = "not even this"
            raise ValueError(msg)

    def broken():
        raise UnspeakableError

    told = []
    training = trainer()
    run = training.start()
    run.subscribe(broken)
    run.subscribe(lambda: told.append(run.progress.step))
    run.wait(PATIENCE)
    assert run.state == "finished"
    assert told[-1] == run.progress.total_steps
    assert notes(training) == ["broken failed and is no longer called: UnspeakableError"]


@pytest.mark.parametrize("background", [False, True])
def test_a_training_that_fails_saves_what_it_came_to(background, tmp_path):
    """The end of a training that cannot go on is a checkpoint of its last step."""
    training = trainer(data=DATA, folder=tmp_path, epochs=3)
    stepped = training._loop.learner.step

    def fail_later(rows, rate):
        if training.progress.step == 5:
            raise ZeroDivisionError
        return stepped(rows, rate)

    training._loop.learner.step = fail_later
    with pytest.raises(ZeroDivisionError):
        training.start().wait(PATIENCE) if background else list(training)
    assert "before the training was cut short" in notes(training)[-1]
    resumed = Trainer.resume(tmp_path)
    assert resumed.progress.step == 5
    assert everything(resumed)["weights"] == everything(training)["weights"]
    list(resumed)
    plain = trainer(data=DATA, epochs=3)
    list(plain)
    assert everything(resumed)["weights"] == everything(plain)["weights"]


def test_a_training_that_fails_again_and_again_saves_once(tmp_path):
    training = trainer(data=DATA, folder=tmp_path, epochs=3)
    for _ in range(6):
        training.advance()
    step = training.progress.step

    def fail(*_):
        raise ZeroDivisionError

    training._loop.learner.step = fail
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            list(training)
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == [f"checkpoint-{step}"]
