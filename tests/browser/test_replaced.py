"""A cell that is run again and again leaves nothing behind, in the kernel or in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_text_widgets import MATRIX, SETUP, drawing, matrix_of
from tests.faults.record import record

pytestmark = pytest.mark.browser

OPEN = "len(__import__('bert_widgets')._common._compat.open_widgets())"
WARM_UP = 8


def heap(page):
    """Return the megabytes of the page's objects after a garbage collection."""
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    size = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return size


def received(page):
    """Return a list that fills with the sizes in bytes of the messages that reach the page."""
    sizes = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda payload: sizes.append(len(payload))),
    )
    return sizes


def test_a_cell_can_be_run_many_times(open_notebook, page, artefact, request):
    long = request.config.getoption("long")
    sizes = received(page)
    notebook = open_notebook(SETUP, MATRIX)
    notebook.run_all()

    def run(times):
        for _ in range(times):
            notebook.run_last_cell()
            expect(matrix_of(page)).to_have_count(1)
        assert drawing(matrix_of(page))
        return notebook.value(OPEN), heap(page)

    widgets, megabytes = run(WARM_UP)
    sizes.clear()
    times = 200 if long else 30
    widgets_after, megabytes_after = run(times)
    assert widgets_after == widgets
    grown = (megabytes_after - megabytes) / times
    assert grown < 0.05, f"{grown} MB each time; it was 0.53 when all were kept"
    if long:
        result = (
            f"no widget left in the kernel; the page's objects {megabytes:.1f} MB before and "
            f"{megabytes_after:.1f} MB after; {len(sizes) / times:.0f} messages with "
            f"{sum(sizes) / times / 1e6:.2f} MB each time"
        )
        what = "A cell that displays an `AttentionMatrix`, run again in JupyterLab"
        record("a cell run again and again", what, {result: times})

    notebook.do("old = matrix")
    notebook.run_last_cell()
    notebook.becomes("old.comm is None", expected=True)
    page.screenshot(path=artefact("after"), animations="disabled")
