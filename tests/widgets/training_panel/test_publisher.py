"""Snapshots keep a minimum interval, and the last one shows the last state."""

from __future__ import annotations

import threading
import time

from bert_widgets.widgets.training_panel.publisher import Publisher
from tests.widgets.pages import PATIENCE

INTERVAL = 0.03


def test_frequent_changes_are_throttled_and_the_last_state_is_shown():
    state = 0
    shown = []
    enough = threading.Event()

    def publish():
        shown.append((time.monotonic(), state))
        if len(shown) == 5:
            enough.set()
        return state != -1

    publisher = Publisher(publish, interval=INTERVAL)
    while not enough.is_set():
        state += 1
        publisher.notify()
    state = -1
    publisher.notify()
    assert publisher.wait(PATIENCE)
    times, states = zip(*shown, strict=True)
    assert states[-1] == -1
    assert len(shown) <= 7
    assert all(later - earlier > 0.9 * INTERVAL for earlier, later in zip(times, times[1:]))  # noqa: B905, RUF007
    assert list(states[:-1]) == sorted(set(states[:-1])), "each snapshot shows something newer"


def test_a_change_during_a_snapshot_is_not_lost():
    inside, go_on = threading.Event(), threading.Event()
    calls = []

    def publish():
        calls.append(None)
        inside.set()
        assert go_on.wait(PATIENCE)
        return len(calls) < 2

    publisher = Publisher(publish, interval=0.001)
    publisher.notify()
    assert inside.wait(PATIENCE)
    publisher.notify()
    go_on.set()
    assert publisher.wait(PATIENCE)
    assert len(calls) == 2


def test_nothing_is_shown_after_stop():
    inside, go_on = threading.Event(), threading.Event()
    calls = []

    def publish():
        calls.append(None)
        inside.set()
        return go_on.wait(PATIENCE)

    publisher = Publisher(publish, interval=0.001)
    publisher.notify()
    assert inside.wait(PATIENCE)
    publisher.notify()
    publisher.stop()
    go_on.set()
    assert publisher.wait(PATIENCE)
    assert len(calls) == 1


def test_a_snapshot_that_fails_is_logged_and_the_next_one_comes(caplog):
    failed = threading.Event()

    def publish():
        if not failed.is_set():
            failed.set()
            raise ZeroDivisionError
        return False

    publisher = Publisher(publish, interval=0.001)
    publisher.notify()
    assert failed.wait(PATIENCE)
    publisher.notify()
    assert publisher.wait(PATIENCE)
    assert "could not be shown" in caplog.text
