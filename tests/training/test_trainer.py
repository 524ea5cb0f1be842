"""Training learns, counts, schedules and stops as it says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from bert_widgets import BertClassifier, Trainer
from bert_widgets.data import TextData
from tests.models import tiny_classifier

NOUNS = ["film", "acting", "story", "soup", "café"]
GOOD, BAD = ["good", "gorgeous", "delightful"], ["bad", "boring", "unwatchable"]
DATA = [
    (f"The {noun} was {degree} {word}", label)
    for noun, degree, (label, words) in itertools.product(
        NOUNS, ["so", "rather", "surprisingly"], [("positive", GOOD), ("negative", BAD)]
    )
    for word in words
]


def weights(clf):
    return torch.cat([p.detach().flatten() for p in clf.parameters()])


def trained(clf, **options):
    trainer = Trainer(clf, DATA, **{"epochs": 1, "precision": "fp32", **options})
    events = list(trainer)
    return trainer, events


def test_it_learns_what_is_there_to_learn():
    clf = tiny_classifier("bert")
    trainer, events = trained(clf, valid=DATA, epochs=12, learning_rate=5e-3, batch_tokens=64)
    scores = trainer.history.columns("evaluation")
    assert scores["accuracy"][-1] > 0.95
    assert scores["loss"][-1] < scores["loss"][0]
    assert clf.evaluate(DATA).accuracy == scores["accuracy"][-1]
    assert [e.kind for e in events if e.kind == "evaluation"] == ["evaluation"] * 13


def test_each_text_is_seen_once_an_epoch():
    trainer = Trainer(tiny_classifier("bert"), DATA, epochs=3, batch_tokens=64)
    plan, sizes = trainer._plan, trainer._epoch_sizes
    start = 0
    for size in sizes:
        assert sorted(np.concatenate(plan[start : start + size])) == list(range(len(DATA)))
        start += size
    assert start == len(plan) == trainer.progress.total_steps


def test_the_seed_fixes_the_run_whatever_else_draws_random_numbers():
    first, second, other = (tiny_classifier("bert") for _ in range(3))
    trained(first, seed=5)
    for _ in Trainer(second, DATA, epochs=1, precision="fp32", seed=5):
        torch.rand(3)  # as another cell might
    trained(other, seed=6)
    assert torch.equal(weights(first), weights(second))
    assert not torch.equal(weights(first), weights(other))


def test_training_does_not_disturb_the_random_numbers_of_others():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    trained(tiny_classifier("bert"))
    assert torch.equal(torch.rand(2), expected)


def test_one_step_is_adamw_on_the_mean_loss():
    """The first step of the trainer, taken by hand with torch's own pieces."""
    ours, by_hand = tiny_classifier("bert"), tiny_classifier("bert")
    for clf in (ours, by_hand):
        for module in clf.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
    data = DATA[:6] + DATA[-6:]
    trainer = Trainer(
        ours, data, epochs=1, batch_tokens=10_000, warmup=0, learning_rate=1e-3, precision="fp32",
        max_grad_norm=1e9, weight_decay=0.1,
    )  # fmt: skip
    assert len(list(trainer)) == 1
    by_hand.train()
    decayed = [p for p in by_hand.parameters() if p.ndim > 1]
    plain = [p for p in by_hand.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=1e-3
    )
    checked = TextData.from_(data, classes=by_hand.labels).take(trainer._plan[0])
    batch = by_hand.collate(by_hand.encode(checked.texts))
    by_hand.model.set_attn_implementation("eager")  # AdamW's first step magnifies rounding
    logits = by_hand(**batch)
    torch.nn.functional.cross_entropy(logits, torch.from_numpy(checked.labels)).backward()
    optimizer.step()
    torch.testing.assert_close(weights(ours), weights(by_hand), atol=1e-6, rtol=1e-5)


def test_the_learning_rate_rises_then_falls_to_nearly_zero():
    trainer, _ = trained(
        tiny_classifier("bert"), epochs=4, batch_tokens=64, learning_rate=1e-3, warmup=0.25
    )
    rates = trainer.history.columns("step")["learning_rate"]
    top = rates.argmax()
    assert rates[top] == pytest.approx(1e-3)
    assert top == pytest.approx(len(rates) * 0.25, abs=1)
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top + 1 :]) < 0).all()
    assert 0 < rates[-1] < 1e-4


def test_multi_label_and_pairs_train():
    clf = tiny_classifier("bert", labels=("sad", "long"), problem_type="multi_label")
    frame = TextData(
        ("film", "soup") * 4,
        ("good", "bad") * 4,
        np.eye(2, dtype=np.float32)[[0, 1] * 4],
        clf.labels,
    )
    trainer = Trainer(clf, frame, frame, epochs=30, learning_rate=3e-3, precision="fp32")
    list(trainer)
    assert trainer.history.latest("evaluation")["accuracy"] == 1


def test_a_loss_that_is_not_finite_stops_before_it_spoils_the_weights():
    clf = tiny_classifier("bert")
    with torch.no_grad():
        clf.model.classifier.bias[0] = float("nan")
    before = weights(clf)
    trainer = Trainer(clf, DATA, epochs=1)
    with pytest.raises(FloatingPointError, match="step 1; the weights are as they were"):
        next(iter(trainer))
    torch.testing.assert_close(weights(clf), before, equal_nan=True, atol=0, rtol=0)
    assert not clf.training


def test_iterating_again_goes_on():
    trainer = Trainer(tiny_classifier("bert"), DATA, epochs=1, batch_tokens=64)
    first = next(iter(trainer))
    second = next(iter(trainer))
    assert (first.step, second.step) == (1, 2)
    rest = list(trainer)
    assert rest[-1].step == trainer.progress.total_steps
    assert list(trainer) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epochs": 0}, "epochs=0 .*at least 1"),
        ({"learning_rate": 0}, "learning_rate=0 .*above 0"),
        ({"learning_rate": float("nan")}, "learning_rate=nan"),
        ({"warmup": 2}, "warmup=2 .*at least 0 and at most 1"),
        ({"precision": "fp23"}, "'fp23'.*'fp32'"),
        ({"evaluate_every": 0}, "evaluate_every=0"),
        ({"label": "lable"}, "no column 'lable'"),
    ],
)
def test_unfit_options_are_one_sentence(options, said):
    frame = TextData.from_(DATA).to_frame()
    with pytest.raises(ValueError, match=said):
        Trainer(tiny_classifier("bert"), frame, **options)


def test_an_unknown_option_names_the_nearest():
    with pytest.raises(TypeError, match=r"'learning_rat'.*'learning_rate'"):
        Trainer(tiny_classifier("bert"), DATA, learning_rat=1)


def test_labels_the_model_lacks_are_named():
    with pytest.raises(ValueError, match=r"Row 0: .*'meh'"):
        Trainer(tiny_classifier("bert"), [("a", "meh"), ("b", "positive")])


def test_the_trained_model_saves_and_loads(tmp_path):
    clf = tiny_classifier("bert")
    trained(clf)
    clf.save_pretrained(tmp_path)
    again = BertClassifier.from_pretrained(tmp_path)
    texts = [text for text, _ in DATA]
    np.testing.assert_array_equal(
        again.predict(texts).probabilities, clf.predict(texts).probabilities
    )
