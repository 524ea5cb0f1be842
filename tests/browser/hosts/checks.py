"""What must be true of the widgets in every host: they are drawn, and clicks reach Python."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.lab import until
from tests.browser.test_text_widgets import drawing, highlights_of, matrix_of, word
from tests.browser.test_training_panel import panel_of, press, progress, status

TEXT = "The plot is thin, but the acting is not bad at all."
BAD = 10
"""The number of the word "bad" in it."""

LUMINANCE = """(element) => {
    const color = getComputedStyle(element).backgroundColor;
    const [red, green, blue] = color.match(/[\\d.]+/g).map((part) => (part / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}"""


def cells(folder):
    """Return a notebook with all widgets, of which Python writes what a click selects."""
    return (
        f"""
import json, pathlib
import bert_widgets as bw
clf = bw.demo.classifier(device="cpu")
train, valid = bw.TextData.from_(bw.demo.sentences(400)[["text", "label"]]).split(valid=0.1)
def note(change):
    pathlib.Path({str(folder)!r}, change.name).write_text(json.dumps(change.new))
""",
        f"""
highlights = bw.TokenHighlights(clf, {TEXT!r})
highlights.observe(note, ["selected", "target"])
highlights""",
        f"""
matrix = bw.AttentionMatrix(clf, {TEXT!r}, layer=2, head=3)
matrix.observe(note, ["view"])
matrix""",
        """
trainer = bw.Trainer(clf, train, valid, epochs=500, batch_tokens=512, evaluate_every=5)
panel = bw.TrainingPanel(trainer)
panel""",
    )


def written(folder, name):
    path = folder / name
    return json.loads(path.read_text() or "null") if path.exists() else None


def check_text_widgets(page, folder):
    """Highlights and attention are drawn, and what is clicked is what Python sees."""
    highlights, matrix = highlights_of(page), matrix_of(page)
    expect(word(highlights, BAD)).to_have_text("bad")
    word(highlights, BAD).click()
    until(lambda: written(folder, "selected") == BAD)
    expect(highlights.locator(".bw-detail")).to_contain_text("bad")
    assert drawing(matrix)
    matrix.get_by_role("radio", name="All heads").click()
    until(lambda: written(folder, "view") == "mosaic")
    expect(matrix.get_by_label("All heads: arrow keys")).to_be_visible()


def check_training(page):
    """A run is started, drawn while it trains, paused, resumed and stopped in the page."""
    panel = panel_of(page)
    expect(status(panel)).to_have_text("Ready")
    press(panel, "Start")
    expect(status(panel)).to_have_text("Training")
    until(lambda: int(progress(panel).get_attribute("aria-valuenow")) > 5)
    chart = panel.locator(".bw-chart-loss canvas").first
    before = chart.evaluate("(canvas) => canvas.toDataURL()")
    until(lambda: chart.evaluate("(canvas) => canvas.toDataURL()") != before)
    press(panel, "Pause")
    expect(status(panel)).to_have_text("Paused")
    press(panel, "Resume")
    expect(status(panel)).to_have_text("Training")
    press(panel, "Stop")
    expect(status(panel)).to_have_text("Stopped")


def check_theme(page, *, dark):
    """Every widget has the host's lightness behind it."""
    for widget in (highlights_of(page), matrix_of(page), panel_of(page)):
        until(lambda widget=widget: (widget.evaluate(LUMINANCE) < 0.2) == dark)
