"""A page saved with `to_html` or `write_page` is alive, without kernel or network."""

from __future__ import annotations

import ipywidgets
import pytest
from playwright.sync_api import expect

import bert_widgets as bw
from bert_widgets.widgets import Heading, write_page

pytestmark = pytest.mark.browser

TEXT = "The unwatchable plot is thin, <b>but</b> the acting is not bad at all. 🙂"


@pytest.fixture(scope="module")
def clf():
    return bw.demo.classifier()


def test_one_widget(clf, page, tmp_path):
    widget = bw.TokenHighlights(clf, TEXT)
    widget.to_html(tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())
    highlights = page.get_by_role("region", name="Token highlights")

    expect(highlights).to_contain_text("Saved copy: no kernel attached")
    shown = highlights.locator(".bw-text").first.text_content().replace("\u200b", "")
    assert shown == TEXT
    expect(highlights.get_by_role("button", name="Edit")).to_have_count(0)
    expect(highlights.get_by_role("combobox", name="Method")).to_be_disabled()

    bad = widget.words.index("bad")
    highlights.locator(f'[data-word="{bad}"]').click()
    expect(highlights.locator(".bw-detail")).to_contain_text(f"{widget.scores[bad]:.2f}"[-4:])

    word_numbers = [number for number in widget.word_of_token.tolist() if number >= 0]
    assert len(word_numbers) > len(widget.words), "the text has a word of several tokens"
    tokens = highlights.get_by_role("tab", name="Tokens")
    tokens.click()
    expect(highlights.locator("[data-word]")).to_have_count(len(word_numbers))
    tokens.click()
    expect(highlights.locator("[data-word]")).to_have_count(len(widget.words))


def test_linked_widgets(clf, page, tmp_path, artefact):
    highlights = bw.TokenHighlights(clf, TEXT)
    matrix = bw.AttentionMatrix(clf, TEXT, layer=2)
    panel = bw.TrainingPanel(trained(clf))
    link = (highlights, "selected"), (matrix, "selected")
    ipywidgets.link(*link)
    highlights.selected = 1
    sections = [Heading("A sentence"), highlights, "Its attention:", matrix, panel]
    write_page(tmp_path / "page.html", sections, title="Saved & linked", links=[link])
    page.goto((tmp_path / "page.html").as_uri())

    readings = page.get_by_role("region", name="Attention matrix").locator(".bw-readings")
    expect(readings).to_contain_text("looks most at")
    not_ = highlights.words.index("not")
    page.locator(f'[data-word="{not_}"]').click()
    expect(readings).to_contain_text("“not” looks most at")
    page.locator("canvas[role=application]").focus()
    page.keyboard.press("ArrowDown")  # [CLS]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-word][aria-selected=true]")).to_have_text("The")

    training = page.get_by_role("region", name="Training panel")
    expect(training.get_by_role("status")).to_have_text("Finished")
    for name in ("Start", "Resume", "Stop", "Save now", "Stop after this epoch"):
        expect(training.get_by_role("button", name=name, exact=True)).to_have_count(0)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=artefact(scheme), full_page=True, animations="disabled")


def trained(clf):
    rows = [("a fine film", "positive"), ("a dull film", "negative")]
    return bw.Trainer(clf, rows, rows, epochs=4, learning_rate=1e-9).start().wait()
