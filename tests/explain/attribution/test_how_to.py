from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from bert_widgets.explain import METHODS, attribute
from bert_widgets.explain.attribution.units import units
from tests.models import tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


def test_the_how_to_adds_a_method(monkeypatch) -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "attribution-method.md"
    code, check = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    monkeypatch.setitem(METHODS, "alone", None)  # the changes made by the page are undone
    names = {}
    exec(code + check, names)  # noqa: S102 - the project's own page
    names["test_alone"]()
    clf = tiny_classifier("bert")
    attribution = attribute(clf, TEXT, method="alone")[0]
    words = len(attribution.words)
    only = units(clf.encode([TEXT])[0], "words")
    assert len(only) == words == np.count_nonzero(attribution.scores)
    assert attribution.completeness_error is None
