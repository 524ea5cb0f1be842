"""Every family of models in a page: all views are drawn, and show the values that Python has."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

import bert_widgets as bw
from tests.browser.test_attention import show
from tests.models import KINDS, tiny_classifier

pytestmark = pytest.mark.browser

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
NOTED = {"deberta-v2", "albert", "modernbert"}
# What each view's plot is called.
VIEWS = {
    "All heads": "All heads",
    "Matrix": "Attention matrix",
    "Lines": "Attention lines",
    "Query-key": "Queries and keys",
}
COLOURS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""
# Moves the cursor over every cell, to and fro, and reads what the page says of it.
CELLS = """([canvas, count]) => {
    const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key }));
    const read = () => canvas.closest(".bw").querySelector(".bw-cell-weight").textContent;
    press("ArrowDown");
    return Array.from({ length: count }, (_, row) => {
        if (row > 0) press("ArrowDown");
        const cells = [read()];
        while (cells.length < count) {
            press(row % 2 === 0 ? "ArrowRight" : "ArrowLeft");
            cells.push(read());
        }
        return (row % 2 === 0 ? cells : cells.reverse()).map(Number);
    });
}"""


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_is_drawn(kind, page, tmp_path):
    matrix = bw.AttentionMatrix(tiny_classifier(kind), TEXT, layer=1, head=2, view="query_key")
    matrix.wait()
    matrix.to_html(tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())
    shown = page.get_by_role("region", name="Attention matrix")
    for view in VIEWS:
        canvas = plot(shown, view)
        page.wait_for_function(f"(canvas) => ({COLOURS})(canvas) > 8", arg=canvas)
        expect(shown.get_by_role("status")).to_have_count(0)  # nothing is missing
    assert bool(matrix._note) == (kind in NOTED)
    expect(shown).to_contain_text(matrix._note)

    weights = matrix.maps.head(1, 2)
    cells = np.array(page.evaluate(CELLS, [plot(shown, "Matrix"), len(weights)]))
    np.testing.assert_allclose(cells, weights, atol=5e-4 + 1e-6)  # three decimals
    # Each entry is off by half a level of a byte in Python, and by half a decimal in the page.
    off = len(weights) * (matrix.maps.scales[1, 2] / 510 + 5e-4)
    np.testing.assert_allclose(weights.sum(1), 1, atol=off)
    np.testing.assert_allclose(cells.sum(1), 1, atol=off)


def plot(matrix, view):
    show(matrix, view)
    return matrix.locator(f'canvas[aria-label^="{VIEWS[view]}"]').element_handle()
