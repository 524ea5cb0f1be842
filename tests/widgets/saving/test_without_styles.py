"""The static rendering can be read where a viewer removes all styles, as GitHub does."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np

from bert_widgets.explain import Matrix
from bert_widgets.widgets.attention_matrix.fallback import attention_html
from bert_widgets.widgets.token_highlights.fallback import highlights_html
from bert_widgets.widgets.training_panel.fallback import training_html
from tests.widgets.documents import Document
from tests.widgets.saving.test_fallback import attribution, cells, maps, progress

# What GitHub's sanitiser keeps, from the list of html-pipeline that its documentation points to.
GITHUB_TAGS = frozenset(
    [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "br",
        "b",
        "i",
        "strong",
        "em",
        "a",
        "pre",
        "code",
        "img",
        "tt",
        "div",
        "ins",
        "del",
        "sup",
        "sub",
        "p",
        "picture",
        "ol",
        "ul",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "blockquote",
        "dl",
        "dt",
        "dd",
        "kbd",
        "q",
        "samp",
        "var",
        "hr",
        "ruby",
        "rt",
        "rp",
        "li",
        "tr",
        "td",
        "th",
        "s",
        "strike",
        "summary",
        "details",
        "caption",
        "figure",
        "figcaption",
        "abbr",
        "bdo",
        "cite",
        "dfn",
        "mark",
        "small",
        "source",
        "span",
        "time",
        "wbr",
    ]
)
GITHUB_ATTRIBUTES = frozenset({"dir", "title"})


def on_github(source):
    """Return what is left where styles and other tags are removed."""

    class Sanitiser(HTMLParser):
        def __init__(self):
            super().__init__()
            self.kept = []

        def handle_starttag(self, tag, attrs):
            if tag in GITHUB_TAGS:
                left = "".join(f' {k}="{v}"' for k, v in attrs if k in GITHUB_ATTRIBUTES)
                self.kept.append(f"<{tag}{left}>")

        def handle_endtag(self, tag):
            if tag in GITHUB_TAGS:
                self.kept.append(f"</{tag}>")

        def handle_data(self, data):
            self.kept.append(data)

    sanitiser = Sanitiser()
    sanitiser.feed(source)
    return Document("".join(sanitiser.kept))


def test_scores_can_be_read_on_github():
    result = attribution("good bad awful")
    document = on_github(highlights_html(result))
    [text] = document.find("div", dir="auto")
    strong = np.abs(result.scores) >= 0.1 * np.abs(result.scores).max()
    for word, score, written in zip(result.words, result.scores, strong, strict=True):
        number = f"\u202f{score:+.2f}".replace("-", "−")
        assert (f"{word}{number}" in text["text"]) == written
    assert (
        len(document.find("strong"))
        == (np.abs(result.scores) >= 0.4 * abs(result.scores).max()).sum()
    )


def test_weights_can_be_read_on_github():
    shown = maps(["a", "b"])
    weights = np.array([[0.9, 0.1], [0.04, 0.96]], np.float32)
    matrix = Matrix(("a", "b"), weights, np.arange(2), np.zeros(2))
    document = on_github(
        attention_html(shown, matrix, "layer 1 of 2, head 1 of 3", one_of_all=True)
    )
    assert cells(document)[1:] == [".90", ".10", "", ".96"]
    assert "One of 6 heads." in document.elements[0]["text"]


def test_curves_can_be_read_on_github():
    losses = [0.9, 0.6, 0.35, 0.2, 0.1]
    evaluations = [{"step": float(i), "loss": loss} for i, loss in enumerate(losses)]
    document = on_github(training_html([("", "running", progress(3))], [], evaluations))
    assert "loss █▅▃▂▁ 0.9 → 0.1" in document.elements[0]["text"]
