"""Arrays reach the page as little-endian bytes and come back the same."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets as t
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bert_widgets.widgets.shared.array_trait import Array


class Holder(t.HasTraits):
    scores = Array("float32")
    offsets = Array("int32", 2)
    segments = Array("uint8")


FINITE = st.floats(-1e6, 1e6, width=32)


@given(
    hnp.arrays(np.float32, st.integers(0, 9), elements=FINITE),
    hnp.arrays(np.int32, st.tuples(st.integers(0, 9), st.just(2))),
    hnp.arrays(np.uint8, st.integers(0, 9)),
    st.sampled_from("<>"),
)
def test_bytes_carry_every_array(scores, offsets, segments, order):
    sender, receiver = Holder(), Holder()
    values = {
        "scores": scores.astype(scores.dtype.newbyteorder(order)),
        "offsets": np.asfortranarray(offsets.astype(offsets.dtype.newbyteorder(order))),
        "segments": segments[::-1],
    }
    for name, value in values.items():
        setattr(sender, name, value)
        trait = Holder.class_traits()[name]
        wire = trait.metadata["to_json"](getattr(sender, name), sender)
        assert wire == value.astype(value.dtype.newbyteorder("<")).tobytes()
        setattr(receiver, name, trait.metadata["from_json"](memoryview(wire), receiver))
        np.testing.assert_array_equal(getattr(receiver, name), value)
        assert getattr(receiver, name).shape == value.shape


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scores", [[1.0]]),
        ("scores", ["a"]),
        ("scores", None),
        ("scores", np.array([1j])),
        ("offsets", [1, 2]),
        ("offsets", [[1, 2, 3]]),
        ("offsets", [[0, 2**40]]),
        ("offsets", [[0.5, 1]]),
        ("segments", [256]),
        ("segments", np.array([-1], np.int16)),
    ],
)
def test_invalid_values_are_refused_and_the_old_one_is_kept(name, value):
    holder = Holder(scores=[1.5], offsets=[[0, 3]], segments=[1])
    before = getattr(holder, name)
    with pytest.raises(t.TraitError, match=f"'{name}' trait"):
        setattr(holder, name, value)
    assert getattr(holder, name) is before


@pytest.mark.parametrize("size", [1, 7, 9])
def test_incomplete_rows_are_refused(size):
    from_json = Holder.class_traits()["offsets"].metadata["from_json"]
    with pytest.raises(t.TraitError, match=f"got {size} bytes"):
        from_json(bytes(size), None)


def test_an_array_is_a_read_only_copy():
    given_array = np.ones(3, np.float32)
    holder = Holder(scores=given_array)
    given_array[:] = 2
    assert holder.scores.tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        holder.scores[0] = 5


def test_observers_are_notified_of_changes_only():
    holder = Holder()
    heard = []
    holder.observe(lambda change: heard.append(change.new.tolist()), "scores")
    for value in ([], [1.0], [1.0], [1.0, 2.0], [1.0, 2.0], [2.0, 2.0]):
        holder.scores = value
    assert heard == [[1], [1, 2], [2, 2]]
    holder.scores = [np.nan]
    holder.scores = [np.nan]
    assert len(heard) == 4
