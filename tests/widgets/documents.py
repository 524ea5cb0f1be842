"""HTML as a browser would read it."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta"}


class Document(HTMLParser):
    """Collects elements, and the text of each with its descendants.

    "prose" is the same without the scores beside words.
    """

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self._open = [], []
        self.feed(source)
        self.close()
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attributes": dict(attrs), "text": "", "prose": ""}
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data):
        is_score = any(element["tag"] == "sub" for element in self._open)
        for element in self._open:
            element["text"] += data
            element["prose"] += "" if is_score else data

    def find(self, tag, **attributes):
        return [
            element
            for element in self.elements
            if element["tag"] == tag and attributes.items() <= element["attributes"].items()
        ]
