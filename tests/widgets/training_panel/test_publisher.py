"""Snapshots keep a minimum interval, and the last one shows the last state."""

from __future__ import annotations

import math
import threading
import time

import numpy as np
import pytest

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


def test_the_longer_nobody_answers_the_rarer_are_states():
    times = []
    publisher = Publisher(lambda: times.append(time.monotonic()) or True, interval=0.001)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        publisher.notify()
    publisher.stop()
    assert publisher.wait(PATIENCE)
    # 50 within the first 50 ms, and then 35 each time that the time since then has doubled.
    assert len(times) < 50 + 35 * math.log2((times[-1] - times[0]) / 0.05)
    gaps = np.diff(times)
    assert gaps[-3:].min() > 0.01
    assert len(times) > 10, "it goes on"


@pytest.mark.parametrize("why", ["answered", "urgent"])
def test_an_answer_or_an_urgent_change_is_followed_by_a_state_at_once(why):
    published = threading.Semaphore(0)
    publisher = Publisher(lambda: published.release() or True)
    publisher._published = time.monotonic()
    publisher._unanswered_since = publisher._published - 10_000
    publisher.notify()
    with publisher._news:
        assert publisher._seconds_left() > PATIENCE
    assert not published.acquire(blocking=False)
    if why == "answered":
        publisher.answered()
    else:
        publisher.notify(urgent=True)
    assert published.acquire(timeout=PATIENCE)
    publisher.stop()
    assert publisher.wait(PATIENCE)
