"""A hostile page: messages to every widget while a run trains its model."""

from __future__ import annotations

import logging
import time

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bert_widgets.widgets.shared.page_values import same_types
from bert_widgets.widgets.shared.text_widget import TextWidget
from tests.faults.everything import TEXT, WIDGETS, Examples, page_traits
from tests.widgets.pages import PATIENCE, agrees, page_of

DEEP: list[object] = []
for _ in range(970):
    DEEP = [DEEP]
NASTY = [
    "\ud800", "half \ud83d char", "\u200b", "\x00", "x" * 200_000, 10**400, -(2**63), 1e308, True,
    False, DEEP, [TEXT] * 2_000, {"a": {"b": ["\udfff"]}}, ["\ud800"], [True], [[True, False]],
    {"word": True, "action": "mask"}, {"epochs": True}, {"\ud800": 1}, b"bytes", [[]] * 500,
    {"__proto__": 1}, "<img src=x onerror=alert(1)>", "positive", "negative", [0, 1], 0, 1, None,
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def examples():
    examples = Examples()
    yield examples
    examples.close()


@pytest.fixture(params=WIDGETS, ids=lambda widget: widget.__name__)
def widget(request, examples, pages, caplog):
    widget = examples.make(request.param)
    yield widget
    widget.close()
    raised = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert not raised
    assert examples.run.state == "running", examples.run.exception


def sound(widget, patience=PATIENCE):
    """Whether every wait ends, and the page knows what Python holds."""
    if isinstance(widget, TextWidget):
        assert widget.wait(patience)
    end = time.monotonic() + patience
    while not agrees(widget):  # the panel of a running training is always on the move
        assert time.monotonic() < end, "the page holds something else"
        time.sleep(0.001)
    return True


def messages(widget):
    """Messages that fit the widget, and many that do not."""
    traits = page_traits(widget)
    names = st.sampled_from([*traits, *widget.keys, "comm", "keys", "_trait_values", "nothing", ""])
    values = st.sampled_from(NASTY) | JSON
    fitting = st.sampled_from(list(traits)).flatmap(
        lambda name: st.fixed_dictionaries({name: st.sampled_from(traits[name]) | values})
    )
    state = fitting | st.dictionaries(names, values, max_size=3) | values
    update = st.fixed_dictionaries(
        {"method": st.just("update"), "state": state},
        optional={"buffer_paths": st.just([]) | st.just([["text"]]) | JSON},
    )
    # A page may stop a run, but the others go on here.
    known = [command for command in widget.commands if "stop" not in command]
    commands = st.sampled_from([*known, "", "comands", "\ud800"]) | values
    custom = st.fixed_dictionaries(
        {"method": st.just("custom")},
        optional={"content": st.fixed_dictionaries({"command": commands}) | values},
    )
    other = st.fixed_dictionaries({"method": st.just("request_state") | values}) | values
    return st.one_of(update, update, update, custom, other)


def test_no_message_raises_or_ends_a_wait_or_the_training(widget, examples, long, tried):
    """Messages of any kind from a page: none raised or ended the training, every wait ended."""
    page = page_of(widget)
    slowest = 0.0

    @settings(
        deadline=None,
        max_examples=7_000 if long else 150,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(messages(widget))
    def send(message):
        nonlocal slowest
        start = time.perf_counter()
        page.message(message)
        slowest = max(slowest, time.perf_counter() - start)
        tried()
        assert isinstance(widget.error, str)
        assert len(widget.error) <= 300
        if examples.run.state == "paused":
            examples.run.resume()

    send()
    assert sound(widget)
    assert slowest < 10, "the kernel was busy with one message"


def test_equal_values_of_another_type_are_refused(widget, tried):
    """True for 1 and 1 for True from a page, in every trait: refused, every wait ended."""
    page = page_of(widget)
    for name, values in page_traits(widget).items():
        for value in values:
            for forged in disguised(value):
                page.tell(**{name: value})
                page.tell(**{name: forged})
                tried()
                held = getattr(widget, name)
                assert held != value or same_types(held, value), name
    assert sound(widget)


def disguised(value):
    """A value with True for 1 and False for 0, and the other way round, where that changes it."""
    if isinstance(value, bool):
        return [int(value)]
    if isinstance(value, int | float) and value in (0, 1):
        return [bool(value)]
    if isinstance(value, list):
        return [
            [*value[:i], other, *value[i + 1 :]]
            for i, item in enumerate(value)
            for other in disguised(item)
        ]
    if isinstance(value, dict):
        return [value | {name: other} for name in value for other in disguised(value[name])]
    return []


def test_a_flood_is_answered_and_takes_no_memory(widget, long, tried):
    """Thousands of changes from a page at once: answered, within 100 MB."""
    page = page_of(widget)
    traits = page_traits(widget)
    before = psutil.Process().memory_info().rss
    rounds = 20 if long else 2
    for number in range(rounds):
        for name, values in traits.items():
            for value in values:
                page.tell(**{name: value})
                tried()
        if "text" in traits:
            for word in range(100):
                page.tell(text=f"The soup number {word} of {number}")
                tried()
    start = time.perf_counter()
    page.reload()
    assert time.perf_counter() - start < 10
    assert sound(widget)
    assert psutil.Process().memory_info().rss - before < 100 * 2**20


@pytest.mark.parametrize("megabytes", [1, 5])
def test_a_huge_value_is_refused_and_not_sent_back(widget, megabytes, tried):
    """Texts of 1 and 5 MB from a page, in every trait: refused at once, not sent back."""
    page = page_of(widget)
    huge = "long " * (megabytes * 200_000)
    for name in page_traits(widget):
        for value in (huge, [huge], {"word": huge}):
            sent = len(page.updates)
            start = time.perf_counter()
            page.tell(**{name: value})
            assert time.perf_counter() - start < 5
            tried()
            back = sum(len(str(update)) for update in page.updates[sent:])
            assert back < 500_000
            assert widget.error
    assert sound(widget)
