"""The page gets the result of `attribute`, whatever changes, and from any thread."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pytest
import torch
import traitlets as t

from bert_widgets import AttentionMatrix, TokenHighlights, attribute
from bert_widgets.explain.attribution.method_table import METHODS
from tests.models import KINDS, tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, in_thread, joined, page_of

TEXT = "The film was not bad 🙂, a\ncafé story"
FAST = {"method": "input_x_gradient"}


def classifier():
    return tiny_classifier("bert", labels=("bad", "mixed", "good"))


def predict(clf, label):
    """Make the model predict a label, whatever the text."""
    with torch.no_grad():
        clf.model.classifier.bias.copy_(100.0 * torch.eye(3)[clf.labels.index(label)])


def shows(widget, expected):
    assert widget.words == list(expected.words)
    assert widget.token_texts == list(expected.token_texts)
    assert (widget.target, widget.method) == (expected.target, expected.method)
    assert widget.completeness_error == expected.completeness_error
    for name, array in {
        "scores": expected.scores,
        "token_scores": expected.token_scores,
        "probabilities": expected.probabilities,
    }.items():
        np.testing.assert_allclose(getattr(widget, name), array, atol=1e-5)
    np.testing.assert_array_equal(widget.word_offsets, expected.word_offsets)
    np.testing.assert_array_equal(widget.word_segments, expected.word_segments)
    np.testing.assert_array_equal(widget.token_offsets, expected.token_offsets)
    np.testing.assert_array_equal(widget.word_of_token, expected.word_of_token)
    assert widget.wait(PATIENCE)
    return agrees(widget)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_gets_the_attribution(kind):
    clf = tiny_classifier(kind)
    widget = TokenHighlights(clf, TEXT)
    assert shows(widget, attribute(clf, TEXT)[0])
    state = page_of(widget).state
    offsets = np.frombuffer(state["word_offsets"], "<i4").reshape(-1, 2)
    assert [TEXT[a:b] for a, b in offsets] == state["words"]
    scores = np.frombuffer(state["scores"], "<f4")
    token_scores, owners = (
        np.frombuffer(state["token_scores"], "<f4"),
        np.frombuffer(state["word_of_token"], "<i4"),
    )
    sums = [token_scores[owners == i].sum() for i in range(len(scores))]
    np.testing.assert_allclose(scores, sums, atol=1e-5)
    first = METHODS["integrated_gradients"]
    about = [first.family, first.paper, ""]
    assert state["_methods"][0] == [first.name, first.title, first.cost, 1, *about]


def test_pairs_and_several_labels():
    clf = tiny_classifier("bert", labels=("a", "b"), problem_type="multi_label")
    widget = TokenHighlights(clf, "The film", "was it good", **FAST)
    assert shows(widget, attribute(clf, ("The film", "was it good"), **FAST)[0])
    assert widget.word_segments.tolist() == [0, 0, 1, 1, 1]
    assert widget._multi_label
    assert not TokenHighlights(tiny_classifier("bert"), TEXT, **FAST)._multi_label


@pytest.mark.parametrize("by_page", [False, True])
def test_edits_and_choices_are_explained_again(by_page):
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    page = page_of(widget)

    def change(**state):
        if by_page:
            page.tell(**state)
            assert widget.wait(PATIENCE)
        else:
            with widget.hold_sync():
                for name, value in state.items():
                    setattr(widget, name, value)

    for text, label in [("good soup", "mixed"), (TEXT + "!", "bad"), ("bad", "good")]:
        predict(clf, label)
        change(text=text)
        assert widget.target == label
        assert shows(widget, attribute(clf, text, **FAST)[0])
    change(target="mixed", method="integrated_gradients")
    assert shows(widget, attribute(clf, "bad", target="mixed")[0])
    change(text="gorgeous", pair="so bad")
    assert shows(widget, attribute(clf, ("gorgeous", "so bad"), target="mixed")[0])
    assert widget.attribution.text == "gorgeous"
    assert widget.attribution.pair == "so bad"


def test_a_chosen_target_stays_after_edits():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, target=1, **FAST)
    assert widget.target == "mixed"
    for text, label in [("good soup", "good"), ("bad", "bad")]:
        predict(clf, label)
        widget.text = text
        assert widget.target == "mixed"


@pytest.mark.parametrize("by_page", [False, True])
def test_without_a_chosen_target_the_predicted_one_is_explained_again(by_page):
    clf = classifier()
    predict(clf, "good")
    widget = TokenHighlights(clf, TEXT, **FAST)
    page = page_of(widget)

    def change(**state):
        if by_page:
            page.tell(**state)
        for name, value in state.items():
            setattr(widget, name, value)
        assert widget.wait(PATIENCE)
        return [widget.chosen_target, widget.target, widget.against]

    assert change(target="mixed") == ["mixed", "mixed", ""]
    assert change(against="bad") == ["mixed", "mixed", "bad"]
    assert change(chosen_target="") == ["", "good", ""]
    assert shows(widget, attribute(clf, TEXT, **FAST)[0])
    predict(clf, "bad")
    assert change(text="good soup") == ["", "bad", ""]
    assert change(chosen_target="bad") == ["bad", "bad", ""]
    predict(clf, "mixed")
    assert change(text="soup") == ["bad", "bad", ""]
    assert change(chosen_target="") == ["", "mixed", ""]
    assert change(against="good") == ["mixed", "mixed", "good"], "log-odds are of two labels"
    assert shows(widget, attribute(clf, "soup", target=("mixed", "good"), **FAST)[0])


def test_choosing_the_displayed_target_computes_nothing():
    clf = classifier()
    predict(clf, "good")
    widget = TokenHighlights(clf, TEXT)
    assert widget.wait(PATIENCE)
    shown, page = widget.attribution, page_of(widget)
    page.updates.clear()
    for chosen in ("good", "", "good"):
        page.tell(chosen_target=chosen)
        assert widget.wait(PATIENCE)
        assert (widget.chosen_target, widget.attribution) == (chosen, shown)
    assert not any("scores" in update or "badge" in update for update in page.updates)


def test_linked_widgets_follow_their_predictions_and_each_others_choices():
    clf = classifier()
    predict(clf, "good")
    leader, follower = TokenHighlights(clf, TEXT, **FAST), TokenHighlights(clf, "soup", **FAST)
    ipywidgets.link((leader, "chosen_target"), (follower, "chosen_target"))
    ipywidgets.link((leader, "text"), (follower, "text"))
    predict(clf, "bad")
    page_of(leader).tell(text="good film")
    assert leader.wait(PATIENCE)
    assert follower.wait(PATIENCE)
    assert [leader.chosen_target, leader.target, follower.target] == ["", "bad", "bad"]
    follower.target = "mixed"
    assert [leader.chosen_target, leader.target] == ["mixed", "mixed"]
    page_of(leader).tell(chosen_target="")
    assert follower.wait(PATIENCE)
    assert follower.target == "bad"


def test_a_change_is_computed_once_and_shown_at_once():
    widget = TokenHighlights(classifier(), TEXT, **FAST)
    page = page_of(widget)
    seen = []
    widget.observe(lambda _: seen.append((len(widget.words), len(widget.scores))), "words")
    page.updates.clear()
    with widget.hold_sync():
        widget.text, widget.pair, widget.method = "good soup", "bad", "integrated_gradients"
    results = [update for update in page.updates if "scores" in update]
    assert len(results) == 1
    assert results[0]["words"] == ["good", "soup", "bad"]
    assert results[0]["busy"] is False
    before = page.updates[: page.updates.index(results[0])]
    assert [update["busy"] for update in before if "busy" in update] == [True]
    assert seen == [(3, 3)], "observers too see one consistent state"


def test_an_observer_may_change_the_widget():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)

    def more(_change):
        widget.unobserve(more, "words")
        widget.method = "integrated_gradients"
        widget.text = "bad"

    widget.observe(more, "words")
    page_of(widget).tell(text="good soup")
    assert widget.wait(PATIENCE)
    assert shows(widget, attribute(clf, "bad")[0])
    assert not widget.busy


def test_a_result_equal_to_the_last_is_sent_too():
    widget = TokenHighlights(classifier(), "good soup", **FAST)
    page = page_of(widget)
    page.updates.clear()
    page.tell(text="good soup ")
    assert widget.wait(PATIENCE)
    assert any("scores" in update for update in page.updates), "the page waits for an answer"


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_to_explain_keeps_the_last_result(text):
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    page_of(widget).tell(text=text)
    assert widget.wait(PATIENCE)
    assert widget.error == "The text is empty; write at least one word."
    assert widget.words == list(attribute(clf, TEXT, **FAST)[0].words)
    assert not widget.busy
    page_of(widget).tell(selected=1)
    assert "text is empty" in widget.error, "it stays while it is so"
    widget.text = "good"
    assert widget.error == ""
    assert shows(widget, attribute(clf, "good", **FAST)[0])


def test_a_broken_model_is_named_in_the_widget_and_raised_by_the_constructor():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    with torch.no_grad():
        clf.model.get_input_embeddings().weight.fill_(float("nan"))
    widget.text = "good"
    assert "not finite" in widget.error
    assert np.isfinite(widget.scores).all()
    with pytest.raises(ValueError, match="not finite"):
        TokenHighlights(clf, TEXT)


@pytest.mark.parametrize(
    ("text", "pair", "message"),
    [
        ("", None, "text is empty"),
        (None, None, "The text must be a string"),
        ("a", 3, "The second text must be a string"),
        (("a", "b"), None, r"a string, not \('a', 'b'\); give the second text .* as pair="),
        ("half \ud83d", None, "half a character"),
        ("x" * 100_001, None, "100,001 characters"),
    ],
)
def test_invalid_texts_are_refused(text, pair, message):
    with pytest.raises((TypeError, ValueError), match=message):
        TokenHighlights(classifier(), text, pair)


def test_selection_is_a_word_and_is_reset_with_the_text():
    widget = TokenHighlights(classifier(), "good soup", **FAST)
    for wrong in (2, -1, True):
        with pytest.raises(t.TraitError, match=r"There is no word|a whole number"):
            widget.selected = wrong
    widget.selected = 1
    widget.target = "mixed"
    assert widget.selected == 1
    widget.text = "bad soup"
    assert widget.selected is None
    page_of(widget).tell(selected=1, text="bad film")
    assert widget.wait(PATIENCE)
    assert widget.selected is None
    assert agrees(widget)


def test_errors_for_unknown_names_suggest_the_right_one():
    widget = TokenHighlights(classifier(), TEXT, **FAST)
    with pytest.raises(t.TraitError, match="did you mean 'good'"):
        widget.target = "goood"
    with pytest.raises(t.TraitError, match="did you mean 'good'"):
        widget.chosen_target = "goood"
    with pytest.raises(t.TraitError, match="did you mean 'integrated_gradients'"):
        widget.method = "integrated_gradient"
    with pytest.raises(ValueError, match="did you mean 'good'"):
        TokenHighlights(classifier(), TEXT, target="goood")


def test_a_stored_result_is_shown_and_cannot_be_changed():
    clf = classifier()
    result = attribute(clf, (TEXT, "good"), target="mixed")[0]
    widget = TokenHighlights(result)
    assert shows(widget, result)
    assert widget.attribution is result
    assert not widget.editable
    page = page_of(widget)
    for change in (
        {"text": "new"},
        {"pair": "new"},
        {"target": "good"},
        {"chosen_target": "good"},
        {"against": "bad"},
        {"unit": "tokens"},
        {"spans": [[0, 3, 0]]},
        {"compare": True},
        {"by_layer": True},
        {"edit": {"word": 0, "action": "mask"}},
    ):
        page.tell(**change)
        assert "stored result" in widget.error
        assert shows(widget, result)
        page.tell(selected=1)
        assert (widget.selected, widget.error) == (1, "")
    with pytest.raises(t.TraitError, match="stored result"):
        widget.method = "input_x_gradient"
    with pytest.raises(TypeError, match="pass it without them"):
        TokenHighlights(result, "other text")


def test_the_last_text_wins_when_two_threads_edit():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)

    def edit(text):
        widget.text = text

    with clf.lock:  # both wait for the model
        first = in_thread(lambda: edit("good soup"))
        page_of(widget).wait_for(lambda state: state["busy"] and state["text"] == "good soup")
        second = in_thread(lambda: edit("bad"))
        page_of(widget).wait_for(lambda state: state["text"] == "bad")
    assert joined(first, second)
    assert shows(widget, attribute(clf, "bad", **FAST)[0])
    assert not widget.busy


def test_other_widgets_respond_while_one_waits_for_the_model():
    clf = classifier()
    waiting, other = TokenHighlights(clf, TEXT, **FAST), TokenHighlights(clf, TEXT, **FAST)

    def edit():
        waiting.text = "good"

    def select():
        other.selected = 1

    with clf.lock:
        editing = in_thread(edit)
        page_of(waiting).wait_for(lambda state: state["busy"])
        assert joined(in_thread(select))
        assert waiting.busy
    assert joined(editing)


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_those_of_the_attention_matrix_so_selections_link(kind):
    clf = tiny_classifier(kind)
    highlights, matrix = TokenHighlights(clf, TEXT, method="saliency"), AttentionMatrix(clf, TEXT)
    assert highlights.words == matrix.words
    assert highlights.word_of_token.tolist() == matrix.word_of_token.tolist()
    ipywidgets.link((highlights, "selected"), (matrix, "selected"))
    ipywidgets.link((highlights, "text"), (matrix, "text"))
    page_of(highlights).tell(selected=2)
    assert page_of(matrix).state["selected"] == 2
    page_of(matrix).tell(selected=0)
    assert page_of(highlights).state["selected"] == 0
    page_of(highlights).tell(text="good soup, it was")
    assert highlights.wait(PATIENCE)
    assert matrix.wait(PATIENCE)
    assert matrix.selected is None
    assert highlights.words == matrix.words
    assert len(matrix.words) == 5
    assert agrees(highlights)
    assert agrees(matrix)
