"""Texts that a page or a terminal could take for something else, and outputs that hold them."""

from __future__ import annotations

import itertools
import sys
import unicodedata

import pandas as pd
from fontTools.unicodedata import Blocks

import bert_widgets as bw
from bert_widgets.training.learning_rate_finder import RateSearch
from tests.models import tiny_classifier

RUN = "window.canary=1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'"><img src=x onerror="{RUN}">',
    f"'><svg onload='{RUN}'>",
    f"<svg><script>{RUN}</script>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<body onload={RUN}>",
    f"<a href=javascript:{RUN}>",
    f"javascript:{RUN}",
    f"</title><script>{RUN}</script>",
    f"</textarea><img src=x onerror={RUN}>",
    f"</noscript><img src=x onerror={RUN}>",
    f"</style><script>{RUN}</script>",
    f"<!--><script>{RUN}</script>",
    f"--><script>{RUN}</script><!--",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"<template><script>{RUN}</script>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<math><mtext><img src=x onerror={RUN}>",
    f'" onmouseover="{RUN}',
    f"' autofocus onfocus='{RUN}",
    f"` onload=`{RUN}",
    f"x' + ({RUN}) + '",
    f"${{{RUN}}}",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"<%= {RUN} %>",
    "{0.__class__}",
    "{version}",
    "%s%n",
    '<base href="https://example.com/">',
    '<meta http-equiv=refresh content="0;url=https://example.com/">',
    '<link rel=stylesheet href="https://example.com/a.css">',
    "<style>*{display:none}</style>",
    "red;background:url(https://example.com/a.png)",
    "}</style>*{color:red",
    "expression(alert(1))",
    f"<form action=javascript:{RUN}><button>",
    f"<object data=javascript:{RUN}>",
    "<plaintext>",
    "<!DOCTYPE html>",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&amp;lt;",
    "&",
    "<",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    f"[click](javascript:{RUN})",
    f'![x](x"onerror="{RUN})',
    "**bold** `code` | $x^2$ <b>",
    "\\u003cscript\\u003e",
    f"\u2028{RUN}\u2029",
    "\u202edrawkcab\u202c",
    "\u2066isolate",
    "\u200bzero\u200dwidth\ufeff",
    "nul\x00nul",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://example.com\x07link\x1b]8;;\x07",
    "\x9b31mC1",
    "back\x08\x08space",
    "bell\x07",
    "carriage\rreturn",
    "line\nbreak",
    "tab\ttab",
    "form\x0cfeed",
    "delete\x7f",
    "../../etc/passwd",
    "C:\\con\\nul",
    "'; DROP TABLE texts;--",
    "=1+1",
    "NaN",
    "undefined",
    "null",
    "1e309",
    "Z͑ͫ̓ͪ̂ͫa̴l͝g̈o",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "אבג مرحبا",
    "ﷺ𒐫",
    "e\u0301\u0301\u0301",
]
"""Markup, templates, names of other languages, and characters that control what shows them."""


def samples_of_unicode():
    """Return the first and the last character of every block, in texts of 50 characters."""
    found = []
    for start, end in itertools.pairwise([*Blocks.RANGES, sys.maxunicode + 1]):
        assigned = [
            character
            for character in map(chr, range(start, end))
            if unicodedata.category(character) not in ("Cn", "Cs")
        ]
        found += dict.fromkeys([*assigned[:1], *assigned[-1:]])
    return ["".join(found[i : i + 50]) for i in range(0, len(found), 50)]


def fail(_event):
    raise ValueError(PAYLOADS[2])


class Outputs:
    """Everything that the package shows, made of some texts, each also the name of a label.

    Attributes
    ----------
    results
        An object of every public kind of result.
    widgets
        Widgets of every kind that hold them.
    """

    def __init__(self, texts, folder):
        clf = tiny_classifier("bert", labels=(*texts, "another label"))
        read = [f"The {text} was good" for text in texts]
        data = bw.TextData.from_(pd.DataFrame({texts[0]: read, texts[-1]: texts}),
                                 text=texts[0], label=texts[-1], classes=clf.labels)  # fmt: skip
        name = "".join(c for c in texts[0] if c not in "/\0")
        trainer = bw.Trainer(clf, data, data, epochs=1, probes=read[:20], report_to=fail,
                             folder=folder / name)  # fmt: skip
        run = trainer.start().wait()
        other = bw.Trainer(clf, data, data, epochs=1)
        quick = {"method": "input_x_gradient"}
        attributions = bw.attribute(clf, list(zip(read, texts, strict=True)), **quick)
        frame = pd.DataFrame({texts[0]: read[:2]})
        search = bw.find_learning_rate(other, steps=21)
        corpus = bw.Corpus(clf, data)
        self.results = [
            *attributions,
            clf.predict(texts),
            clf.predict(list(zip(texts, read, strict=True))),
            clf.evaluate(data),
            bw.evaluate_explanations(clf, frame, text=texts[0], methods=["saliency"], samples=10),
            search,
            bw.attention_maps(clf, read[0]),
            bw.query_key(clf, read[0], layer=0, head=0),
            corpus,
            data,
            run,
            trainer,
            trainer.history,
            trainer.dynamics,
        ]
        assert isinstance(search, RateSearch)
        self.widgets = [bw.TrainingPanel([run, other.start()])]
        self.widgets += map(bw.TokenHighlights, attributions)
        for text, one in list(zip(read, attributions, strict=True))[::4]:
            similar = bw.AttentionMatrix(clf, text, corpus=corpus, view="similar")
            similar.token = 1
            self.widgets += [bw.AttentionMatrix(clf, text, one.pair), similar]
        for widget in self.widgets[1:]:
            assert widget.wait(60)
        self.results += [widget.static() for widget in self.widgets]
