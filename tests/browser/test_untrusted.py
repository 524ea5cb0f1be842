"""Texts, label names and messages from a page are shown, or refused, and do nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HACK = "window.hacked = true"
MARKUP = f'<img src=x onerror="{HACK}"><script>{HACK}</script>'
TEXTS = (
    f'{MARKUP} bad & "good" &lt;b&gt; </textarea></style>',
    "הסרט לא רע בכלל 👩‍👩‍👧 café \u202edrawkcab\u202c\n  这部电影好看。 ${window.hacked = true}",
)
SETUP = f"""
import tempfile
import bert_widgets as bw
with tempfile.TemporaryDirectory() as folder:
    bw.demo.classifier().save_pretrained(folder)
    labels = {{"negative": {MARKUP!r}, "positive": "</script>"}}
    clf = bw.BertClassifier.from_pretrained(folder, labels=labels)
texts = {TEXTS!r}
"""
HIGHLIGHTS = "highlights = bw.TokenHighlights(clf, *texts)\nhighlights"
MATRIX = "matrix = bw.AttentionMatrix(clf, *texts)\nmatrix"
PANEL = """
rows = [(text, label) for text in texts for label in clf.labels]
panel = bw.TrainingPanel(bw.Trainer(clf, rows, epochs=1))
panel
"""
REGIONS = {
    "highlights": "Token highlights",
    "matrix": "Attention matrix",
    "panel": "Training panel",
}
STATE = """[
    highlights.text, highlights.target, highlights.selected, len(highlights.probabilities),
    matrix.head, matrix.selected, panel.state, panel.run is None,
]"""


def update(**state):
    return {"method": "update", "state": state, "buffer_paths": []}


FORGERIES = [
    ("highlights", update(selected=10**6), "There is no word 1000000"),
    ("highlights", update(target=MARKUP[:9]), f"Unknown target {MARKUP[:9]!r}"),
    ("highlights", update(text={"a": [1]}), "'text' trait"),
    ("highlights", update(probabilities="AAAA"), "cannot set 'probabilities'"),
    ("highlights", update(_esm="export default {}"), "cannot set '_esm'"),
    ("matrix", update(head=-2), "There is no head -2"),
    ("matrix", {"method": "custom", "content": [1, 2]}, "Unrecognised command"),
    ("panel", update(state="running"), "cannot set 'state'"),
    (
        "panel",
        {"method": "custom", "content": {"command": "__init__"}},
        "Unknown command '__init__'",
    ),
]


def test_hostile_text_is_shown_as_text(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, HIGHLIGHTS, MATRIX)
    notebook.run_all()
    highlights = region_of(page, "highlights")
    expect(highlights.locator("[data-word]").first).to_be_visible()
    page.screenshot(path=artefact("shown"), animations="disabled")

    shown = highlights.locator(".bw-text").all_text_contents()
    assert tuple(text.replace("\u200b", "") for text in shown) == TEXTS
    assert highlights.locator(".bw-bar-label").all_text_contents() == [MARKUP, "</script>"]
    highlights.get_by_role("tab", name="Tokens").click()
    highlights.get_by_role("button", name="Edit").click()
    fields = highlights.get_by_role("textbox")
    assert tuple(field.input_value() for field in fields.all()) == TEXTS
    fields.first.fill(f"{MARKUP}{MARKUP}")
    notebook.becomes("highlights.attribution.text", f"{MARKUP}{MARKUP}")

    expect(region_of(page, "matrix").locator("canvas")).to_be_visible()
    nothing_has_run(page)


def test_forged_messages_are_refused_in_a_sentence(open_notebook, page):
    notebook = open_notebook(SETUP, HIGHLIGHTS, MATRIX, PANEL)
    notebook.run_all()
    before = notebook.value(STATE)

    for widget, message, sentence in FORGERIES:
        notebook.forge(widget, message)
        expect(region_of(page, widget).get_by_role("alert")).to_contain_text(sentence)
    assert notebook.value(STATE) == before
    nothing_has_run(page)

    word = region_of(page, "highlights").locator('[data-word="2"]').first
    word.click()
    notebook.becomes("[highlights.selected, highlights.error]", [2, ""])


def nothing_has_run(page):
    assert page.locator(".bw :is(img, script, iframe)").count() == 0
    assert page.evaluate("window.hacked === undefined")


def region_of(page, widget):
    return page.get_by_role("region", name=REGIONS[widget])
