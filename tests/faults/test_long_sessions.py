"""Long sessions: after a warm-up, the memory of the kernel stays within 5 %."""

from __future__ import annotations

import gc
import itertools
import threading
import time

import psutil
import pytest

import bert_widgets as bw
from bert_widgets.widgets.shared.text_widget import TextWidget
from tests.faults.everything import DATA, TEXT, WIDGETS, Examples
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, comes_to_agree, page_of

MOST_GROWTH = 1.05
WARM_UP = 0.2
RATE = 20
"""Updates a second."""

CHANGES = {
    bw.TrainingPanel: {"view": ["curves", "data", "probes"]},
    bw.AttentionMatrix: {"layer": [0, 1]},
}
"""What a page changes, other than the text."""


def memory():
    gc.collect()
    return psutil.Process().memory_info().rss


def turns(number):
    """Yield the share that is done of a number of turns."""
    return (turn / number for turn in range(number))


def minutes(number):
    """Yield the share that is done of some minutes, 20 times a second unless turns take longer."""
    begun, waiting = time.monotonic(), threading.Event()
    for tick in itertools.count():
        waiting.wait(max(0.0, begun + tick / RATE - time.monotonic()))
        share = (time.monotonic() - begun) / (60 * number)
        if share >= 1:
            return
        yield share


def steady(turn, shares, tried, *, long):
    """Do something again and again; in the long form the first fifth is the warm-up.

    A short form ends before memory has settled: its bound is fixed, and finds what keeps models.
    """
    level = None
    for number, share in enumerate(shares):
        if level is None and share >= WARM_UP:
            level = memory()
        turn(number)
        tried()
    assert memory() < (MOST_GROWTH * level if long else level + 100 * 2**20)


@pytest.fixture(scope="module")
def examples():
    examples = Examples()
    yield examples
    examples.close()


@pytest.mark.parametrize("kind", WIDGETS)
def test_widgets_made_again_and_again_take_no_memory(kind, examples, long, tried):
    """Widgets made, shown and closed again and again: memory within 5 %."""

    def turn(_number):
        widget = examples.make(kind)
        page_of(widget).reload()
        if isinstance(widget, TextWidget):
            assert widget.wait(PATIENCE)
        widget.close()

    steady(turn, turns(500 if long else 10), tried, long=long)


def test_thousands_of_explanations_take_no_memory(long, tried):
    """Explanations of other texts in one widget: memory within 5 %."""
    widget = bw.TokenHighlights(tiny_classifier("bert"), TEXT, method="input_x_gradient")
    page = page_of(widget)

    def turn(number):
        page.updates.clear()  # the page of these tests keeps them, a browser does not
        page.tell(text=f"The soup number {number} was not so good")
        assert widget.wait(PATIENCE)

    steady(turn, turns(5_000 if long else 20), tried, long=long)
    assert agrees(widget)
    widget.close()


def test_many_steps_take_no_memory(long, tried):
    """Steps of one training: memory within 5 %."""
    data = DATA.loc[DATA.index.repeat(4)]
    training = bw.Trainer(tiny_classifier("bert"), data, epochs=10_000, batch_tokens=16)
    events = iter(training)
    steady(lambda _: next(events), turns(200_000 if long else 60), tried, long=long)


def test_pages_that_ask_all_the_time_are_answered(examples, long, tried):
    """Changes by the pages of all widgets for 30 minutes, while a run trains: memory within 5 %."""
    widgets = [examples.make(kind) for kind in WIDGETS]

    def turn(number):
        for widget in widgets:
            page = page_of(widget)
            page.updates.clear()
            changes = CHANGES.get(type(widget), {"text": [TEXT, "The soup was bad"]})
            ((name, values),) = changes.items()
            page.tell(**{name: values[number % len(values)]})

    steady(turn, minutes(30 if long else 0.1), tried, long=long)
    for widget in widgets:
        if isinstance(widget, TextWidget):
            assert widget.wait(PATIENCE)
        assert comes_to_agree(widget)
        widget.close()
