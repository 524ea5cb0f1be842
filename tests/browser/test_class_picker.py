"""A class among many is found by typing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SETUP = """
import bert_widgets as bw
from bert_widgets.testing.models import tiny_bert
names = [f"intent_{i}" for i in range(76)] + ["a_very_long_name_" * 6 + "<b>bold</b>"]
clf = tiny_bert(labels=tuple(names))
text = "the film is not so bad"
"""
WIDGETS = (
    "highlights = bw.TokenHighlights(clf, text)\nhighlights",
    "matrix = bw.AttentionMatrix(clf, text, layer=0, head=0)\nmatrix",
)
PICKERS = {"Class to explain": "highlights", "Target class of effects": "matrix"}


@pytest.mark.parametrize("name", PICKERS)
def test_a_class_among_many_is_found_by_typing(open_notebook, page, artefact, name):
    notebook = open_notebook(SETUP, WIDGETS[list(PICKERS).index(name)])
    notebook.run_all()
    widget = PICKERS[name]
    cells = page.locator(".jp-Cell").count()
    picker = page.get_by_role("combobox", name=name)
    found = page.get_by_role("listbox", name=name)
    options = found.get_by_role("option")
    picker.click()
    expect(picker).to_have_attribute("aria-expanded", "true")
    page.screenshot(path=artefact("open"), animations="disabled")
    page.keyboard.type("ddxINTENT_7")  # keys with which a notebook deletes a cell
    expect(options).to_have_count(0)
    picker.fill("INTENT_7")
    expect(options).to_have_count(7)
    page.keyboard.press("Escape")
    expect(picker).to_have_attribute("aria-expanded", "false")
    expect(picker).to_be_focused()
    assert page.locator(".jp-Cell").count() == cells

    page.keyboard.type("intent_7")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    notebook.becomes(f"{widget}.chosen_target", "intent_70")
    expect(picker).to_have_value("intent_70")

    notebook.wear("Dark")
    page.set_viewport_size({"width": 400, "height": 700})
    picker.fill("bold")
    expect(options).to_have_count(1)
    box = found.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 400
    page.screenshot(path=artefact("dark-narrow"), animations="disabled")
    options.first.click()
    notebook.becomes(f"{widget}.chosen_target.endswith('<b>bold</b>')", expected=True)
