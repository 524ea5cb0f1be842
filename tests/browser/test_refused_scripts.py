"""A page whose Content-Security-Policy refuses the script of a widget says so, and what to do."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook, saved_notebook, serving, until

pytestmark = pytest.mark.browser

POLICY = "script-src 'self' 'unsafe-eval' 'unsafe-inline'"
PLACES = ".bw-place:empty, .jupyter-widgets-error-widget"
# What the style sheet writes there, once it has waited for a script that might still come.
SENTENCES = """(places) => places.map((place) => {
    const { content, fontSize } = getComputedStyle(place, "::after");
    return fontSize === "0px" ? "" : content;
})"""


@pytest.fixture
def troubles_of_host():
    return (
        "Content Security Policy",
        "dynamically imported module",
        "Could not create a view",
        "[anywidget] Failed to initialize model",
    )


def test_the_reason_and_the_remedy_are_shown(page, artefact, tmp_path):
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    text = "The acting is not bad."
    saved_notebook(
        work / "0.ipynb",
        "import bert_widgets as bw\nclf = bw.demo.classifier()",
        f"highlights = bw.TokenHighlights(clf, {text!r})\nhighlights",
        f"bw.AttentionMatrix(clf, {text!r})",
        "bw.TrainingPanel(bw.Trainer(clf, bw.demo.sentences(64)[['text', 'label']]))",
    )
    settings = json.dumps({"headers": {"Content-Security-Policy": POLICY}})
    with serving(home, work, f"--ServerApp.tornado_settings={settings}") as url:
        Notebook(page, url, "0.ipynb").run_all()
        places = page.locator(PLACES)
        expect(places).to_have_count(3)
        until(lambda: all(places.evaluate_all(SENTENCES)))
        for sentence in places.evaluate_all(SENTENCES):
            assert "lacks blob: in script-src" in sentence
            assert "widget.static()" in sentence
        page.screenshot(path=artefact("shown"), animations="disabled")
        page.goto("about:blank")
