"""A page that draws a training and word scores all the time does not grow."""

from __future__ import annotations

import pytest

from tests.browser.test_training_panel import ENDLESS, SETUP, panel_of, status

pytestmark = pytest.mark.browser

MOST_GROWTH = 1.05
SHOWN = """
import threading, time
from IPython.display import display
panel = bw.TrainingPanel(trainer.start())
edited = bw.TokenHighlights(bw.demo.classifier(device="cpu"), "good", method="input_x_gradient")
display(panel, edited)
drawn, ended = [0], threading.Event()

def edit():
    while not ended.wait(0.05):
        drawn[0] += 1
        edited.text = f"The film number {drawn[0]} was not so good"

threading.Thread(target=edit, daemon=True).start()"""


def test_a_page_that_draws_all_the_time_takes_no_memory(open_notebook, page, long, tried, artefact):
    """Texts explained one after another in a page, beside a training: its memory within 5 %."""
    notebook = open_notebook(SETUP, ENDLESS, SHOWN)
    notebook.run_all()
    notebook.comes_true("panel.state == 'running' and drawn[0] > 20")
    seconds = 15 * 60 if long else 10
    page.wait_for_timeout(1000 * seconds / 5)
    before, level = notebook.value("drawn[0]"), heap(page)
    page.wait_for_timeout(1000 * seconds * 4 / 5)
    notebook.do("ended.set()")
    after = notebook.value("drawn[0]")
    assert after > before
    assert status(panel_of(page)).text_content() == "Training"
    page.screenshot(path=artefact("afterwards"), animations="disabled")
    assert heap(page) < (MOST_GROWTH * level if long else level + 20 * 2**20)
    tried(after)
    notebook.do("panel.run.stop(); panel.run.wait()")


def heap(page):
    """Return the bytes that scripts of the page hold."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"]
