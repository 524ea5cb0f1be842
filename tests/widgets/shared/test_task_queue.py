"""Each result is computed once, for the latest question, and no outdated result delays another."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
import traitlets as t

from bert_widgets._common.progress import check_cancelled
from bert_widgets.widgets.shared.lock import widget_lock
from bert_widgets.widgets.shared.task_queue import Task, TaskQueue
from bert_widgets.widgets.shared.widget import Widget
from tests.widgets.pages import PATIENCE, agrees, in_thread, joined, page_of


class Doubler(Widget):
    """Answers ``number`` by its double, and the double by its square."""

    bundle = "token_highlights"
    number = t.Int(1).tag(sync=True, page=True)
    double = t.Int().tag(sync=True)
    square = t.Int().tag(sync=True)
    busy = t.Bool(default_value=False).tag(sync=True)

    answers = None

    def __init__(self):
        super().__init__()
        self.hold, self.started = threading.Event(), threading.Semaphore(0)
        self.hold.set()
        self.cancelled, self.threads = [], []
        doubled = Task(
            "double", lambda: self.number, self._double, self._show, at_once=self._double
        )
        squared = Task("square", lambda: self.double, self._square, self._show_square)
        self.factor = 2
        self.answers = TaskQueue(self, [doubled, squared], self._follow, lambda: self.factor)
        with widget_lock:
            self.answers.ask()

    def _double(self, number):
        self.threads.append(threading.current_thread())
        self.started.release()
        if number == 13:
            msg = "13 is not doubled"
            raise ValueError(msg)
        while not self.hold.wait(0.001):
            try:
                check_cancelled()
            except BaseException:
                self.cancelled.append(number)
                raise
        return self.factor * number

    def _square(self, number):
        return number * number

    def _show(self, value):
        self.double = value

    def _show_square(self, value):
        self.square = value

    def _follow(self):
        if self.answers is not None:
            self.busy = self.answers.pending("double")
            self._fail(self.answers.failure())

    @t.observe("number")
    def _ask(self, _change):
        if self.answers is not None:
            self.answers.ask()

    def close(self):
        if self.answers is not None:
            self.answers.close()
        super().close()


def settled(widget):
    assert widget.answers.wait(PATIENCE)
    assert widget.double == widget.factor * widget.number
    assert widget.square == widget.double**2
    assert not widget.busy
    while widget.started.acquire(blocking=False):
        pass
    return agrees(widget)


def test_python_has_its_result_on_the_next_line_and_the_rest_follows():
    widget = Doubler()
    assert settled(widget)
    widget.threads.clear()
    widget.number = 4
    assert widget.double == 8
    assert widget.threads == [threading.current_thread()]
    assert settled(widget)


def test_a_page_never_waits_and_its_last_question_counts():
    widget = Doubler()
    assert settled(widget)
    widget.threads.clear()
    widget.hold.clear()
    for number in (5, 6, 7):
        page_of(widget).tell(number=number)  # returns although nothing can be answered yet
        assert widget.busy
        assert widget.started.acquire(timeout=PATIENCE)
    widget.hold.set()
    assert settled(widget)
    assert widget.cancelled == [5, 6]
    assert threading.current_thread() not in widget.threads
    assert len(set(widget.threads)) == 1


def test_python_does_not_wait_for_a_question_of_the_page():
    widget = Doubler()
    assert settled(widget)
    widget.hold.clear()
    page_of(widget).tell(number=5)
    assert widget.started.acquire(timeout=PATIENCE)
    widget.hold.set()
    widget.number = 6
    assert widget.double == 12
    assert settled(widget)


def test_a_result_from_the_background_does_not_replace_that_for_python():
    """A quick answer may come too late to be cancelled, and yet before the one waited for."""
    begun, released, threads = threading.Event(), threading.Event(), []

    class Hasty(Doubler):
        def __init__(self):
            super().__init__()
            doubled = Task("double", lambda: self.number, self._quick, self._show, at_once=exact)
            self.answers = TaskQueue(self, [doubled], self._follow, lambda: None)

        def _quick(self, number):
            threads.append(threading.current_thread())
            begun.set()
            assert released.wait(PATIENCE)
            return -number

    def exact(number):
        released.set()
        threads[0].join(PATIENCE)
        return 2 * number

    widget = Hasty()
    page_of(widget).tell(number=7)
    assert begun.wait(PATIENCE)
    with widget_lock:
        widget.answers.ask()
    assert widget.double == 14
    assert not threads[0].is_alive()
    assert widget.answers.wait(PATIENCE)
    assert (widget.double, len(threads)) == (14, 1)


def test_an_undone_edit_is_not_computed_again():
    widget = Doubler()
    assert settled(widget)
    widget.hold.clear()
    page = page_of(widget)
    page.tell(number=5)
    page.tell(number=1)
    assert not widget.busy
    widget.hold.set()
    assert settled(widget)


def test_a_failure_is_shown_once_and_the_earlier_result_is_kept():
    widget = Doubler()
    page_of(widget).tell(number=13)
    assert widget.answers.wait(PATIENCE)
    assert (widget.error, widget.double, widget.busy) == ("13 is not doubled", 2, False)
    widget.number = 2
    assert widget.error == ""
    assert settled(widget)


def test_an_interrupt_ends_the_computation_and_is_raised():
    widget = Doubler()
    assert settled(widget)
    stop = [KeyboardInterrupt]
    compute = widget._double

    def interrupted(number):
        if stop:
            raise stop.pop()
        return compute(number)

    widget.answers = TaskQueue(
        widget,
        [Task("double", lambda: widget.number, interrupted, widget._show, at_once=interrupted)],
        widget._follow,
        lambda: None,
    )
    with pytest.raises(KeyboardInterrupt):
        widget.number = 9
    assert widget.answers.wait(PATIENCE)
    assert (widget.double, widget.busy) == (2, False)
    assert "interrupted" in widget.error
    widget.number = 10
    assert widget.double == 20


@pytest.mark.parametrize("by_page", [False, True])
def test_a_question_that_cannot_be_made_ends_no_wait(by_page):
    widget = Doubler()
    assert settled(widget)

    def question():
        return {14: [], 16: [16]}[widget.double][0]

    tasks = [
        Task("double", lambda: widget.number, widget._double, widget._show, at_once=widget._double),
        Task("square", question, widget._square, widget._show_square),
    ]
    widget.answers = TaskQueue(widget, tasks, widget._follow, lambda: None)
    if by_page:
        page_of(widget).tell(number=7)
    else:
        widget.number = 7
    assert widget.answers.wait(PATIENCE)
    assert widget.double == 14
    assert widget.error == "list index out of range"
    widget.number = 8
    assert widget.answers.wait(PATIENCE)
    assert (widget.double, widget.square, widget.error) == (16, 256, "")


def test_a_thread_that_ends_by_itself_lets_nobody_wait():
    widget = Doubler()
    assert settled(widget)

    def leave(double):
        if double == 10:
            raise GeneratorExit
        return double**2

    tasks = [
        Task("double", lambda: widget.number, widget._double, widget._show, at_once=widget._double),
        Task("square", lambda: widget.double, leave, widget._show_square),
    ]
    widget.answers = TaskQueue(widget, tasks, widget._follow, lambda: None)
    page_of(widget).tell(number=5)
    assert widget.answers.wait(PATIENCE)
    assert "interrupted" in widget.error
    widget.number = 6
    assert settled(widget)


@pytest.mark.parametrize("by_page", [False, True])
def test_results_are_computed_again_after_their_basis_has_changed(by_page):
    widget = Doubler()
    assert settled(widget)
    widget.hold.clear()
    page_of(widget).tell(number=5)
    assert widget.started.acquire(timeout=PATIENCE)
    widget.factor = 3
    assert widget.cancelled == []  # no question since
    widget.hold.set()
    if by_page:
        page_of(widget).tell(number=6)
    else:
        widget.number = 6
    assert settled(widget)
    assert (widget.double, widget.square) == (18, 324)
    widget.factor = 4
    with widget_lock:
        widget.answers.ask()  # the same question
    assert settled(widget)
    assert widget.double == 24


@pytest.mark.parametrize("by_page", [False, True])
def test_a_failing_observer_loses_no_result(by_page, caplog):
    widget = Doubler()
    assert settled(widget)

    def fail(_change):
        raise ZeroDivisionError

    widget.observe(fail, "double")
    if by_page:
        page_of(widget).tell(number=5)
    else:
        with pytest.raises(ZeroDivisionError):
            widget.number = 5
    assert settled(widget)
    assert bool(caplog.records) == by_page


def test_a_closed_widget_stops_its_work():
    widget = Doubler()
    assert settled(widget)
    widget.hold.clear()
    page_of(widget).tell(number=5)
    assert widget.started.acquire(timeout=PATIENCE)
    widget.close()
    assert widget.answers.wait(PATIENCE)
    assert widget.cancelled == [5]
    assert joined(widget.threads[-1])
    assert widget.double == 2


def test_waiting_in_an_observer_is_refused():
    widget = Doubler()
    refusals = []

    def wait(_change):
        with pytest.raises(RuntimeError, match="outside"):
            widget.answers.wait()
        refusals.append(1)

    widget.observe(wait, "double")
    widget.number = 5
    assert refusals == [1]


def test_wait_returns_whether_everything_is_done():
    widget = Doubler()
    widget.hold.clear()
    page_of(widget).tell(number=5)
    assert not widget.answers.wait(0.01)
    widget.hold.set()
    assert settled(widget)


@pytest.fixture
def switching():
    """Switch threads as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switching")
