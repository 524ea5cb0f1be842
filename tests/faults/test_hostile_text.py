"""Hostile texts and names in everything that the package shows."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest

import bert_widgets
from bert_widgets.figures.drawn import Drawn
from bert_widgets.widgets import Heading, write_page
from tests.faults.hostile_texts import PAYLOADS, Outputs, samples_of_unicode
from tests.widgets.documents import Document

STYLE = re.compile(r"[-\w\s:;.,%()#/]*")
PARTS = {"payloads": PAYLOADS, "Unicode": samples_of_unicode()}


pytestmark = pytest.mark.filterwarnings("ignore:The text is longer than")


@pytest.fixture(scope="module")
def harmless(tmp_path_factory):
    return Outputs(["some text", "more text"], tmp_path_factory.mktemp("harmless"))


@pytest.fixture(scope="module", params=PARTS)
def hostile(request, tmp_path_factory):
    texts = PARTS[request.param]
    return texts, Outputs(texts, tmp_path_factory.mktemp("hostile"))


def shape(html):
    """Return the elements of HTML and the attributes of each, but not how often they occur."""
    elements = Document(html).elements
    for element in elements:
        assert STYLE.fullmatch(element["attributes"].get("style") or "")
        assert "url" not in element["attributes"].get("style", "")
    return {(element["tag"], *sorted(element["attributes"])) for element in elements}


def test_plain_html_has_the_elements_that_it_has_for_other_texts(harmless, hostile, tried):
    """Texts, labels and names in the plain HTML of widgets and results: shown as text"""
    texts, outputs = hostile
    allowed = set().union(*(shape(widget.fallback_html()) for widget in harmless.widgets))
    allowed |= set().union(*(shape(html) for html in html_of(harmless.results)))
    shown = ""
    for html in [
        *(widget.fallback_html() for widget in outputs.widgets),
        *html_of(outputs.results),
    ]:
        assert shape(html) <= allowed
        shown += Document(html).elements[0]["text"]
        tried(len(texts))
    for text in texts:
        assert text.replace("\x00", "") in shown.replace("\x00", ""), text


def html_of(results):
    return [result._repr_html_() for result in results if hasattr(result, "_repr_html_")]


def test_every_result_with_html_is_among_them(harmless):
    found = set()
    for module in pkgutil.walk_packages(bert_widgets.__path__, "bert_widgets."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and "_repr_html_" in vars(value):
                found |= {value} & {value if value.__module__.startswith("bert_widgets") else None}
    assert found == {type(result) for result in harmless.results if hasattr(result, "_repr_html_")}


def test_no_text_controls_a_terminal(hostile, tried):
    """Texts, labels and names as plain text: nothing controls the terminal"""
    texts, outputs = hostile
    printed = [widget.fallback_text() for widget in outputs.widgets]
    printed += [repr(result) for result in outputs.results]
    for text in printed:
        controls = {c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp")} - set("\n\t")
        assert not controls
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
        tried(len(texts))


def test_svg_has_the_elements_that_it_has_for_other_texts(harmless, hostile, tried):
    """Texts, labels and names in figures: text of the SVG, no elements"""
    _, outputs = hostile

    def tags(result):
        return {element.tag for element in ET.fromstring(result.to_svg()).iter()}  # noqa: S314

    allowed = set().union(*map(tags, drawn(harmless.results)))
    for result in drawn(outputs.results)[::4]:
        assert tags(result) <= allowed
        tried(1)
    assert drawn(outputs.results)


def drawn(results):
    return [result for result in results if isinstance(result, Drawn)]


def test_a_saved_page_has_the_elements_that_it_has_for_other_texts(
    harmless, hostile, tried, tmp_path
):
    """Texts, labels, titles and headings in saved pages: elements of the page, data whole"""
    texts, outputs = hostile

    def page(sample, title):
        sections = [part for text in texts for part in (Heading(text), text)]
        path = tmp_path / "page.html"
        write_page(path, [*sections, *sample.widgets], title=title)
        return path.read_text("utf-8").partition("<body>")[2].partition("</body>")[0]

    data = re.compile(r'<script type="application/json" id="bw-page">(.*?)</script>', re.DOTALL)
    written = page(outputs, texts[0])
    assert shape(written) <= shape(page(harmless, "Title"))
    assert written.count("<script") == 2
    states = json.loads(data.search(written)[1])["widgets"]
    for saved, widget in zip(states, outputs.widgets, strict=True):
        held = widget.saved_state()
        for name in saved["state"].keys() - {"settings"}:
            assert saved["state"][name] == json.loads(json.dumps(held[name])), name
    tried(len(texts))
