"""The two views of a text, and Python, keep each other up to date."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TEXT = "The plot is thin, but the acting is not bad at all."
SETUP = f"""
import ipywidgets
import bert_widgets as bw
clf = bw.demo.classifier()
text = {TEXT!r}
"""
HIGHLIGHTS = "highlights = bw.TokenHighlights(clf, text)\nhighlights"
MATRIX = "matrix = bw.AttentionMatrix(clf, text, layer=2, head=3)\nmatrix"
LINK = 'ipywidgets.link((highlights, "selected"), (matrix, "selected"))'


def test_selection_goes_both_ways(open_notebook, page):
    notebook = open_notebook(SETUP, HIGHLIGHTS)
    notebook.run_all()
    highlights = highlights_of(page)
    words = notebook.value("highlights.words")

    word(highlights, words.index("bad")).click()
    notebook.becomes("highlights.selected", words.index("bad"))
    expect(highlights.locator(".bw-detail")).to_contain_text("bad")

    page.keyboard.press("ArrowLeft")
    notebook.becomes("highlights.selected", words.index("not"))
    expect(highlights.locator(".bw-detail-word")).to_have_text("not")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    notebook.becomes("highlights.selected", words.index("at"))
    page.keyboard.press("Home")
    notebook.becomes("highlights.selected", 0)
    page.keyboard.press("End")
    notebook.becomes("highlights.selected", len(words) - 1)
    page.keyboard.press("Escape")
    notebook.becomes("highlights.selected", None)

    page.mouse.move(0, 0)  # a word under the pointer would be described instead
    notebook.do('highlights.selected = highlights.words.index("plot")')
    expect(selected(highlights)).to_have_text("plot")
    score = notebook.value("float(highlights.scores[highlights.selected])")
    shown = highlights.locator(".bw-detail-score").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(score, abs=6e-3)


def test_edited_text_is_explained_again(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, HIGHLIGHTS)
    notebook.run_all()
    highlights = highlights_of(page)
    assert notebook.value("highlights.target") == "positive"

    highlights.get_by_role("button", name="Edit").click()
    highlights.get_by_role("textbox").fill("The acting is dreadful 🙁 throughout.")
    notebook.becomes("highlights.text", "The acting is dreadful 🙁 throughout.")
    notebook.becomes("highlights.target", "negative")
    notebook.comes_true("not highlights.busy")
    page.screenshot(path=artefact("editing"), animations="disabled")
    highlights.get_by_role("button", name="Done").click()

    assert notebook.value("highlights.words[3:5]") == ["dreadful", "🙁"]
    expect(word(highlights, 3)).to_have_text("dreadful")
    negative = notebook.value("float(highlights.probabilities[0])")
    assert negative > 0.9
    expect(highlights.get_by_role("radio", name="negative")).to_contain_text(
        f"{100 * negative:.1f}%"
    )
    expect(highlights.get_by_role("radio", name="negative")).to_be_checked()


def test_another_class_is_explained_when_chosen(open_notebook, page):
    notebook = open_notebook(SETUP, HIGHLIGHTS)
    notebook.run_all()
    highlights = highlights_of(page)
    bad = notebook.value("highlights.words.index('bad')")
    assert notebook.value(f"float(highlights.scores[{bad}])") < 0

    highlights.get_by_role("radio", name="negative").click()
    notebook.becomes("highlights.target", "negative")
    notebook.becomes("[highlights.attribution.target, highlights.refining]", ["negative", False])
    after = notebook.value(f"float(highlights.scores[{bad}])")
    assert after > 0
    expect(word(highlights, bad)).to_have_attribute("aria-label", f"bad +{after:.2f}")

    highlights.get_by_role("combobox", name="Method").select_option("input_x_gradient")
    notebook.becomes("highlights.attribution.method", "input_x_gradient")


def test_another_head_is_drawn_when_chosen(open_notebook, page):
    notebook = open_notebook(SETUP, MATRIX)
    notebook.run_all()
    matrix = matrix_of(page)
    first = drawing(matrix)

    matrix.get_by_role("combobox", name="Head").select_option(label="7")
    notebook.becomes("matrix.head", 7)
    second = redrawn(matrix, first)
    matrix.get_by_role("button", name="Next layer").click()
    notebook.becomes("[matrix.layer, matrix.head]", [3, 7])
    redrawn(matrix, second)
    notebook.do("matrix.layer, matrix.head = 2, 3")
    expect(matrix.get_by_role("combobox", name="Head")).to_have_value("3")
    page.wait_for_function(
        "([canvas, first]) => canvas.toDataURL() === first",
        arg=[matrix.locator("canvas").element_handle(), first],
    )


def test_cell_under_the_cursor_is_read_from_the_weights(open_notebook, page):
    notebook = open_notebook(SETUP, MATRIX)
    notebook.run_all()
    canvas = matrix_of(page).locator("canvas")
    canvas.focus()
    for _ in range(4):  # from the first cell on: row 3
        canvas.press("ArrowDown")
    for _ in range(5):
        canvas.press("ArrowRight")

    weight = notebook.value("float(matrix.maps.head(2, 3)[3, 5])")
    reading = matrix_of(page).locator(".bw-cell-reading")
    expect(reading).to_have_text(f"“is”→“,”{weight:.3f}")
    canvas.press("Enter")
    notebook.becomes("matrix.selected", notebook.value("matrix.words.index('is')"))


def test_linked_views_select_the_same_word(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, HIGHLIGHTS, MATRIX, LINK)
    notebook.run_all()
    highlights, matrix = highlights_of(page), matrix_of(page)
    plain = drawing(matrix)

    not_ = notebook.value("highlights.words.index('not')")
    word(highlights, not_).click()
    notebook.becomes("[highlights.selected, matrix.selected]", [not_, not_])
    redrawn(matrix, plain)
    for theme in ("Dark", "Light"):
        notebook.wear(theme)
        page.screenshot(path=artefact(theme.lower()), animations="disabled")

    canvas = matrix.locator("canvas")
    canvas.focus()
    for _ in range(3):  # [CLS], the, plot
        canvas.press("ArrowDown")
    canvas.press("Enter")
    expect(selected(highlights)).to_have_text("plot")
    notebook.becomes("[highlights.selected, matrix.selected]", [1, 1])


def highlights_of(page):
    return page.get_by_role("region", name="Token highlights").last


def matrix_of(page):
    return page.get_by_role("region", name="Attention matrix").last


def word(highlights, number):
    return highlights.locator(f'[data-word="{number}"]').first


def selected(highlights):
    return highlights.locator("[data-word][aria-selected=true]")


def drawing(matrix):
    """Return what is on the canvas once something is."""
    canvas = matrix.locator("canvas").element_handle()
    blank = "(canvas) => canvas.width > 300 && canvas.toDataURL()"
    return matrix.page.wait_for_function(blank, arg=canvas).json_value()


def redrawn(matrix, before):
    """Return what is on the canvas once it differs."""
    changed = (
        "([canvas, before]) => { const now = canvas.toDataURL(); return now !== before && now; }"
    )
    canvas = matrix.locator("canvas").element_handle()
    return matrix.page.wait_for_function(changed, arg=[canvas, before]).json_value()
