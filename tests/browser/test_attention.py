"""All heads of a model in a page: opened, switched off, measured, saved and moved over."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from base64 import b64encode

import numpy as np
import pytest
from playwright.sync_api import expect

import bert_widgets as bw
from bert_widgets._common.numbers import percent
from tests.browser.lab import until

pytestmark = pytest.mark.browser

TEXT = "The plot is thin, but the acting is not bad at all."
LONG = " ".join([TEXT] * 40)
SETUP = f"""
import bert_widgets as bw
clf = bw.demo.classifier()
text, long = {TEXT!r}, {LONG!r}
"""
MOSAIC = "matrix = bw.AttentionMatrix(clf, text, view='mosaic')\nmatrix"
SVG = "{http://www.w3.org/2000/svg}"
FRAMES = """() => {
    const count = { frames: 0, start: performance.now() };
    const next = () => { count.frames++; requestAnimationFrame(next); };
    requestAnimationFrame(next);
    window.rate = () => 1000 * count.frames / (performance.now() - count.start);
}"""

# How far two pictures differ on average, drawn as large as the second one is.
DIFFERENCE = """async (sources) => {
    const images = await Promise.all(sources.map(async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        return image;
    }));
    const { width, height } = images[1];
    const [one, other] = images.map((image) => {
        const context = new OffscreenCanvas(width, height).getContext("2d");
        context.drawImage(image, 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
    });
    return one.reduce((sum, byte, i) => sum + Math.abs(byte - other[i]), 0) / one.length;
}"""


@pytest.fixture(scope="module")
def clf():
    return bw.demo.classifier()


def test_mosaic_opens_a_head(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, MOSAIC)
    notebook.run_all()
    matrix = matrix_of(page)
    walk_to(matrix, 2, 3)
    matrix.locator("canvas").press("Enter")
    notebook.becomes("[matrix.view, matrix.layer, matrix.head]", ["matrix", 2, 3])
    expect(matrix.get_by_role("combobox", name="Layer")).to_have_value("2")
    expect(matrix.get_by_role("combobox", name="Head")).to_have_value("3")

    show(matrix, "All heads")
    canvas = matrix.locator("canvas")
    canvas.hover(position={"x": 300, "y": 60})
    layer, head = map(int, re.findall(r"\d+", matrix.locator(".bw-head-name").inner_text()))
    for theme in ("Dark", "Light"):
        notebook.wear(theme)
        page.screenshot(path=artefact(theme.lower()), animations="disabled")
    canvas.click(position={"x": 300, "y": 60})
    notebook.becomes("[matrix.layer, matrix.head]", [layer, head])

    show(matrix, "Lines")  # of the head that was opened
    chip = matrix.get_by_role("button", name=f"Head {head}", exact=True)
    expect(chip).to_have_attribute("aria-pressed", "true")
    show(matrix, "Query-key")
    notebook.becomes("matrix._query_key_of", [layer, head])
    expect(matrix).to_contain_text("softmax of the sums")


def test_head_switched_off_moves_the_prediction(open_notebook, page):
    notebook = open_notebook(SETUP, MOSAIC)
    notebook.run_all()
    matrix = matrix_of(page)
    walk_to(matrix, 2, 3)
    matrix.locator("canvas").press("x")
    notebook.becomes("matrix.ablated", [[2, 3]])
    notebook.comes_true("(matrix.ablated_probabilities != matrix.probabilities).any()")
    whole, without = notebook.value(
        "[float(p[1]) for p in (matrix.probabilities, matrix.ablated_probabilities)]"
    )
    assert without < whole - 0.1
    expect(matrix).to_contain_text(f"1 head off: P(positive) {percent(whole)} → {percent(without)}")

    matrix.get_by_role("button", name="Switch all heads on").click()
    notebook.becomes("matrix.ablated", [])
    notebook.comes_true("(matrix.ablated_probabilities == matrix.probabilities).all()")
    expect(matrix).not_to_contain_text("off:")


def test_effects_are_measured_in_the_background(open_notebook, page):
    notebook = open_notebook(SETUP, MOSAIC)
    notebook.run_all()
    matrix = matrix_of(page)
    expect(matrix).to_contain_text("estimated from one gradient")
    matrix.get_by_role("button", name="Measure effects").click()
    notebook.becomes("matrix.effects_progress", 1.0)
    matrix.get_by_role("combobox", name="Order").select_option("effect")
    effects = np.array(notebook.value("matrix.effects.tolist()")).reshape(6, 12)
    layer, head = np.unravel_index(effects.argmax(), effects.shape)
    canvas = matrix.locator("canvas")
    canvas.focus()
    canvas.press("Home")  # shows where the keys stand
    canvas.press("Home")
    detail = matrix.locator(".bw-head-detail")
    expect(detail).to_contain_text(f"Layer {layer}, head {head}")
    expect(detail).to_contain_text(f"+{effects.max():.2f}")
    expect(detail).to_contain_text("measured")

    canvas.press("Enter")
    logit = notebook.value("float(matrix.logits[1])")
    change = f"logit of positive {logit:.2f} → {logit - effects.max():.2f}"
    expect(matrix).to_contain_text(change.replace("-", "−"))


def test_measuring_can_be_cancelled_and_begun_again(open_notebook, page):
    notebook = open_notebook(SETUP, "matrix = bw.AttentionMatrix(clf, long)\nmatrix")
    notebook.run_all()
    matrix = matrix_of(page)
    measure = matrix.get_by_role("button", name="Measure effects")
    measure.click()
    matrix.get_by_role("button", name="Cancel").click()
    notebook.becomes("[matrix.measuring, matrix.effects_progress]", [False, 0])
    measure.click()
    notebook.comes_true("matrix.effects_progress > 0")
    matrix.get_by_role("button", name="Cancel").click()


def test_picture_has_the_tokens_as_text(open_notebook, page):
    notebook = open_notebook(SETUP, "matrix = bw.AttentionMatrix(clf, text, layer=2)\nmatrix")
    notebook.run_all()
    matrix = matrix_of(page)
    matrix.get_by_role("button", name="Options").click()
    pictures = {}
    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            matrix.get_by_role("button", name=f"Save as {kind}").click()
        pictures[kind] = download.value.path().read_bytes()
    assert pictures["PNG"].startswith(b"\x89PNG")
    root = ET.fromstring(pictures["SVG"])  # noqa: S314 - our own
    texts = [element.text for element in root.iter(f"{SVG}text")]
    tokens = notebook.value("matrix.token_texts")
    for token in set(tokens):
        assert texts.count(token) >= 2 * tokens.count(token)  # a row and a column
    assert len(list(root.iter(f"{SVG}rect"))) > len(tokens)
    assert not list(root.iter(f"{SVG}image"))


def test_picture_of_all_heads_is_small_and_has_their_numbers_as_text(clf, page, tmp_path):
    bw.AttentionMatrix(clf, TEXT, view="mosaic").to_html(tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())
    matrix = matrix_of(page)
    matrix.get_by_role("button", name="Options").click()
    pictures = {}
    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            matrix.get_by_role("button", name=f"Save as {kind}").click()
        pictures[kind] = download.value.path().read_bytes()
    assert len(pictures["SVG"]) < 150_000  # of 6 x 12 heads
    root = ET.fromstring(pictures["SVG"])  # noqa: S314 - our own
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts.count("1") == texts.count("5") == 2  # a layer and a head
    assert len(list(root.iter(f"{SVG}image"))) == 1
    assert len(list(root.iter(f"{SVG}use"))) == 72
    vector, pixels = (
        f"data:image/{kind};base64,{b64encode(pictures[name]).decode()}"
        for kind, name in (("svg+xml", "SVG"), ("png", "PNG"))
    )
    assert page.evaluate(DIFFERENCE, [vector, pixels]) < 3  # of 255; letters' edges differ


def test_saved_page_has_the_heads_that_were_opened(clf, page, tmp_path):
    widget = bw.AttentionMatrix(clf, " ".join([TEXT] * 6))
    widget.layer, widget.head = 2, 3
    widget.wait()
    widget.view = "mosaic"
    widget.to_html(tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())
    matrix = matrix_of(page)
    held = {(entry["layer"], entry["head"]) for slot in widget._slots for entry in slot}
    assert {(0, 0), (2, 3)} <= held
    expect(matrix).to_contain_text(f"{len(held)} of 72 heads in full and the others as thumbnails")

    walk_to(matrix, 2, 3)
    matrix.locator("canvas").press("Enter")
    expect(matrix).to_contain_text("Strongest of all")
    show(matrix, "All heads")
    assert (5, 11) not in held
    walk_to(matrix, 5, 11)
    matrix.locator("canvas").press("Enter")
    expect(matrix).to_contain_text("Layer 5, head 11 was not saved with this page.")


def test_pointer_moves_over_a_long_text_at_30_frames_a_second(clf, page, tmp_path):
    with pytest.warns(UserWarning, match="longer than the 512 tokens"):
        widget = bw.AttentionMatrix(clf, LONG, layer=2, head=3)
    assert len(widget.row_labels) == 512
    widget.to_html(tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())
    matrix = matrix_of(page)
    box = matrix.locator("canvas").bounding_box()
    reading = matrix.locator(".bw-cell-reading")
    read = set()
    page.evaluate(FRAMES)
    for step in range(120):
        turn = 2 * math.pi * step / 60
        x = box["x"] + box["width"] / 2 + 150 * math.sin(turn)
        page.mouse.move(x, box["y"] + box["height"] / 2 + 150 * math.cos(turn))
        if step % 20 == 0:
            read.add(reading.inner_text())
    assert page.evaluate("window.rate()") >= 30
    assert len(read) > 1  # by the page alone: there is no kernel


def matrix_of(page):
    return page.get_by_role("region", name="Attention matrix").last


def show(matrix, view):
    matrix.get_by_role("radio", name=view).click()


def walk_to(matrix, layer, head):
    """Go by the keys to a head of the mosaic."""
    canvas = matrix.get_by_label("All heads: arrow keys")
    canvas.focus()
    detail = matrix.locator(".bw-head-detail")

    def there():
        canvas.press("Home")
        return "Layer 0, head 0" in detail.inner_text()

    until(there)
    for key, count in (("ArrowDown", layer), ("ArrowRight", head)):
        for _ in range(count):
            canvas.press(key)
    expect(detail).to_contain_text(f"Layer {layer}, head {head}")
