"""A page that loses its connection, or cannot answer, is up to date afterwards; nothing is lost."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import expect

from tests.browser.lab import PATIENCE, Notebook, ask, saved_notebook, until
from tests.browser.proxy import Proxy
from tests.browser.test_training_panel import SETUP, button, panel_of, press, progress, status

pytestmark = pytest.mark.browser

ENDLESS = """
trainer = bw.Trainer(clf, train, valid, epochs=5000, batch_tokens=256, evaluate_every=50)
panel = bw.TrainingPanel(trainer.start())
panel"""
COUNTED = """
from bert_widgets.widgets.training_panel import publisher
sent = []
panel._send = lambda *parts, **named: (sent.append(1), type(panel)._send(panel, *parts, **named))
publisher._SHARE = {share}
"""
# Nothing else runs in the page meanwhile, as while another widget computes.
BUSY = "(seconds) => { const end = Date.now() + 1000 * seconds; while (Date.now() < end); }"


@pytest.fixture
def training(browser, clean_server, work):
    """Open a notebook that trains in a page behind a proxy, which may report errors."""
    saved_notebook(work / "lost.ipynb", SETUP, ENDLESS)
    proxy = Proxy(clean_server)
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    # JupyterLab says that it has no connection.
    close = page.locator(".jp-Dialog-footer button").last
    page.add_locator_handler(close, lambda button: button.click(), no_wait_after=True)
    notebook = Notebook(page, proxy.url, "lost.ipynb")
    notebook.run_all()
    expect(status(panel_of(page))).to_have_text("Training")
    notebook.comes_true("trainer.progress.step > 5")
    yield notebook, proxy
    page.context.close()
    proxy.close()


def step_on(page):
    return int(progress(panel_of(page)).get_attribute("aria-valuenow"))


def connections(url):
    return [kernel["connections"] for kernel in ask(url, "kernels")]


def test_after_a_cut_connection_the_page_goes_on(training, clean_server, long, tried, artefact):
    """Connections of a page cut for up to a minute: the run went on, and so did its panel."""
    notebook, proxy = training
    page, panel = notebook.page, panel_of(notebook.page)
    for number, seconds in enumerate((5, 20, 60) if long else (2,)):
        step = notebook.value("trainer.progress.step")
        proxy.cut()
        until(lambda: connections(clean_server) == [0])
        press(panel, "Pause" if number % 2 == 0 else "Resume")  # it is told later
        page.wait_for_timeout(1000 * seconds)
        page.screenshot(path=artefact(f"cut-{seconds}"), animations="disabled")
        proxy.restore()
        expect(status(panel)).to_have_text("Paused" if number % 2 == 0 else "Training")
        notebook.becomes("panel.run.state", "paused" if number % 2 == 0 else "running")
        assert notebook.value("trainer.progress.step") > step, "it trained meanwhile"
        tried()
    until(lambda: step_on(page) == notebook.value("trainer.progress.step"))
    steps = notebook.value("trainer.history.columns('step')['step'].tolist()")
    assert steps == list(range(1, len(steps) + 1))
    expect(button(panel, "Stop")).to_be_visible()


@pytest.mark.parametrize("how", ["busy", "frozen"])
def test_what_a_page_has_not_read_is_bounded(how, training, long, tried, artefact):
    """Pages that could not draw for up to a minute: sent ever less, and up to date at once."""
    notebook, _ = training
    page = notebook.page
    share, seconds = (0.02, 60) if long else (0.5, 4)
    notebook.do(COUNTED.format(share=share))
    with paused(page, how) as pause:
        pause(seconds)
    sent, step = notebook.value("[len(sent), trainer.progress.step]")
    assert 1 <= sent < (220 if long else 25), "ten a second would be more"
    until(lambda: step_on(page) >= step, patience=30)
    page.screenshot(path=artefact("afterwards"), animations="disabled")
    tried()


@contextlib.contextmanager
def paused(page, how):
    if how == "busy":
        yield lambda seconds: page.evaluate(BUSY, seconds)
        return
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    yield lambda seconds: page.wait_for_timeout(1000 * seconds)
    session.send("Page.setWebLifecycleState", {"state": "active"})
