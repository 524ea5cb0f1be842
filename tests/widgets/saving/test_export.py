"""A saved page is one file with the state of its widgets, and loads nothing from a network."""

from __future__ import annotations

import json
import re
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest
from ipywidgets.embed import embed_data

from bert_widgets import AttentionMatrix, TokenHighlights, Trainer, TrainingPanel
from bert_widgets.widgets import Heading, write_page
from bert_widgets.widgets.saving.bundle import bundle_source
from tests.models import tiny_classifier
from tests.widgets.documents import Document
from tests.widgets.pages import json_like

DOCUMENTATION = "https://bert-widgets.github.io/bert-widgets/terms/"
EVIL = "</script><script>alert(1)</script> <!-- <b>bold</b> café 🙂 \u2028"


def widgets():
    clf = tiny_classifier("bert")
    highlights = TokenHighlights(clf, EVIL, method="input_x_gradient")
    highlights.selected = 2
    data = pd.DataFrame({"text": ["good", "bad"] * 4, "label": ["positive", "negative"] * 4})
    return highlights, AttentionMatrix(clf, EVIL), TrainingPanel(Trainer(clf, data, epochs=1))


def read(path):
    document = Document(path.read_text("utf-8"))
    (data,) = document.find("script", id="bw-page")
    assert "<" not in data["text"]
    return document, json.loads(data["text"], parse_constant=pytest.fail)


def test_the_page_holds_each_widgets_state(tmp_path):
    shown = widgets()
    path = tmp_path / "page.html"
    write_page(path, shown, title="All")
    document, page = read(path)
    for widget, saved in zip(shown, page["widgets"], strict=True):
        assert page["bundles"][saved["bundle"]] == bundle_source(widget.bundle)
        assert len(document.find("div", id=saved["mount"])) == 1
        state = {**saved["state"]}
        for buffer in saved["buffers"]:
            state[buffer["path"][0]] = b64decode(buffer["data"], validate=True)
        live = {name: json_like(value) for name, value in widget.get_state(key=state).items()}
        assert state == live | {"_static": True}
        assert not widget._static
        assert not state.keys() & {"_esm", "layout", "comm", "_model_name"}
        assert {"error", "_static"} < state.keys()
    state = page["widgets"][0]["state"]
    assert state["text"] == EVIL
    assert state["selected"] == 2
    (offsets,) = [b for b in page["widgets"][0]["buffers"] if b["path"] == ["word_offsets"]]
    decoded = np.frombuffer(b64decode(offsets["data"]), "<i4").reshape(-1, 2)
    assert [EVIL[a:b] for a, b in decoded] == state["words"]


def test_texts_are_escaped_and_nothing_is_loaded(tmp_path):
    path = tmp_path / "page.html"
    write_page(path, [Heading(EVIL), EVIL, *widgets()], title=EVIL)
    document, _ = read(path)
    scripts = document.find("script")
    assert [script["attributes"].get("type") for script in scripts] == [
        "application/json",
        "module",
    ]
    assert document.find("b") == document.find("link") == document.find("img") == []
    for tag in ("title", "h1", "h2"):
        assert document.find(tag)[0]["text"] == EVIL
    assert EVIL in [paragraph["text"] for paragraph in document.find("p")]
    for element in document.elements:
        assert not element["attributes"].keys() & {"src", "href", "srcset", "action", "data"}
        assert not [name for name in element["attributes"] if name.startswith("on")]
    source = path.read_text("utf-8")
    addresses = set(re.findall(r"(?:https?:|wss?:)?//[\w.-]+\.\w+[\w./-]*", source))
    names = {"http://www.w3.org/2000/svg"}
    assert addresses <= {*names, DOCUMENTATION}, "a name, and a link that nothing follows by itself"
    assert "@import" not in source
    (policy,) = document.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["attributes"]["content"].startswith("default-src 'none'; ")


def test_sections_keep_their_order_and_widgets_have_a_static_version(tmp_path):
    highlights, matrix, _ = widgets()
    path = tmp_path / "page.html"
    write_page(path, ["one", highlights, Heading("two"), matrix, "three"], title="T")
    body = path.read_text("utf-8").split("<main>")[1]
    places = [
        body.index(part) for part in ("<p>one", "widget-0", "<h2>two", "widget-1", "<p>three")
    ]
    assert places == sorted(places)
    for widget in (highlights, matrix):
        assert f"<noscript>{widget.fallback_html()}</noscript>" in body


def test_links_join_widgets_by_number(tmp_path):
    highlights, matrix, panel = widgets()
    path = tmp_path / "page.html"
    link = ((matrix, "selected"), (highlights, "selected"))
    write_page(path, [highlights, matrix], title="T", links=[link])
    assert read(path)[1]["links"] == [[1, "selected", 0, "selected"]]
    with pytest.raises(ValueError, match="TrainingPanel that is not on the page"):
        write_page(path, [highlights], title="T", links=[((panel, "step"), link[1])])
    with pytest.raises(ValueError, match="'selcted', which is not a saved trait"):
        write_page(
            path, [highlights, matrix], title="T", links=[(link[0], (highlights, "selcted"))]
        )


def test_to_html_writes_one_widget(tmp_path):
    for widget in widgets():
        path = tmp_path / f"{widget.bundle}.html"
        widget.to_html(str(path))
        document, page = read(path)
        assert list(page["bundles"]) == [widget.bundle]
        assert document.find("title")[0]["text"] == widget.title
        assert path.stat().st_size < 400_000


def test_ipywidgets_embeds_every_trait():
    """The page knows no defaults."""
    for widget in widgets():
        embedded = embed_data([widget])["manager_state"]["state"][widget.model_id]
        names = {*embedded["state"], *(buffer["path"][0] for buffer in embedded["buffers"])}
        assert names == set(widget.keys)
