"""The answer to a what-if edit is the prediction for the edited text."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets as t

from bert_widgets import TokenHighlights
from bert_widgets.widgets.token_highlights.what_if import check_edit
from tests.models import KINDS, tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, page_of

FAST = {"method": "occlusion"}


@pytest.mark.parametrize(
    ("edit", "text", "pair"),
    [
        ({"word": 3, "action": "delete"}, "The film was bad.", "It was good"),
        ({"word": 3, "action": "mask"}, "The film was [MASK] bad.", "It was good"),
        (
            {"word": 4, "action": "replace", "with": "so 🙂"},
            "The film was not so 🙂.",
            "It was good",
        ),
        ({"words": [3, 4], "action": "delete"}, "The film was.", "It was good"),
        (
            {"words": [4, 3], "action": "replace", "with": "fine"},
            "The film was fine.",
            "It was good",
        ),
        ({"words": [3, 6], "action": "delete"}, "The film was bad.", "was good"),
        ({"word": 8, "action": "replace", "with": "bad"}, "The film was not bad.", "It was bad"),
    ],
)
@pytest.mark.parametrize("by_page", [False, True])
def test_the_answer_is_the_prediction_for_the_edited_text(edit, text, pair, by_page):
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, "The film was not bad.", "It was good", **FAST)
    if by_page:
        page_of(widget).tell(edit=edit)
        assert widget.wait(PATIENCE)
    else:
        widget.edit = edit
    answer = widget.edited
    assert (answer["text"], answer["pair"]) == (text, pair)
    assert answer["edit"] == widget.edit
    expected = clf.predict((text, pair))
    np.testing.assert_allclose(answer["probabilities"], expected.probabilities[0], atol=1e-5)
    assert answer["label"] == expected.labels[0]
    assert (widget.text, widget.pair) == ("The film was not bad.", "It was good"), "only if applied"
    widget.text = "other"
    assert (widget.edit, widget.edited) == ({}, {})
    assert agrees(widget)


@pytest.mark.parametrize("kind", KINDS)
def test_edits_work_for_every_model_family(kind):
    clf = tiny_classifier(kind)
    widget = TokenHighlights(clf, "The film was not bad", **FAST)
    widget.edit = {"word": 3, "action": "mask"}
    assert clf.tokenizer.mask_token in widget.edited["text"]
    assert widget.error == ""


def test_an_edit_that_leaves_nothing_says_so():
    widget = TokenHighlights(tiny_classifier("bert"), "good soup", **FAST)
    widget.edit = {"words": [0, 1], "action": "delete"}
    assert widget.edited == {}
    assert widget.error == "The text is empty; write at least one word."
    widget.edit = {}
    assert widget.error == ""
    pair = TokenHighlights(tiny_classifier("bert"), "good soup", "bad", **FAST)
    pair.edit = {"word": 2, "action": "delete"}
    assert "second text" in pair.error
    pair.edit = {"words": [1, 2], "action": "replace", "with": "x"}
    assert "one text" in pair.error


def test_an_edit_is_kept_while_its_words_are_the_same():
    widget = TokenHighlights(tiny_classifier("bert"), "good soup", **FAST)
    widget.edit = {"word": 0, "action": "delete"}
    answer = widget.edited
    widget.method = "input_x_gradient"
    assert widget.edited == answer
    widget.unit = "tokens"
    assert (widget.edit, widget.edited) == ({}, {})


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"word": 2, "action": "mask"}, "no word 2"),
        ({"word": -1, "action": "mask"}, "no word -1"),
        ({"word": True, "action": "mask"}, "no word True"),
        ({"action": "mask"}, "either"),
        ({"word": 0, "words": [0], "action": "mask"}, "either"),
        ({"words": [], "action": "mask"}, "1 to 1,000"),
        ({"words": {"a": 1}, "action": "mask"}, "1 to 1,000"),
        ({"word": 0, "action": "maks"}, "did you mean 'mask'"),
        ({"word": 0, "action": ["mask"]}, "Unknown action"),
        ({"word": 0}, "Unknown action"),
        ({"word": 0, "action": "replace"}, "'with'"),
        ({"word": 0, "action": "replace", "with": "x" * 1001}, "1,000 characters"),
        ({"word": 0, "action": "replace", "with": "\ud800"}, "'with'"),
        ({"wrod": 0, "action": "mask"}, "did you mean 'word'"),
    ],
)
def test_invalid_edits_are_refused(edit, message):
    with pytest.raises(t.TraitError, match=message):
        check_edit(edit, 2)


def test_an_edit_is_put_in_its_simplest_form():
    edit = {"words": [1, 0, 1], "action": "delete", "with": "dropped"}
    assert check_edit(edit, 2) == {"words": [0, 1], "action": "delete"}
