"""Training learns, counts and stops as documented."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import BertClassifier, Trainer
from bert_widgets.data.text_data import TextData
from tests.models import KINDS, tiny_classifier
from tests.training.small import (
    DATA,
    FEW,
    TAGS,
    everything,
    tag_classifier,
    trainer,
    weights,
    without_dropout,
)


def test_it_learns_separable_data():
    clf = tiny_classifier("bert")
    training = trainer(clf, DATA, DATA, epochs=12, learning_rate=5e-3)
    events = list(training)
    scores = training.history.columns("evaluation")
    assert scores["accuracy"][-1] > 0.95
    assert scores["loss"][-1] < scores["loss"][0]
    assert clf.evaluate(DATA).accuracy == scores["accuracy"][-1]
    assert [e.kind for e in events if e.kind == "evaluation"] == ["evaluation"] * 13


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "chinese"])  # no such words
def test_every_family_trains(kind):
    training = trainer(tiny_classifier(kind), epochs=12)
    before = training.clf.evaluate(training.train).loss
    list(training)
    assert training.clf.evaluate(training.train).loss < 0.9 * before
    assert not training.clf.training


def test_one_step_is_adamw_on_the_mean_loss():
    """The first step equals one that is computed by hand with torch."""
    ours, by_hand = without_dropout(), without_dropout()
    data = DATA[:6] + DATA[-6:]
    training = trainer(
        ours, data, epochs=1, batch_tokens=10_000, warmup=0, max_grad_norm=1e9, weight_decay=0.1,
    )  # fmt: skip
    (event,) = training
    assert event.values["learning_rate"] == 1e-3
    by_hand.train()
    used = torch.zeros(len(by_hand.tokenizer), 1)
    used[np.unique(training._job.tokens.ids).tolist()] = 1  # words not in the texts do not decay
    words = by_hand.model.get_input_embeddings().weight
    unused = words.detach().clone()
    decayed = [p for p in by_hand.parameters() if p.ndim > 1]
    plain = [p for p in by_hand.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=1e-3
    )
    checked = TextData.from_(data, classes=by_hand.labels)
    batch = by_hand.collate(by_hand.encode(checked.texts))
    by_hand.model.set_attn_implementation("eager")
    logits = by_hand.model(**batch).logits
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(checked.labels))
    loss.backward()
    gradients = [p.grad for p in by_hand.parameters()]
    assert event.values["loss"] == pytest.approx(loss.item(), rel=1e-5)
    norm = torch.nn.utils.get_total_norm(gradients)
    assert event.values["gradient_norm"] == pytest.approx(norm.item(), rel=1e-4)
    telling = (
        torch.cat([g.flatten() for g in gradients]).abs() > 1e-6
    )  # otherwise rounding dominates
    optimizer.step()
    with torch.no_grad():
        words.copy_(torch.where(used > 0, words, unused))
    torch.testing.assert_close(
        weights(ours)[telling], weights(by_hand)[telling], atol=1e-5, rtol=1e-5
    )
    assert telling.float().mean() > 0.5


def test_several_labels_and_pairs_train():
    clf = tag_classifier()
    training = trainer(clf, TAGS, TAGS, epochs=40, learning_rate=3e-3)
    list(training)
    losses = training.history.columns("evaluation")["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_iterating_again_continues():
    training = trainer(data=DATA)
    first = next(iter(training))
    second = next(iter(training))
    assert (first.step, second.step) == (1, 2)
    rest = list(training)
    assert rest[-1].step == training.progress.total_steps
    assert list(training) == []


def test_the_dynamics_count_each_text_once_per_epoch():
    training = trainer(data=DATA, epochs=3)
    list(training)
    assert (training.dynamics.counts == 3).all()
    sums = training.dynamics.probabilities.sum(1)
    np.testing.assert_allclose(sums, 1, atol=1e-5)


def test_snapshots_are_taken_before_during_and_after():
    training = trainer(data=DATA, epochs=5, probes=["The film was so good"])
    list(training)
    steps = [snapshot.step for snapshot in training.history.probe_history]
    assert steps[0] == 0
    assert steps[-1] == training.progress.total_steps
    assert 5 < len(steps) < 60
    assert len(set(np.diff(steps[:-1]))) == 1
    last = training.history.probe_history[-1]
    expected = training.clf.predict(["The film was so good"]).probabilities
    np.testing.assert_allclose(last.probabilities, expected, atol=1e-6)


def test_new_probes_have_a_snapshot_after_the_next_step():
    training = trainer(data=DATA)
    next(iter(training))
    training.probes = ["The soup was bad"]
    next(iter(training))
    next(iter(training))
    assert training.history.probe_history[-1].texts == ("The soup was bad",)
    assert training.history.probe_history[-1].step == 2


def test_every_event_is_reported():
    reported = []
    training = trainer(valid=DATA[:6], report_to=reported.append)
    assert list(training) == reported


def test_a_failing_reporter_is_removed_with_a_note_and_the_run_continues():
    calls = []

    def broken(event):
        calls.append(event)
        msg = "no route to the logger"
        raise OSError(msg)

    plain, training = trainer(valid=DATA[:6]), trainer(valid=DATA[:6], report_to=broken)
    list(plain)
    list(training)
    assert len(calls) == 1
    (note,) = training.history.notes
    assert note.text == "broken failed and is no longer called: no route to the logger"
    assert everything(training) | {"notes": []} == everything(plain)


def test_a_failing_reporter_does_not_stop_the_others():
    first, last = [], []

    def broken(event):
        if event.step == 2:
            msg = "no route to the logger"
            raise OSError(msg)

    training = trainer(report_to=[first.append, broken, last.append])
    events = list(training)
    assert len(events) > 3
    assert first == last == events
    assert [(note.step, note.text.split()[0]) for note in training.history.notes] == [(2, "broken")]


@pytest.mark.parametrize("report_to", ["tensorboard", 1, [print, None]])
def test_a_reporter_that_cannot_be_called_is_refused(report_to):
    with pytest.raises(TypeError, match="report_to must be a function or a list of functions"):
        trainer(report_to=report_to)


def test_the_settings_name_device_precision_and_data():
    settings = dict(trainer(valid=DATA[:6], epochs=7).settings)
    assert settings["device"] == "cpu"
    assert settings["precision"] == "fp32"
    assert settings["train"] == f"{len(FEW)} texts"
    assert settings["epochs"] == "7"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs=0 .*at least 1"),
        ({"learning_rate": 0}, "learning_rate=0 .*above 0"),
        ({"precision": "fp23"}, "'fp23'.*'fp32'"),
        ({"label": "lable"}, "no column 'lable'"),
        ({"probes": ["ok", " "]}, "Probe 1 is empty"),
    ],
)
def test_invalid_options_raise_one_sentence(options, message):
    frame = TextData.from_(DATA).to_frame()
    with pytest.raises(ValueError, match=message):
        Trainer(tiny_classifier("bert"), frame, **options)


def test_an_unknown_option_suggests_the_nearest():
    with pytest.raises(TypeError, match=r"'learning_rat'.*'learning_rate'"):
        Trainer(tiny_classifier("bert"), DATA, learning_rat=1)


def test_labels_the_model_lacks_are_named():
    clf = tiny_classifier("bert")
    with pytest.raises(ValueError, match=r"Row 0: .*'meh'"):
        Trainer(clf, [("a", "meh"), ("b", "positive")])
    with pytest.raises(ValueError, match=r"bad, good and the model has negative, positive"):
        Trainer(clf, TextData.from_([("a", "good"), ("b", "bad")]))


def test_no_texts_raise_one_sentence():
    none = TextData.from_(DATA).take([])
    for train, valid, name in ((none, None, "training"), (DATA, none, "validation")):
        with pytest.raises(ValueError, match=f"There are no {name} texts"):
            Trainer(tiny_classifier("bert"), train, valid)
    with pytest.raises(ValueError, match="The data holds no rows"):
        Trainer(tiny_classifier("bert"), [])


def test_the_trained_model_saves_and_loads(tmp_path):
    clf = tiny_classifier("bert")
    list(trainer(clf))
    clf.save_pretrained(tmp_path)
    again = BertClassifier.from_pretrained(tmp_path, device="cpu")
    texts = [text for text, _ in DATA]
    np.testing.assert_array_equal(
        again.predict(texts).probabilities, clf.predict(texts).probabilities
    )
