"""A text is predicted once, however many results are computed for it."""

from __future__ import annotations

import contextlib

import pytest
import torch

from bert_widgets import TokenHighlights, attribute
from bert_widgets.explain.evidence.badge import badge
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, page_of

TEXT = "The film was not bad, and the story was very good"


@contextlib.contextmanager
def counted(clf):
    """Count forward passes and the rows in them."""
    counts = {"passes": 0, "rows": 0}

    def count(_model, _arguments, options, _output):
        counts["passes"] += 1
        counts["rows"] += len(options["input_ids"])

    hook = clf.model.register_forward_hook(count, with_kwargs=True)
    yield counts
    hook.remove()


def passes_of(clf, *functions):
    """Add up the forward passes and rows of several functions."""
    total = {"passes": 0, "rows": 0}
    for function in functions:
        with counted(clf) as counts:
            function()
        total = {name: total[name] + counts[name] for name in total}
    return total


@pytest.mark.parametrize("method", ["integrated_gradients", "input_x_gradient"])
def test_opening_predicts_once(method):
    clf = tiny_classifier("bert")
    result = attribute(clf, TEXT, method=method)[0]
    expected = passes_of(
        clf,
        lambda: attribute(clf, TEXT, method=method),
        lambda: attribute(clf, TEXT, method="occlusion"),  # the cross-check
        lambda: badge(clf, result),
    )
    with counted(clf) as counts:
        assert TokenHighlights(clf, TEXT, method=method).wait(PATIENCE)
    # The cross-check does without the prediction, a pass of one row.
    assert counts == {"passes": expected["passes"] - 1, "rows": expected["rows"] - 1}


def test_typed_text_is_predicted_once():
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, "good soup", method="input_x_gradient")
    assert widget.wait(PATIENCE)
    result = attribute(clf, TEXT, method="input_x_gradient")[0]
    expected = passes_of(
        clf,
        lambda: clf.predict(TEXT),
        lambda: attribute(clf, TEXT, method="attnlrp"),  # the quick scores
        lambda: attribute(clf, TEXT, method="input_x_gradient"),
        lambda: attribute(clf, TEXT, method="occlusion"),
        lambda: badge(clf, result),
    )
    with counted(clf) as counts:
        page_of(widget).tell(text=TEXT)
        assert widget.wait(PATIENCE)
    # Neither scores nor cross-check predict again. The cross-check may have been made twice.
    assert counts["passes"] <= expected["passes"] - 3
    assert counts["rows"] <= expected["rows"] - 3


@pytest.mark.parametrize("by_page", [False, True])
def test_a_choice_does_not_predict_again(by_page):
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, TEXT, method="input_x_gradient")
    assert widget.wait(PATIENCE)
    with counted(clf) as counts:
        clf.predict(TEXT)
        shown = dict(counts)
        if by_page:
            page_of(widget).tell(compare=True)
        else:
            widget.compare = True
        assert widget.wait(PATIENCE)
    others = len(clf.labels) - 1  # the row of the target is on show
    assert counts["passes"] - shown["passes"] == others


def test_changed_weights_are_predicted_with_again():
    clf = tiny_classifier("bert")
    widget = TokenHighlights(clf, TEXT, method="input_x_gradient")
    assert widget.wait(PATIENCE)
    with torch.no_grad():
        for weights in clf.model.parameters():
            weights.mul_(0.8)
    widget.method = "occlusion"
    assert widget.wait(PATIENCE)
    expected = attribute(clf, TEXT, method="occlusion")[0]
    assert widget.probabilities.tolist() == pytest.approx(expected.probabilities.tolist())
