"""A probe history holds predictions and attributions at each step, and survives a checkpoint."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from bert_widgets import attribute
from bert_widgets.training.records.probes import from_state, probe_texts, take_snapshot, to_state
from tests.models import tiny_classifier

PROBES = ("The film was not good", "What a delightful soup, and I'd see it again!", "🙂")


def learn(clf, seed):
    """Change the weights, as a step of a training would."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in clf.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=random), alpha=0.05)


def history_of(clf, count=3, **options):
    for step in range(count):
        yield take_snapshot(clf, PROBES, step, **options)
        learn(clf, step)


@pytest.mark.parametrize("method", ["integrated_gradients", "input_x_gradient"])
@pytest.mark.parametrize("labels", [("negative", "positive"), ("bad", "good", "plain")])
def test_a_snapshot_is_the_prediction_and_attribution_of_that_moment(method, labels):
    clf = tiny_classifier("bert", labels=labels)
    seen = []
    for step in range(2):
        snapshot = take_snapshot(clf, PROBES, step, method=method)
        predicted = clf.predict(PROBES)
        np.testing.assert_allclose(snapshot.probabilities, predicted.probabilities, atol=1e-6)
        target = "positive" if len(labels) == 2 else None
        expected = attribute(clf, PROBES, method=method, target=target, tolerance=0.05)
        for mine, right in zip(snapshot.attributions, expected, strict=True):
            np.testing.assert_array_equal(mine.scores, right.scores)
            assert (mine.target, mine.method, mine.words) == (right.target, method, right.words)
        if len(labels) > 2:
            assert [labels[i] for i in snapshot.targets] == list(predicted.labels)
        assert (snapshot.step, snapshot.texts) == (step, PROBES)
        seen.append(np.concatenate([a.scores for a in snapshot.attributions]))
        learn(clf, step)
    assert not np.allclose(*seen)  # the model did learn


def test_for_two_classes_the_second_is_always_explained():
    clf = tiny_classifier("bert")
    predicted = []
    for step in range(2):
        snapshot = take_snapshot(clf, PROBES[:1], step, method="input_x_gradient")
        assert snapshot.targets.tolist() == [1]
        assert snapshot.attributions[0].target == "positive"
        predicted += snapshot.probabilities.argmax(1).tolist()
        with torch.no_grad():
            for parameter in clf.model.classifier.parameters():
                parameter.neg_()
    assert sorted(predicted) == [0, 1]


def test_taking_a_snapshot_does_not_change_the_training():
    looked, other = tiny_classifier("bert"), tiny_classifier("bert")
    for clf in (looked, other):
        clf.train()
        torch.manual_seed(0)
        clf(**clf.collate(clf.encode(PROBES))).sum().backward()
        if clf is looked:
            take_snapshot(clf, PROBES, 0)
        clf(**clf.collate(clf.encode(PROBES))).sum().backward()  # dropout draws random numbers
        assert clf.training
    for mine, right in zip(looked.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, right)
        assert (mine.grad is None) == (right.grad is None)
        assert mine.grad is None or torch.equal(mine.grad, right.grad)


def test_with_two_independent_labels_the_most_probable_is_explained():
    clf = tiny_classifier("bert", labels=("sad", "long"), problem_type="multi_label")
    for snapshot in history_of(clf):
        np.testing.assert_array_equal(snapshot.targets, snapshot.probabilities.argmax(1))


@pytest.mark.parametrize("method", ["integrated_gradients", "input_x_gradient"])
def test_a_probe_history_is_restored_from_json_and_arrays(method):
    clf = tiny_classifier("bert", labels=("bad", "good", "plain"))
    snapshots = [*history_of(clf, method=method), take_snapshot(clf, PROBES[:1], 9, method=method)]
    description, arrays = to_state(snapshots)
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    again = from_state(json.loads(json.dumps(description)), arrays)
    assert [snapshot.step for snapshot in again] == [0, 1, 2, 9]
    for mine, right in zip(again, snapshots, strict=True):
        assert mine.texts == right.texts
        for name in ("targets", "probabilities"):
            _same(getattr(mine, name), getattr(right, name))
        for new, old in zip(mine.attributions, right.attributions, strict=True):
            assert vars(new).keys() == vars(old).keys()
            for name, value in vars(old).items():
                _same(getattr(new, name), value)


def _same(new, old):
    assert type(new) is type(old)
    if isinstance(old, np.ndarray):
        assert new.dtype == old.dtype
        np.testing.assert_array_equal(new, old)
    else:
        assert new == old


def test_no_probe_history_is_restored_as_none():
    assert from_state(*to_state([])) == ()


def test_the_table_has_each_word_of_each_probe():
    (snapshot,) = history_of(tiny_classifier("bert"), 1)
    table = snapshot.to_frame()
    assert len(table) == sum(len(a.words) for a in snapshot.attributions)
    assert [table["text"][i][s:e] for i, (s, e) in enumerate(table[["start", "end"]].values)] == (
        table["word"].tolist()
    )
    assert set(table["target"]) == {"positive"}
    per_text = table.groupby("text", sort=False)["probability"].first()
    np.testing.assert_array_equal(per_text[list(PROBES)], snapshot.probabilities[:, 1])


@pytest.mark.parametrize(
    ("texts", "kind", "message"),
    [
        ("a film", TypeError, "list of strings, not 'a film'"),
        (["a film", 3], TypeError, "list of strings"),
        (None, TypeError, "not None"),
        (["a film", " "], ValueError, "Probe 1 is empty"),
        (["a film"] * 21, ValueError, "21 probes; use at most 20"),
        (["a" * 2001], ValueError, "Probe 0 has 2,001 characters; use at most 2,000"),
        (["a film", "good\udc00"], ValueError, "Probe 1 contains half of a character"),
        (["a film", "\u200b"], ValueError, r"Probe 1, '\\u200b', has no word to explain"),
        (["\0"], ValueError, "Probe 0, .*, has no word to explain"),
        (["\ufffd"], ValueError, "Probe 0, .*, has no word to explain"),
    ],
)
def test_invalid_probes_raise_one_sentence(texts, kind, message):
    with pytest.raises(kind, match=message):
        probe_texts(texts, tiny_classifier("bert"))
    with pytest.raises(kind, match=message):
        take_snapshot(tiny_classifier("bert"), texts, 0)


def test_the_limits_themselves_are_allowed():
    assert len(probe_texts(["a" * 2000] * 20, tiny_classifier("bert"))) == 20
    assert probe_texts([], tiny_classifier("bert")) == ()
    with pytest.raises(ValueError, match="no probe"):
        take_snapshot(tiny_classifier("bert"), [], 0)


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="'gradient'"):
        take_snapshot(tiny_classifier("bert"), PROBES, 0, method="gradient")
