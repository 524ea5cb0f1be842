"""A cell that is run again and again leaves nothing behind, in the kernel or in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_text_widgets import MATRIX, SETUP, drawing, matrix_of

pytestmark = pytest.mark.browser

OPEN = "len(__import__('bert_widgets')._common._compat.open_widgets())"
WARM_UP, TIMES = 8, 30


def heap(page):
    """Return the megabytes of the page's objects after a garbage collection."""
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    size = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return size


def test_a_cell_can_be_run_many_times(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, MATRIX)
    notebook.run_all()

    def run(times):
        for _ in range(times):
            notebook.run_last_cell()
            expect(matrix_of(page)).to_have_count(1)
        assert drawing(matrix_of(page))
        return notebook.value(OPEN), heap(page)

    widgets, megabytes = run(WARM_UP)
    widgets_after, megabytes_after = run(TIMES)
    assert widgets_after == widgets
    grown = (megabytes_after - megabytes) / TIMES
    assert grown < 0.05, f"{grown} MB each time; it was 0.53 when all were kept"

    notebook.do("old = matrix")
    notebook.run_last_cell()
    notebook.becomes("old.comm is None", expected=True)
    page.screenshot(path=artefact("after"), animations="disabled")
