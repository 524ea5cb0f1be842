"""Make the pictures of the widgets: ``python docs/pictures.py`` (with Playwright and Chromium).

Each widget is saved as a page, opened in light and dark, and photographed. The picture of a whole
notebook (``notebook-*.png``) is taken by hand.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

import bert_widgets as bw

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).parent / "images"
TEXT = "The plot is thin, but the acting is not bad at all."
PROBES = ["Not a dull film at all.", "I wanted to love it and could not.", TEXT]


def panel() -> bw.TrainingPanel:
    """Train the embedded model for a few epochs on its reviews."""
    train, valid = bw.TextData.from_(bw.demo.reviews()).split()
    clf = bw.demo.classifier()
    trainer = bw.Trainer(clf, train, valid, epochs=4, learning_rate=1e-4, probes=PROBES)
    run = trainer.start()
    run.wait()
    return bw.TrainingPanel(run)


def text_widgets() -> dict[str, bw.TokenHighlights | bw.AttentionMatrix]:
    """Return the widget of each picture that needs no training."""
    clf = bw.demo.classifier()
    highlights = bw.TokenHighlights(clf, TEXT)
    highlights.evidence()
    highlights.selected = highlights.words.index("not")
    highlights.edit = {"word": highlights.selected, "action": "delete"}
    attention = bw.AttentionMatrix(clf, TEXT, target="positive")
    attention.view, attention.order, attention.colour = "mosaic", "effect", "effect"
    attention.layer, attention.head = 2, 3
    corpus = bw.Corpus(clf, bw.demo.sentences(300)["text"].tolist())
    similar = bw.AttentionMatrix(clf, TEXT, corpus=corpus)
    similar.view, similar.layer = "similar", 3
    similar.token = similar.token_texts.index("bad")
    return {"highlights": highlights, "attention": attention, "similar": similar}


def photograph(browser: Browser, file: Path, name: str, view: str = "") -> None:
    """Save the first widget of a page in light and dark, with one of its tabs open."""
    for scheme in ("light", "dark"):
        page = browser.new_page(
            color_scheme=scheme,
            device_scale_factor=1.5,
            viewport={"width": 1060, "height": 1000},
        )
        page.goto(file.as_uri())
        if view:
            page.get_by_role("tab", name=view).click()
        widget = page.locator(".widget").first
        widget.wait_for()
        page.wait_for_timeout(500)  # for transitions
        widget.screenshot(path=IMAGES / f"{name}-{scheme}.png")
        page.close()


def main() -> None:
    """Make all pictures, or those named on the command line."""
    wanted = sys.argv[1:]
    trained = {"probes": "Probes", "data-map": "Data map"}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        program = os.environ.get("BERT_WIDGETS_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = Path(folder) / "page.html"
        for name, widget in text_widgets().items():
            if not wanted or name in wanted:
                widget.wait()
                widget.to_html(page)
                photograph(browser, page, name)
        if not wanted or trained.keys() & set(wanted):
            panel().to_html(page)
            for name, tab in trained.items():
                photograph(browser, page, name, tab)
        browser.close()


if __name__ == "__main__":
    main()
