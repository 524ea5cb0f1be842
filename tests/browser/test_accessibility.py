"""Saved pages for those who zoom in, who want nothing to move, and who use a keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import bert_widgets as bw
from bert_widgets.testing.models import tiny_bert
from bert_widgets.widgets import write_page

pytestmark = pytest.mark.browser

TEXT = "The film is not so bad, but the story is rather boring and the acting was unwatchable"
WIDGETS = ("Token highlights", "Attention matrix", "Training panel")
MOVING = """(element) => {
    const lasts = (durations) => durations.split(",").some((one) => parseFloat(one) > 0);
    return [element, ...element.querySelectorAll("*")].filter((one) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(one);
        return (animationName !== "none" && lasts(animationDuration)) || lasts(transitionDuration);
    }).length;
}"""
# Beyond the edge of the widget, and neither in a part that scrolls nor shortened by an ellipsis.
CUT_OFF = """(widget) => [...widget.querySelectorAll("*")].filter((one) => {
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    for (let outer = one; outer !== widget; outer = outer.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(outer);
        if (/auto|scroll/.test(overflowX) || textOverflow === "ellipsis") return false;
    }
    return one.getBoundingClientRect().right > widget.getBoundingClientRect().right;
}).map((one) => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A page with all widgets, 77 classes with long names, and two runs with long names."""
    labels = tuple(f"a_rather_long_name_of_an_intent_number_{i}" for i in range(77))
    clf = tiny_bert(labels=labels)
    rows = [(TEXT, label) for label in labels[::7]]
    runs = [
        bw.Trainer(clf, rows, rows, epochs=2, name=f"a run whose name is long enough {i} " * 2)
        .start()
        .wait(progress=False)
        for i in range(2)
    ]
    widgets = [
        bw.TokenHighlights(clf, TEXT, method="input_x_gradient"),
        bw.AttentionMatrix(clf, TEXT, layer=0, head=0),
        bw.TrainingPanel(runs),
    ]
    path = tmp_path_factory.mktemp("saved") / "page.html"
    write_page(path, widgets, title="Saved")
    return path.as_uri()


@pytest.mark.parametrize(("width", "height"), [(640, 500), (320, 500)], ids=["200 %", "320 px"])
def test_nothing_is_cut_off_in_a_narrow_or_enlarged_page(saved, page, artefact, width, height):
    """A window of 1280 by 1000 at 200 %; WCAG's reflow asks for 320 px."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto(saved)
    for name in WIDGETS:
        widget = page.get_by_role("region", name=name)
        tabs = widget.get_by_role("tab").or_(widget.get_by_role("radio"))
        for number in range(tabs.count()):
            tab = tabs.nth(number)
            if tab.is_visible() and tab.is_enabled():
                tab.click()
                assert widget.evaluate(CUT_OFF) == [], (name, tab.inner_text())
        assert widget.evaluate(CUT_OFF) == [], name
    page.screenshot(path=artefact("page"), full_page=True, animations="disabled")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_moves_for_who_asks_for_that(saved, page):
    page.goto(saved)
    expect(page.get_by_role("region", name="Training panel")).to_be_visible()
    assert page.evaluate_handle("document.body").evaluate(MOVING) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate_handle("document.body").evaluate(MOVING) == 0


@pytest.mark.parametrize("name", WIDGETS)
def test_the_list_of_keys_gives_the_focus_back(saved, page, name):
    page.goto(saved)
    widget = page.get_by_role("region", name=name)
    keys = page.get_by_role("dialog", name=f"Keys of {name}")
    for before in (
        widget.get_by_role("tab").or_(widget.get_by_role("radio")).first,
        widget.get_by_role("button", name="Keys"),
    ):
        before.focus()
        page.keyboard.press("?")
        expect(keys).to_be_visible()
        page.keyboard.press("Escape")
        expect(keys).to_be_hidden()
        expect(before).to_be_focused()
