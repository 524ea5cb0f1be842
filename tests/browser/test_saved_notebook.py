"""A notebook that is opened again when its kernel is gone: with the widgets' state, and without."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from bert_widgets.cli import main
from tests.browser.lab import shut_kernels_down
from tests.browser.test_attention import SETUP, matrix_of, show, walk_to

pytestmark = pytest.mark.browser

# Too long for all heads to be in the page at once.
MATRIX = "matrix = bw.AttentionMatrix(clf, ' '.join([text] * 6), view='mosaic')\nmatrix"
SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"


@pytest.fixture
def saving_state():
    """Switch the setting "Save Widget State Automatically" on, until the test ends."""
    notebooks = []

    def switch_on(notebook):
        notebook.command(SAVE_STATE)
        notebooks.append(notebook)

    yield switch_on
    for notebook in notebooks:
        notebook.command(SAVE_STATE)


def test_saved_state_shows_the_heads_that_were_opened(
    open_notebook, page, server, saving_state, artefact, *, work
):
    notebook = open_notebook(SETUP, MATRIX)
    notebook.run_all()
    saving_state(notebook)
    matrix = matrix_of(page)
    open_head(matrix, 0, 1)
    notebook.becomes("[matrix.layer, matrix.head, matrix.busy]", [0, 1, False])
    expect(matrix).to_contain_text("Strongest of all")
    show(matrix, "All heads")
    held = notebook.value("[[it['layer'], it['head']] for slot in matrix._slots for it in slot]")
    assert [0, 0] in held
    assert [0, 1] in held
    assert [5, 11] not in held
    notebook.command("docmanager:save")
    notebook.close()
    shut_kernels_down(server)

    notebook.open_again()
    matrix = matrix_of(notebook.page)
    notebook.page.screenshot(path=artefact("again"), animations="disabled")
    for layer, head in ((0, 1), (0, 0)):
        open_head(matrix, layer, head)
        expect(matrix).to_contain_text("Strongest of all")
        show(matrix, "All heads")
    open_head(matrix, 5, 11)
    notebook.page.screenshot(path=artefact("missing"), animations="disabled")
    expect(matrix).to_contain_text("Layer 5, head 11 was not saved with this page.")

    assert main(["html", str(work / "0.ipynb")]) == 0
    exported = notebook.page.context.new_page()
    exported.goto((work / "0.html").as_uri())
    matrix = matrix_of(exported)
    open_head(matrix, 0, 1)
    expect(matrix).to_contain_text("Strongest of all")


def test_without_saved_state_somebody_elses_notebook_shows_the_static_matrix(
    open_notebook, page, work, artefact
):
    notebook = open_notebook(SETUP, "matrix = bw.AttentionMatrix(clf, text)\nmatrix")
    notebook.run_all()
    expect(matrix_of(page)).to_contain_text("Strongest of all")
    notebook.command("docmanager:save")
    saved = nbformat.read(work / "0.ipynb", 4)
    assert "widgets" not in saved.metadata
    saved.metadata.title = "Sent by somebody else"  # which is signed by nobody here
    nbformat.write(saved, work / "sent.ipynb")

    open_notebook(path=work / "sent.ipynb")
    page.screenshot(path=artefact("static"), animations="disabled")
    output = page.locator('.jp-RenderedHTML[data-mime-type="text/html"]')
    expect(output).to_contain_text("bert_widgets: attention, layer 0 of 0 to 5, head 0 of 0 to 11")
    expect(output.locator("td[title]")).to_have_count(16 * 16)


def open_head(matrix, layer, head):
    walk_to(matrix, layer, head)
    matrix.locator("canvas").press("Enter")
