"""Running statistics equal those of all predictions kept, whatever order they come in."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.data.text_data import TextData
from bert_widgets.training.records.dynamics import Dynamics

CLASSES = ("bad", "good", "plain")


def labelled(n, random, *, multi_label=False, pairs=False):
    several = random.integers(0, 2, (n, len(CLASSES))).astype(np.float32)
    labels = several if multi_label else random.integers(0, len(CLASSES), n)
    second = tuple(f"pair {i}" for i in range(n)) if pairs else None
    return TextData(tuple(f"text {i}" for i in range(n)), second, labels, CLASSES)


def predictions(random, epochs, n, *, multi_label=False):
    raw = random.random((epochs, n, len(CLASSES)))
    return (raw if multi_label else raw / raw.sum(2, keepdims=True)).astype(np.float32)


def record(dynamics, random, probabilities, rows, batch):
    """Train on the rows once, in a random order."""
    order = random.permutation(rows)
    for start in range(0, len(order), batch):
        batch_rows = order[start : start + batch]
        dynamics.record(batch_rows, probabilities[batch_rows])


@given(
    n=st.integers(1, 12),
    epochs=st.integers(1, 6),
    batch=st.integers(1, 5),
    multi_label=st.booleans(),
    seed=st.integers(0, 999),
)
def test_they_are_mean_and_deviation_over_the_epochs(n, epochs, batch, multi_label, seed):
    random = np.random.default_rng(seed)
    data = labelled(n, random, multi_label=multi_label)
    dynamics = Dynamics(data)
    recorded = predictions(random, epochs, n, multi_label=multi_label)
    for probabilities in recorded:
        record(dynamics, random, probabilities, np.arange(n), batch)
    if multi_label:
        gold = np.where(data.labels > 0, recorded, 1 - recorded).mean(2, np.float64)
        right = ((recorded >= 0.5) == (data.labels > 0)).all(2)
    else:
        gold = recorded[:, np.arange(n), data.labels].astype(np.float64)
        right = recorded.argmax(2) == data.labels
    close = {"atol": 1e-6, "rtol": 1e-6}
    np.testing.assert_allclose(dynamics.confidence, gold.mean(0), **close)
    # The square root magnifies the rounding of deviations near zero.
    np.testing.assert_allclose(dynamics.variability, gold.std(0), atol=2e-4)
    np.testing.assert_allclose(dynamics.correctness, right.mean(0), **close)
    np.testing.assert_allclose(dynamics.probabilities, recorded.mean(0), **close)
    assert (dynamics.counts == epochs).all()
    for array in (dynamics.confidence, dynamics.variability, dynamics.correctness):
        assert array.dtype == np.float32


@given(st.floats(0, 1, width=32), st.integers(1, 50))
def test_a_constant_prediction_has_no_variability(probability, times):
    dynamics = Dynamics(TextData(("a",), None, np.array([1]), ("bad", "good")))
    for _ in range(times):
        dynamics.record(np.array([0]), np.array([[1 - probability, probability]], np.float32))
    assert dynamics.variability[0] == 0
    assert dynamics.confidence[0] == np.float32(probability)


def test_many_epochs_cost_no_accuracy():
    random = np.random.default_rng(0)
    dynamics = Dynamics(TextData(("a",), None, np.array([0]), ("bad", "good")))
    gold = random.normal(0.9, 1e-3, 5000).astype(np.float32)  # a deviation that rounding may hide
    for p in gold:
        dynamics.record(np.array([0]), np.array([[p, 1 - p]], np.float32))
    assert dynamics.variability[0] == pytest.approx(gold.std(dtype=np.float64), rel=1e-2)
    assert dynamics.confidence[0] == pytest.approx(gold.mean(dtype=np.float64), abs=1e-5)


def test_examples_never_seen_are_nan():
    random = np.random.default_rng(0)
    dynamics = Dynamics(labelled(4, random))
    dynamics.record(np.array([2]), predictions(random, 1, 1)[0])
    unseen = [True, True, False, True]
    for array in (
        dynamics.confidence,
        dynamics.variability,
        dynamics.correctness,
        dynamics.probabilities[:, 0],
    ):
        np.testing.assert_array_equal(np.isnan(array), unseen)


@pytest.mark.parametrize(("multi_label", "pairs"), [(False, False), (True, False), (False, True)])
def test_the_frame_has_a_row_per_example(multi_label, pairs):
    random = np.random.default_rng(1)
    data = labelled(9, random, multi_label=multi_label, pairs=pairs)
    dynamics = Dynamics(data)
    for probabilities in predictions(random, 2, 9, multi_label=multi_label):
        record(dynamics, random, probabilities, np.arange(5), 2)
    frame = dynamics.to_frame()
    assert frame.index.tolist() == list(range(9))
    columns = ["text", *["pair"] * pairs, "label", "confidence", "variability", "correctness"]
    assert frame.columns.tolist() == [*columns, "times_seen"]
    assert frame["label"].tolist() == data.label_names()
    assert frame["times_seen"].tolist() == [2] * 5 + [0] * 4
    np.testing.assert_array_equal(frame["confidence"], dynamics.confidence)


@given(st.integers(0, 999), st.booleans())
def test_a_stored_state_continues_exactly(seed, multi_label):
    random = np.random.default_rng(seed)
    data = labelled(6, random, multi_label=multi_label)
    straight, stopped, resumed = Dynamics(data), Dynamics(data), Dynamics(data)
    first, second = predictions(random, 2, 6, multi_label=multi_label)
    rows = random.choice(6, 3, replace=False)
    for dynamics in (straight, stopped):
        dynamics.record(rows, first[rows])
    state = stopped.state()
    stopped.record(rows, second[rows])  # what is stored does not change any more
    resumed.load(state)
    for dynamics in (straight, resumed):
        dynamics.record(rows, second[rows])
    for name, array in straight.state().items():
        np.testing.assert_array_equal(array, resumed.state()[name])
        assert array.dtype == resumed.state()[name].dtype


def test_the_state_of_other_data_is_refused_and_changes_nothing():
    random = np.random.default_rng(0)
    dynamics = Dynamics(labelled(4, random))
    dynamics.record(np.arange(4), predictions(random, 1, 4)[0])
    before = dynamics.state()
    with pytest.raises(ValueError, match=r"\(5,\) and should have the shape \(4,\)"):
        dynamics.load(Dynamics(labelled(5, random)).state())
    with pytest.raises(ValueError, match="is missing"):
        dynamics.load({"counts": before["counts"] * 0})
    for name, array in dynamics.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_probabilities_of_another_shape_are_refused():
    dynamics = Dynamics(labelled(4, np.random.default_rng(0)))
    with pytest.raises(ValueError, match=r"shape \(2, 1\) do not match 2 rows and 3 classes"):
        dynamics.record(np.array([0, 1]), np.ones((2, 1), np.float32))
    assert not dynamics.counts.any()


def test_reading_while_a_thread_records_gives_valid_numbers():
    random = np.random.default_rng(0)
    dynamics = Dynamics(labelled(300, random))
    recorded = predictions(random, 60, 300)

    def train():
        for probabilities in recorded:
            record(dynamics, random, probabilities, np.arange(300), 7)

    writer = threading.Thread(target=train)
    writer.start()
    while writer.is_alive():
        frame = dynamics.to_frame()
        seen = frame["times_seen"] > 0
        numbers = frame.loc[seen, ["confidence", "variability", "correctness"]]
        assert numbers.to_numpy(na_value=0).min(initial=0) >= 0
        assert numbers.to_numpy(na_value=0).max(initial=0) <= 1.5
        assert len(dynamics.label_errors()) <= len(frame)
    writer.join()
    assert (dynamics.counts == 60).all()
