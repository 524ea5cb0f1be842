"""Hostile texts in pages that are saved or shown without scripts do nothing in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bert_widgets.widgets import Heading, write_page
from tests.faults.hostile_texts import PAYLOADS, Outputs

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:The text is longer than")]

FOREIGN = (
    "img, svg image, iframe, object, embed, form[action], base, link, template, math, plaintext"
)
HANDLERS = """() => [...document.querySelectorAll('*')].flatMap(
    (element) => element.getAttributeNames().filter((name) => name.startsWith('on')))"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return Outputs(PAYLOADS, tmp_path_factory.mktemp("hostile"))


def test_nothing_runs_in_a_saved_page(outputs, page, tmp_path):
    sections = [part for text in PAYLOADS for part in (Heading(text), text)]
    write_page(tmp_path / "page.html", [*sections, *outputs.widgets[:30]], title=PAYLOADS[0])
    page.goto((tmp_path / "page.html").as_uri())
    expect(page.get_by_role("region", name="Token highlights").first).to_be_visible()
    expect(page.get_by_role("region", name="Training panel")).to_be_visible()
    for word in page.locator("[data-word]").all()[:40:8]:
        word.hover()
    nothing_has_run(page)


def test_nothing_runs_in_plain_html_on_a_page_with_scripts(outputs, page, tmp_path):
    shown = [widget.fallback_html() for widget in outputs.widgets]
    shown += [output._repr_html_() for output in outputs.results if hasattr(output, "_repr_html_")]
    path = tmp_path / "page.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{''.join(shown)}", "utf-8")
    page.goto(path.as_uri())
    expect(page.get_by_text("bert_widgets: token highlights").first).to_be_visible()
    assert page.locator("script, a, input, details").count() == 0
    nothing_has_run(page)


def nothing_has_run(page):
    assert page.locator(FOREIGN).count() == 0
    assert page.evaluate(HANDLERS) == []
    assert page.evaluate("window.canary === undefined")
