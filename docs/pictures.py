"""Make the pictures of the widgets: ``python docs/pictures.py`` (with Playwright and Chromium).

Most widgets are saved as a page, opened in light and dark, and photographed. The pictures of a
notebook and of `TokenHighlights`, which answers what-if questions only with a kernel, are taken in
JupyterLab, which the module of the browser tests starts.
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

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.lab import Notebook, saved_notebook, serving, shut_kernels_down

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).parent / "images"
TEXT = "The plot is thin, but the acting is not bad at all."
CELLS = (
    """\
import bert_widgets as bw

train, valid = bw.TextData.from_(bw.demo.sentences(1200)).split()
clf = bw.demo.classifier()
trainer = bw.Trainer(clf, train, valid, epochs=5, batch_tokens=512, evaluate_every=12)
bw.TrainingPanel(trainer.start())""",
    f"""\
highlights = bw.TokenHighlights(clf, "{TEXT}")
highlights""",
)
HINTS_READ = """
localStorage.setItem("bert_widgets.hints_read", '["token_highlights", "attention_matrix"]')
"""
PROBES = ["Not a dull film at all.", "I wanted to love it and could not.", TEXT]


def panel() -> bw.TrainingPanel:
    """Train the embedded model for a few epochs on its reviews."""
    train, valid = bw.TextData.from_(bw.demo.reviews()).split()
    clf = bw.demo.classifier()
    trainer = bw.Trainer(clf, train, valid, epochs=4, learning_rate=1e-4, probes=PROBES)
    run = trainer.start()
    run.wait()
    return bw.TrainingPanel(run)


def attention_widgets() -> dict[str, bw.AttentionMatrix]:
    """Return the widget of each picture that needs no training."""
    clf = bw.demo.classifier()
    attention = bw.AttentionMatrix(clf, TEXT, target="positive")
    attention.view, attention.order, attention.colour = "mosaic", "effect", "effect"
    attention.layer, attention.head = 2, 3
    corpus = bw.Corpus(clf, bw.demo.sentences(300)["text"].tolist())
    similar = bw.AttentionMatrix(clf, TEXT, corpus=corpus)
    similar.view, similar.layer = "similar", 3
    similar.token = similar.token_texts.index("bad")
    return {"attention": attention, "similar": similar}


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


def photograph_notebook(page: Page, notebook: Notebook, scheme: str) -> None:
    """Save a notebook in the middle of a training, with a sentence explained below it."""
    notebook.run_all()
    notebook.do("highlights.selected = highlights.words.index('not')")
    progress = "trainer.run.progress"
    notebook.comes_true(f"highlights.badge and {progress}.step > {progress}.total_steps / 2")
    page.wait_for_timeout(500)  # for transitions
    page.screenshot(path=IMAGES / f"notebook-{scheme}.png")
    if notebook.value("trainer.run.state") != "running":
        message = "The training ended before the picture was taken; train for more epochs."
        raise RuntimeError(message)


def photograph_highlights(page: Page, notebook: Notebook, scheme: str) -> None:
    """Save `TokenHighlights` with a what-if question and its evidence."""
    notebook.run_all()
    notebook.comes_true("highlights.badge")
    notebook.do(
        "highlights.selected = highlights.words.index('not')\n"
        "highlights.edit = {'word': highlights.selected, 'action': 'delete'}"
    )
    widget = page.get_by_role("region", name="Token highlights")
    widget.get_by_role("tab", name="Evidence").click()
    notebook.comes_true("highlights.edited and len(highlights.deletion)")
    page.wait_for_timeout(500)  # for transitions
    widget.screenshot(path=IMAGES / f"highlights-{scheme}.png")


def in_jupyterlab(browser: Browser, folder: Path, wanted: list[str]) -> None:
    """Save the pictures that need a kernel."""
    work = folder / "work"
    work.mkdir()
    saved_notebook(work / "quickstart.ipynb", *CELLS)
    classifier = CELLS[0].replace("bw.TrainingPanel(trainer.start())", "").rstrip()
    saved_notebook(work / "highlights.ipynb", classifier, CELLS[1])
    takers = {"notebook": photograph_notebook, "highlights": photograph_highlights}
    names = {"notebook": "quickstart.ipynb", "highlights": "highlights.ipynb"}
    with serving(folder / "jupyter", work) as address:
        for name, photographed in takers.items():
            if wanted and name not in wanted:
                continue
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    device_scale_factor=1.5, viewport={"width": 1180, "height": 1350}
                )
                page.add_init_script(HINTS_READ)
                notebook = Notebook(page, address, names[name])
                notebook.wear(scheme.title())
                notebook.command("application:set-mode", mode="single-document")
                if page.locator("#jp-left-stack").is_visible():
                    notebook.command("application:toggle-left-area")
                photographed(page, notebook, scheme)
                page.close()
                shut_kernels_down(address)


def main() -> None:
    """Make all pictures, or those named on the command line."""
    wanted = sys.argv[1:]
    trained = {"probes": "Probes", "data-map": "Data map"}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        program = os.environ.get("BERT_WIDGETS_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = Path(folder) / "page.html"
        for name, widget in attention_widgets().items():
            if not wanted or name in wanted:
                widget.wait()
                widget.to_html(page)
                photograph(browser, page, name)
        if not wanted or trained.keys() & set(wanted):
            panel().to_html(page)
            for name, tab in trained.items():
                photograph(browser, page, name, tab)
        if not wanted or {"notebook", "highlights"} & set(wanted):
            in_jupyterlab(browser, Path(folder), wanted)
        browser.close()


if __name__ == "__main__":
    main()
