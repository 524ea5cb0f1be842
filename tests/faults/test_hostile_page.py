"""A hostile page: messages to every widget while a run trains its model."""

from __future__ import annotations

import logging
import random
import time

import psutil
import pytest

from bert_widgets.widgets.shared.page_values import same_types
from bert_widgets.widgets.shared.text_widget import TextWidget
from tests.faults.everything import TEXT, WIDGETS, Examples, page_traits
from tests.widgets.pages import PATIENCE, comes_to_agree, page_of

DEEP: list[object] = []
for _ in range(970):
    DEEP = [DEEP]
NASTY = [
    "\ud800", "half \ud83d char", "\u200b", "\x00", "x" * 200_000, 10**400, -(2**63), 1e308, True,
    False, DEEP, [TEXT] * 2_000, {"a": {"b": ["\udfff"]}}, ["\ud800"], [True], [[True, False]],
    {"word": True, "action": "mask"}, {"epochs": True}, {"\ud800": 1}, b"bytes", [[]] * 500,
    {"__proto__": 1}, "<img src=x onerror=alert(1)>", "positive", "negative", [0, 1], 0, 1, None,
]  # fmt: skip


def json_value(draw, levels=3):  # noqa: PLR0911 - one for each kind
    """Draw a value of JSON."""
    kinds = ["none", "bool", "small", "whole", "float", "text", *["list", "dict"] * (levels > 0)]
    match draw.choice(kinds):
        case "none":
            return None
        case "bool":
            return draw.random() < 0.5
        case "small":
            return draw.randint(-3, 12)
        case "whole":
            return draw.randint(-(2**70), 2**70)
        case "float":
            return draw.choice([0.5, -1.5, 1e-4, float("nan"), float("inf"), draw.gauss(0, 1e6)])
        case "text":
            return "".join(chr(draw.randrange(0x11000)) for _ in range(draw.randrange(8)))
        case "list":
            return [json_value(draw, levels - 1) for _ in range(draw.randrange(4))]
        case _:
            count = draw.randrange(3)
            return {str(json_value(draw, 0)): json_value(draw, levels - 1) for _ in range(count)}


def hostile(draw):
    return draw.choice(NASTY) if draw.random() < 0.5 else json_value(draw)


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
    return comes_to_agree(widget, patience)


def message(draw, widget, traits):
    """Draw a message that fits the widget, or one that does not."""
    kind = draw.choice(["trait", "trait", "update", "custom", "other"])
    if kind == "trait":
        name = draw.choice(list(traits))
        value = draw.choice(traits[name]) if draw.random() < 0.5 else hostile(draw)
        return {"method": "update", "state": {name: value}, "buffer_paths": []}
    if kind == "update":
        names = [*traits, *widget.keys, "comm", "keys", "_trait_values", "nothing", ""]
        state = {draw.choice(names): hostile(draw) for _ in range(draw.randrange(4))}
        paths = draw.choice([[], [["text"]], hostile(draw)])
        whole = state if draw.random() < 0.8 else hostile(draw)
        return {"method": "update", "state": whole, "buffer_paths": paths}
    if kind == "custom":
        # A page may stop a run, but the others go on here.
        known = [command for command in widget.commands if "stop" not in command]
        command = draw.choice([*known, "", "comands", "\ud800", hostile(draw)])
        return {"method": "custom", "content": draw.choice([{"command": command}, hostile(draw)])}
    return draw.choice([{"method": "request_state"}, {"method": hostile(draw)}, {}, hostile(draw)])


def test_no_message_raises_or_ends_a_wait_or_the_training(widget, examples, long, tried):
    """Messages of any kind from a page: none raised or ended the training, every wait ended."""
    page = page_of(widget)
    traits, slowest = page_traits(widget), 0.0
    # Not Hypothesis: it fails where other threads import modules or draw random numbers.
    draw = random.Random(0)  # noqa: S311
    for _ in range(7_000 if long else 150):
        sent = message(draw, widget, traits)
        start = time.perf_counter()
        page.message(sent)
        slowest = max(slowest, time.perf_counter() - start)
        tried()
        assert isinstance(widget.error, str), sent
        assert len(widget.error) <= 300, sent
        if examples.run.state == "paused":
            examples.run.resume()
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
