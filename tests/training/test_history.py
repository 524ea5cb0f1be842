"""The columns hold every event, whole rows only."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.training import Event, History

values = st.dictionaries(st.sampled_from(["loss", "accuracy", "rate"]), st.floats(-9, 9))
events = st.lists(
    st.builds(
        Event, st.sampled_from(["step", "evaluation"]), st.integers(0, 99), st.just(0.5), values
    )
)


@given(events)
def test_columns_hold_the_events_in_order(given_events):
    history = History()
    for event in given_events:
        history.add(event)
    for kind in ("step", "evaluation"):
        mine = [event for event in given_events if event.kind == kind]
        columns = history.columns(kind)
        assert all(len(column) == len(mine) for column in columns.values())
        for row, event in enumerate(mine):
            for name, column in columns.items():
                expected = {"step": event.step, "epoch": 0.5, **event.values}.get(name, np.nan)
                np.testing.assert_equal(column[row], expected)
    frame = history.to_frame()
    assert len(frame) == len(given_events)
    assert frame["kind"].value_counts().sum() == len(given_events)


def test_a_reader_sees_whole_rows_while_a_thread_writes():
    history = History()
    writer = threading.Thread(
        target=lambda: [
            history.add(Event("step", i, float(i), {"loss": float(i)})) for i in range(20_000)
        ]
    )
    writer.start()
    while writer.is_alive():
        columns = history.columns("step")
        if columns:
            np.testing.assert_array_equal(columns["step"], columns["loss"])
            np.testing.assert_array_equal(columns["step"], np.arange(len(columns["step"])))
    writer.join()
    assert history.latest("step")["loss"] == 19_999
