"""The widgets in Jupyter Notebook 7, which looks at keys before a widget does."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_attention import SETUP, matrix_of, show, walk_to
from tests.browser.test_training_panel import ENDLESS, PANEL, panel_of, press, status
from tests.browser.test_training_panel import SETUP as TRAINING

pytestmark = pytest.mark.browser

MATRIX = "matrix = bw.AttentionMatrix(clf, text)\nmatrix"


def test_panel_rules_the_run(open_notebook, page, artefact):
    notebook = open_notebook(TRAINING, ENDLESS, PANEL, under="notebooks")
    notebook.run_all()
    panel = panel_of(page)
    for name, phase in (("Start", "Training"), ("Pause", "Paused"), ("Resume", "Training")):
        press(panel, name)
        expect(status(panel)).to_have_text(phase)
    page.screenshot(path=artefact("training"), animations="disabled")
    notebook.do("panel.run.stop()")


def test_keys_work_a_widget_and_are_no_shortcuts(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, MATRIX, under="notebooks")
    notebook.run_all()
    matrix = matrix_of(page)
    show(matrix, "All heads")
    cells = page.locator(".jp-CodeCell")
    for key in "rddm":  # a cell becomes raw, is deleted, becomes text
        page.keyboard.press(key)
    expect(matrix.get_by_role("radio", name="All heads")).to_be_focused()

    walk_to(matrix, 2, 3)
    page.keyboard.press("Enter")
    notebook.becomes("[matrix.layer, matrix.head, matrix.view]", [2, 3, "matrix"])
    page.screenshot(path=artefact("head"), animations="disabled")
    expect(cells).to_have_count(2)
    page.keyboard.press("Shift+Enter")
    expect(cells).to_have_count(3)
