"""The first tutorial, run as a reader runs it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import ROOT

pytestmark = pytest.mark.browser

PATH = ROOT / "notebooks" / "01_quickstart.ipynb"
TALL = {"width": 1280, "height": 6200}


def test_saved_copy_can_be_read_before_anything_runs(open_notebook, page, artefact):
    open_notebook(path=PATH)
    rendered = page.locator(".jp-RenderedHTML").filter(has_text="bert_widgets:")
    page.set_viewport_size(TALL)
    expect(rendered).to_have_count(4)
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    page.screenshot(path=artefact("light"), animations="disabled")


def test_runs_from_top_to_bottom(open_notebook, page, artefact):
    notebook = open_notebook(path=PATH)
    page.set_viewport_size(TALL)
    notebook.run_all()

    assert notebook.value("run.state") == "finished"
    training = page.get_by_role("region", name="Training panel")
    expect(training).to_have_count(2)
    for panel in training.all():
        expect(panel.get_by_role("status")).to_have_text("Finished")
        steps = str(notebook.value("run.progress.total_steps"))
        expect(panel.get_by_role("progressbar")).to_have_attribute("aria-valuenow", steps)
    highlights = page.get_by_role("region", name="Token highlights")
    expect(highlights.locator("[data-word][aria-selected=true]")).to_have_text("not")
    readings = page.get_by_role("region", name="Attention matrix").locator(".bw-readings")
    expect(readings).to_contain_text("“not” looks most at")
    expect(page.get_by_role("alert")).to_have_count(0)
    errors = page.locator('[data-mime-type*="error"], [data-mime-type*="stderr"]')
    expect(errors).to_have_count(0)
    for theme in ("Dark", "Light"):
        notebook.wear(theme)
        page.screenshot(path=artefact(theme.lower()), animations="disabled")
