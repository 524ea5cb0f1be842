from __future__ import annotations

import pytest

from bert_widgets.explain import METHODS, attribute
from bert_widgets.widgets.token_highlights.results import method_row
from tests.models import tiny_classifier


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_only_methods_that_fail_are_marked_as_refused(kind) -> None:
    clf = tiny_classifier(kind)
    for name, method in METHODS.items():
        refusal = method_row(name, clf)[-1]
        if refusal:
            with pytest.raises(ValueError, match=method.title):
                attribute(clf, "not bad", method=name)
    assert method_row("deeplift", clf)[-1]
    assert not method_row("integrated_gradients", clf)[-1]


def test_rows_hold_family_and_paper_and_need_no_classifier() -> None:
    for name, method in METHODS.items():
        row = method_row(name, None)
        assert row[4:] == [method.family, method.paper, ""]
        assert method.family != "others", "each of our methods has a family"
    assert method_row("of a plugin", None) == ["of a plugin", "of a plugin", "", 1, "", "", ""]
