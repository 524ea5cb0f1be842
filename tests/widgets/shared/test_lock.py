"""Threads and pages that set traits at the same time lose no update and never deadlock."""

from __future__ import annotations

import sys

import ipywidgets
import pytest
import traitlets as t

from bert_widgets.widgets.shared.lock import WidgetLock, widget_lock
from bert_widgets.widgets.shared.widget import Widget
from tests.widgets.pages import agrees, in_thread, joined, page_of

MANY = 3000


class Counters(Widget):
    bundle = "token_highlights"
    one = t.Int().tag(sync=True)
    other = t.Int().tag(sync=True)
    theirs = t.Int().tag(sync=True, page=True)

    @t.validate("one", "other", "theirs")
    def _check(self, proposal):
        if proposal["value"] < 0:
            msg = "negative"
            raise t.TraitError(msg)
        return proposal["value"]


@pytest.fixture
def switching():
    """Switch threads as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switching")
def test_no_update_is_lost_between_threads_and_page():
    widget = Counters()
    page = page_of(widget)
    heard = []
    refused = []
    widget.observe(lambda change: heard.append(change.new), "theirs")

    def count(name):
        for i in range(1, MANY + 1):
            setattr(widget, name, i)
            try:
                setattr(widget, name, -1)
            except t.TraitError:
                refused.append(name)

    threads = [in_thread(lambda: count("one")), in_thread(lambda: count("other"))]
    for i in range(1, MANY + 1):
        page.tell(theirs=i)
    assert joined(*threads)
    expected = list(range(1, MANY + 1))
    for name in ("one", "other"):
        assert [update[name] for update in page.updates[1:] if name in update] == expected
        assert refused.count(name) == MANY
    assert heard == expected
    assert agrees(widget)


def test_a_write_during_a_page_update_is_checked_and_sent():
    widget = Counters()
    page = page_of(widget)
    page.updates.clear()
    refused = []

    def write():
        widget.one = 5
        try:
            widget.one = -1
        except t.TraitError:
            refused.append(-1)

    class Meddling(t.Int):
        def validate(self, obj, value):
            if not threads:
                threads.append(in_thread(write))
                threads[0].join(0.05)
            return super().validate(obj, value)

    threads = []
    widget.add_traits(theirs=Meddling().tag(sync=True, page=True))
    threads.clear()
    page.tell(theirs=1)
    assert joined(*threads)
    assert (widget.one, widget.theirs, refused) == (5, 1, [-1])
    assert [update["one"] for update in page.updates if "one" in update] == [5]


@pytest.mark.usefixtures("switching")
def test_linked_widgets_do_not_block_each_other():
    left, right = Counters(), Counters()
    ipywidgets.link((left, "theirs"), (right, "theirs"))

    def click(widget, numbers):
        for i in numbers:
            page_of(widget).tell(theirs=i)

    threads = [
        in_thread(lambda: click(left, range(1, 2 * MANY, 2))),
        in_thread(lambda: click(right, range(2, 2 * MANY, 2))),
    ]
    assert joined(*threads)
    assert left.theirs == right.theirs
    assert agrees(left)
    assert agrees(right)


def test_deferred_functions_run_once_after_the_lock_is_released_even_after_an_error():
    lock = WidgetLock()
    ran = []

    def work():
        free = []
        assert joined(in_thread(lambda: free.append(lock.__enter__() or lock.__exit__())))
        ran.append(bool(free))

    def fail():
        with lock:
            lock.afterwards(work)
            with lock:
                lock.afterwards(work)
            assert ran == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ran == [True]


def test_a_group_of_changes_is_one_message():
    widget = Counters()
    page = page_of(widget)
    page.updates.clear()
    with widget.hold_sync():
        widget.one, widget.other = 1, 2
        in_gate = []
        other = in_thread(lambda: in_gate.append(widget_lock.__enter__() or widget_lock.__exit__()))
        other.join(0.01)
        assert in_gate == [], "nobody writes in between"
    assert joined(other)
    assert page.updates == [{"one": 1, "other": 2}]
