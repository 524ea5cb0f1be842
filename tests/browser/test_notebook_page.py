"""A saved notebook as one page: its widgets are alive, in both themes, and nothing is requested."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import pytest
from IPython.display import HTML
from playwright.sync_api import expect

import bert_widgets as bw
from bert_widgets.cli import main
from tests.browser.test_saved_page import TEXT, trained
from tests.widgets.saved import notebook_of, state_of

pytestmark = pytest.mark.browser


@pytest.fixture
def troubles_of_host():
    return ("violates the following Content Security Policy", "bert_widgets: The saved state")


@pytest.fixture
def asked():
    """Serve on this machine; yield the address and the list of what was requested."""
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page_of(page, tmp_path):
    """Write a notebook, turn it into a page by the command, and open that."""

    def opened(notebook):
        nbformat.write(notebook, tmp_path / "saved.ipynb")
        assert main(["html", str(tmp_path / "saved.ipynb")]) == 0
        page.goto((tmp_path / "saved.html").as_uri())
        return page

    return opened


def test_widgets_of_a_saved_notebook_can_be_used_without_a_network(asked, page_of, artefact):
    address, paths = asked
    clf = bw.demo.classifier()
    highlights = bw.TokenHighlights(clf, TEXT)
    shown = [highlights, bw.AttentionMatrix(clf, TEXT), bw.TrainingPanel(trained(clf))]
    notebook = notebook_of(*shown, HTML(f'<img src="{address}/output.png" alt="Output">'))
    far = f"# Saved\n\n![Far]({address}/far.png)\n\n<script src='{address}/far.js'></script>"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(far))
    page = page_of(notebook)

    not_ = highlights.words.index("not")
    page.locator(f'[data-word="{not_}"]').first.click()
    region = page.get_by_role("region", name="Token highlights")
    expect(region.locator(".bw-detail")).to_contain_text(f"{highlights.scores[not_]:.2f}"[-4:])
    expect(page.get_by_role("region", name="Attention matrix")).to_contain_text("Strongest of all")
    training = page.get_by_role("region", name="Training panel")
    training.get_by_role("tab", name="Classes").click()
    expect(training.get_by_role("tab", name="Classes")).to_have_attribute("aria-selected", "true")

    page_color = "getComputedStyle(document.body).backgroundColor"
    for scheme, color in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 17, 17)")):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(page_color) == color
        expect(region).to_have_css("color-scheme", scheme)
        page.screenshot(path=artefact(scheme), full_page=True, animations="disabled")
    assert paths == []


def test_a_state_that_makes_no_sense_is_called_damaged_and_others_are_shown(page_of):
    clf = bw.demo.classifier()
    broken, whole = bw.TokenHighlights(clf, TEXT), bw.AttentionMatrix(clf, TEXT)
    notebook = notebook_of(broken, whole)
    state = state_of(notebook, broken)["state"]
    state["words"] = ["<img src=x onerror=document.title='run'>"]
    page = page_of(notebook)
    expect(page.get_by_role("alert").first).to_contain_text("saved state of this widget is damaged")
    expect(page.get_by_role("region", name="Attention matrix")).to_contain_text("Strongest of all")
    assert page.title() == "saved"
