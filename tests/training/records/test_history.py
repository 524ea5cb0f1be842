"""The columns hold every event as whole rows; notes are kept separately."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.training import Event, History, Note

values = st.dictionaries(st.sampled_from(["loss", "accuracy", "rate"]), st.floats(-9, 9))
events = st.lists(
    st.builds(
        Event, st.sampled_from(["step", "evaluation"]), st.integers(0, 99), st.just(0.5), values
    )
)


def filled(given_events):
    history = History()
    for event in given_events:
        history.add(event)
    return history


@given(events)
def test_columns_hold_the_events_in_order(given_events):
    history = filled(given_events)
    for kind in ("step", "evaluation"):
        mine = [event for event in given_events if event.kind == kind]
        columns = history.columns(kind)
        assert history.count(kind) == len(mine)
        assert all(len(column) == len(mine) for column in columns.values())
        for row, event in enumerate(mine):
            for name, column in columns.items():
                expected = {"step": event.step, "epoch": 0.5, **event.values}.get(name, np.nan)
                np.testing.assert_equal(column[row], expected)
    frame = history.to_frame()
    assert len(frame) == len(given_events)
    assert frame["kind"].value_counts().sum() == len(given_events)


@given(events, st.integers(0, 9))
def test_a_reader_can_ask_for_what_is_new(given_events, start):
    history = filled(given_events)
    for kind in ("step", "evaluation"):
        whole, new = history.columns(kind), history.columns(kind, start)
        assert whole.keys() == new.keys()
        for name, column in whole.items():
            np.testing.assert_array_equal(new[name], column[start:])
        latest = history.latest(kind)
        assert latest.keys() == (whole.keys() if history.count(kind) else set())
        for name, value in latest.items():
            np.testing.assert_equal(value, whole[name][-1])


@given(events)
def test_a_history_is_restored_from_its_tables(given_events):
    history, again = filled(given_events), filled([Event("step", 1, 0.1, {"old": 2.0})])
    again.load(history.tables())
    assert again.tables().keys() == history.tables().keys()
    for name, column in history.tables().items():
        assert again.tables()[name].tobytes() == column.tobytes()
    more = Event("step", 100, 0.5, {"loss": 1.0})
    for extended in (history, again):
        extended.add(more)
    assert again.latest("step") == pytest.approx(history.latest("step"), nan_ok=True)


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


def test_notes_of_several_threads_are_all_kept_in_order():
    """The training thread and a cell add notes at the same time."""
    history = History()
    together = threading.Barrier(4)

    def write(thread):
        together.wait()
        for step in range(1000):
            history.note(step, str(thread))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        mine = [note for note in history.notes if note.text == str(number)]
        assert mine == [Note(step, str(number)) for step in range(1000)]
