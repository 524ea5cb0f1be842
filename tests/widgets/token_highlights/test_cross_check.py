"""Warnings name the right words, and there are none where methods agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bert_widgets import BertClassifier, TokenHighlights, attribute
from bert_widgets.widgets.token_highlights.cross_check import disagreement, warnings_of
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE


@pytest.fixture(scope="module")
def result():
    clf = tiny_classifier("bert")
    return attribute(clf, "good film bad story", method="integrated_gradients", target=1)[0]


def scored(result, *scores, method="integrated_gradients"):
    return replace(result, scores=np.array(scores, np.float32), method=method)


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        ((1, 0.1, -0.8, 0), (2, 0, -1, 0.3), ""),
        ((1, 0.1, -0.8, 0), (-2, 0, -1, 0), "counts “good” against positive"),
        ((1, 0.1, -0.8, 0), (2, 0, 1, 0), "counts “bad” towards positive"),
        ((1, 0.1, -0.8, 0), (2, 0, 0.01, 0), "gives almost no weight to “bad”"),
        ((1, 0.1, 0, 0), (1, 0, 0, 2), "gives the most weight to “story”, which has little here"),
        ((1, 0.2, 0.1, 0), (1, -0.2, -1, 0), ""),
        ((0, 0, 0, 0), (0, 0, 0, 0), ""),
    ],
)
def test_only_words_that_are_strong_by_one_of_the_methods_count(result, ours, theirs, message):
    sentence = disagreement(scored(result, *ours), scored(result, *theirs, method="occlusion"))
    assert sentence == (message and f"Another method, occlusion, {message}.")


def test_a_method_keeps_the_capitals_of_its_name(result):
    other = scored(result, -2, 0, 0, 0, method="attnlrp")
    assert "Another method, AttnLRP, " in disagreement(scored(result, 1, 0, 0, 0), other)


def test_methods_without_signs_are_compared_by_size(result):
    unsigned = scored(result, 1, 0.8, 0, 0, method="saliency")
    assert disagreement(unsigned, scored(result, -1, -0.8, 0, 0, method="occlusion")) == ""
    assert disagreement(scored(result, -1, -0.8, 0, 0), unsigned) == ""
    assert "almost no weight" in disagreement(
        unsigned, scored(result, -1, 0, 0, 0, method="occlusion")
    )


def test_the_most_important_warning_is_first(result):
    shaky = replace(result, completeness_error=0.2, windows=3)
    first, second, third = warnings_of(shaky, "They disagree.")
    assert "20 %" in first
    assert second == "They disagree."
    assert "3 overlapping windows" in third
    assert warnings_of(replace(result, completeness_error=0.009), "") == []


def test_a_head_that_is_not_trained_is_called_so_until_it_is(tmp_path):
    tiny_classifier("bert").save_pretrained(tmp_path)
    with pytest.warns(UserWarning, match="fine-tune the new head"):
        clf = BertClassifier.from_pretrained(tmp_path, labels=["a", "b", "c"], new_head=True)
    widget = TokenHighlights(clf, "The film was not bad")
    assert widget.warnings[0].startswith("This head is not trained")
    with torch.no_grad():
        clf.model.classifier.weight.add_(1)
    assert not any("not trained:" in text for text in TokenHighlights(clf, "A film").warnings)


def test_scores_of_nothing_at_chance_are_called_so(result):
    faint = replace(scored(result, 0.01, -0.02, 0, 0), probabilities=np.array([0.52, 0.48]))
    assert warnings_of(faint, "")[0].startswith("The prediction is at chance")
    assert warnings_of(replace(faint, probabilities=np.array([0.7, 0.3])), "") == []
    assert warnings_of(scored(faint, 3, -3, 0, 0), "") == [], "words that cancel out"


@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients", "saliency"])
@pytest.mark.parametrize("seed", range(3))
def test_the_widget_warns_where_two_methods_disagree(method, seed):
    clf = tiny_classifier("bert", seed=seed)
    widget = TokenHighlights(clf, "The film was not bad, and boring", method=method)
    assert widget.wait(PATIENCE)
    other = "attnlrp" if method == "occlusion" else "occlusion"
    sentence = disagreement(widget.attribution, attribute(clf, widget.text, method=other)[0])
    assert [warning for warning in widget.warnings if warning.startswith("Another")] == [
        sentence
    ] * bool(sentence)