def test_nothing_is_lost_between_page_python_and_observers():
    source, follower = Doubler(), Doubler()
    heard = []
    source.observe(lambda change: setattr(follower, "number", change.new), "double")
    follower.observe(lambda change: heard.append(change.new), "double")

    def edit(widget, numbers):
        for number in numbers:
            widget.number = number

    def click(widget, numbers):
        for number in numbers:
            page_of(widget).tell(number=number)

    many = 300
    threads = [
        in_thread(lambda: edit(source, range(10_000, 10_000 + many))),
        in_thread(lambda: click(source, range(20_000, 20_000 + many))),
        in_thread(lambda: edit(follower, range(30_000, 30_000 + many))),
        in_thread(lambda: click(follower, range(40_000, 40_000 + many))),
    ]
    assert joined(*threads)
    assert settled(source)
    assert settled(follower)
    assert all(number % 2 == 0 for number in heard)
    source.number = 1
    assert settled(follower)
    assert (source.double, follower.number, follower.double) == (2, 2, 4)


SCRIPT = """
import bert_widgets as bw
from tests.models import tiny_classifier
bw.TokenHighlights(tiny_classifier("bert"), "The film was not bad and the story was good")
print("end", flush=True)
"""


@pytest.mark.process
def test_a_script_can_end_during_a_computation():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
