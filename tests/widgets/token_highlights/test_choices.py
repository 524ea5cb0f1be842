"""For every combination of choices, TokenHighlights shows the result of `attribute`."""

from __future__ import annotations

import json

import numpy as np
import pytest
import traitlets as t
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bert_widgets import TokenHighlights, attribute
from bert_widgets.explain.evidence.badge import badge
from bert_widgets.explain.evidence.faithfulness import faithfulness
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, in_thread, joined, page_of

TEXT = "The film was not bad. A café story"
FAST = {"method": "occlusion"}
LABELS = ("bad", "mixed", "good")


def classifier(**options):
    return tiny_classifier("bert", labels=LABELS, **options)


def shows(widget, clf, **options):
    """Whether the scores are those of `attribute` with the options, in Python and in the page."""
    assert widget.wait(PATIENCE)
    assert widget.error == ""
    text = (widget.text, widget.pair) if widget.pair else widget.text
    expected = attribute(clf, text, **options)[0]
    assert widget.words == list(expected.words)
    assert (widget.target, widget.against) == (expected.target, expected.against or "")
    assert widget.shown_method == widget.method == expected.method
    np.testing.assert_allclose(widget.scores, expected.scores, atol=1e-4)
    np.testing.assert_allclose(widget.probabilities, expected.probabilities, atol=1e-5)
    assert widget.difference == pytest.approx(expected.difference, abs=1e-4)
    assert not widget.busy
    assert not widget.refining
    return agrees(widget)


CHANGES = [
    ({"target": "mixed"}, {"target": "mixed"}),
    ({"target": "mixed", "against": "good"}, {"target": ("mixed", "good")}),
    ({"output": "probability"}, {"output": "probability"}),
    ({"baseline": "mask"}, {"baseline": "mask"}),
    ({"unit": "tokens"}, {"unit": "tokens"}),
    ({"unit": "sentences"}, {"unit": "sentences"}),
    ({"spans": [[0, 8, 0]], "unit": "spans"}, {"unit": [(0, 8)]}),
    ({"method": "integrated_gradients"}, {"method": "integrated_gradients"}),
    ({"text": "good soup", "pair": "so bad"}, {}),
]


@pytest.mark.parametrize(("change", "options"), CHANGES)
@pytest.mark.parametrize("by_page", [False, True])
def test_each_choice_gives_the_result_of_attribute(change, options, by_page):
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    if by_page:
        page_of(widget).tell(**change)
    else:
        for name, value in change.items():
            setattr(widget, name, value)
        assert not widget.busy, "it should be computed before this line"
        assert not widget.refining
    assert shows(widget, clf, **FAST | options)


@pytest.mark.parametrize(("change", "options"), CHANGES[1:8])
def test_the_constructor_takes_the_same_choices(change, options):
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST | options)
    for name in change.keys() - {"spans"}:
        assert getattr(widget, name) == change[name]
    assert shows(widget, clf, **FAST | options)


def test_log_odds_and_probability_exclude_each_other():
    widget = TokenHighlights(classifier(), TEXT, output="probability", **FAST)
    widget.target = "bad"
    widget.against = "good"
    assert widget.output == "logit"
    widget.target = "good"
    assert widget.against == ""
    widget.against = "mixed"
    widget.output = "probability"
    assert widget.against == ""
    assert widget.error == ""


def test_spans_are_removed_when_the_text_changes():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, unit=[(0, 8)], **FAST)
    assert widget.words[0] == "The film"
    widget.selected = 1
    widget.text = "good soup"
    assert (widget.spans, widget.unit, widget.selected) == ([], "words", None)
    assert shows(widget, clf, **FAST)


def test_every_class_has_a_row():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT)
    widget.compare = True
    rows = widget.class_scores.reshape(3, -1)
    for label, row in zip(LABELS, rows, strict=True):
        expected = attribute(clf, TEXT, target=label, method=widget.class_method)[0].scores
        np.testing.assert_allclose(row, expected, atol=1e-4)
    widget.target = "mixed"
    np.testing.assert_array_equal(widget.class_scores.reshape(3, -1), rows)
    page_of(widget).tell(text="good soup")
    assert widget.wait(PATIENCE)
    assert widget.class_scores.size == 3 * 2
    widget.compare = False
    assert widget.class_scores.size == 0
    widget.compare = True
    assert widget.class_scores.size == 3 * 2, "they should be computed again"
    assert agrees(widget)


def test_every_layer_has_a_row():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    widget.by_layer = True
    rows = widget.layer_scores.reshape(2, -1)
    for layer, row in enumerate(rows):
        expected = attribute(clf, TEXT, method=widget.layer_method, layer=layer)[0].scores
        np.testing.assert_allclose(row, expected, atol=1e-4)
    assert agrees(widget)


def test_evidence_is_that_of_badge_and_faithfulness():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    assert widget.wait(PATIENCE)
    expected = badge(clf, widget.attribution)
    assert (widget.badge, widget.badge_words) == (expected.sentence, list(expected.words))
    assert widget.deletion.size == 0
    page_of(widget).press("evidence")
    assert widget.wait(PATIENCE)
    curve = faithfulness(clf, [widget.attribution])[0].deletion
    points = widget.deletion.reshape(-1, 5)
    np.testing.assert_array_equal(points[:, 0], curve.removed)
    np.testing.assert_allclose(points[:, 1], curve.probability, atol=1e-5)
    np.testing.assert_allclose(points[:, 2:], np.stack([curve.random_mean, curve.random_low,
                               curve.random_high], axis=1), atol=1e-5)  # fmt: skip
    widget.text = "good soup"
    assert widget.deletion.size == 0, "it is the curve of another text"
    widget.evidence()
    assert widget.deletion.size
    with pytest.raises(ValueError, match="stored result"):
        TokenHighlights(widget.attribution).evidence()
    page = page_of(TokenHighlights(widget.attribution))
    page.press("evidence")
    assert "stored result" in page.state["error"]


def test_a_saved_page_has_the_evidence():
    widget = TokenHighlights(classifier(), TEXT, **FAST)
    state = widget.saved_state()
    assert state["badge"]
    assert not state["refining"]
    states = []
    widget.observe(lambda _: states.append(widget.saved_state()), "selected")
    page_of(widget).tell(selected=1)
    assert states[0]["selected"] == 1, "an observer can save too, although it cannot wait"


def test_undo_and_redo_restore_texts():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    page = page_of(widget)
    page.tell(text="good soup", pair="so bad")
    page.tell(text="good film")
    assert widget.wait(PATIENCE)
    for text, pair in [("good soup", "so bad"), (TEXT, ""), (TEXT, "")]:
        page.press("undo")
        assert (widget.text, widget.pair) == (text, pair)
        assert shows(widget, clf, **FAST)
    assert (widget.can_undo, widget.can_redo) == (False, True)
    widget.redo()
    assert (widget.text, widget.pair) == ("good soup", "so bad")
    assert (widget.can_undo, widget.can_redo) == (True, True)
    widget.text = "bad"
    assert (widget.can_undo, widget.can_redo) == (True, False)
    assert shows(widget, clf, **FAST)


def test_everything_typed_in_the_page_is_undone_at_once():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    page = page_of(widget)
    page.tell(editing=True)
    for typed in ("g", "go", "good"):
        page.tell(text=typed, pair="")
    assert not widget.can_undo
    page.tell(text="good soup", editing=False)
    assert widget.can_undo
    page.tell(editing=True)
    page.tell(text="good")
    widget.text = "bad"
    assert widget.wait(PATIENCE)
    for text in ("good soup", TEXT, TEXT):
        widget.undo()
        assert widget.text == text
    page.tell(text="goo")
    page.press("undo")
    assert widget.text == TEXT, "text that is still being typed should be undone too"
    assert shows(widget, clf, **FAST)


def test_an_edit_undone_before_it_is_explained_changes_nothing():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    assert widget.wait(PATIENCE)
    page = page_of(widget)
    with clf.lock:
        page.tell(text="good soup")
        page.wait_for(lambda state: state["busy"])
        page.tell(text=TEXT)
    assert shows(widget, clf, **FAST)


def test_resetting_the_target_before_its_scores_arrive_shows_the_predicted_one():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    predicted = widget.target
    other = next(label for label in clf.labels if label != predicted)
    with clf.lock:  # nothing can be computed
        page_of(widget).tell(target=other)
        page_of(widget).tell(chosen_target="")
    assert widget.wait(PATIENCE)
    assert (widget.target, widget.attribution.target) == (predicted, predicted)
    assert agrees(widget)


choices = st.one_of(
    st.fixed_dictionaries({"text": st.sampled_from([TEXT, "good soup", "bad", ""])}),
    st.fixed_dictionaries({"target": st.sampled_from([*LABELS, "x"])}),
    st.fixed_dictionaries({"chosen_target": st.sampled_from([*LABELS, "", "x"])}),
    st.fixed_dictionaries({"against": st.sampled_from([*LABELS, ""])}),
    st.fixed_dictionaries({"output": st.sampled_from(["logit", "probability"])}),
    st.fixed_dictionaries({"unit": st.sampled_from(["words", "tokens", "sentences", "spans"])}),
    st.fixed_dictionaries(
        {"spans": st.lists(st.lists(st.integers(-1, 9), max_size=4), max_size=2)}
    ),
    st.fixed_dictionaries({"method": st.sampled_from(["occlusion", "input_x_gradient", 3])}),
    st.fixed_dictionaries({"compare": st.booleans(), "by_layer": st.booleans()}),
    st.fixed_dictionaries(
        {
            "edit": st.fixed_dictionaries(
                {},
                optional={
                    "word": st.integers(-1, 4) | st.none(),
                    "words": st.lists(st.integers(-1, 4), max_size=3) | st.just("x"),
                    "action": st.sampled_from(["mask", "delete", "replace", "burn", 3]),
                    "with": st.text(max_size=3) | st.integers(),
                },
            )
        }
    ),
)


def test_any_messages_of_a_page_leave_one_consistent_state():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    page = page_of(widget)

    @settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(choices | st.sampled_from(["undo", "redo", "evidence"]), max_size=6))
    def send(messages):
        for message in messages:
            if isinstance(message, str):
                page.press(message)
            else:
                page.tell(**message)
        assert widget.wait(PATIENCE)
        assert agrees(widget)
        result, count = widget.attribution, len(widget.words)
        assert widget.scores.tolist() == result.scores.tolist()
        assert widget.class_scores.size in (0, 3 * count)
        assert widget.layer_scores.size in (0, 2 * count)
        assert all(word < count for word in widget.badge_words)
        assert widget.edited == {} or widget.edited["edit"] == widget.edit
        json.dumps(widget.edited, allow_nan=False)
        assert not widget.busy
        assert not widget.refining
        if not widget.error:
            assert (result.text, result.pair or "") == (widget.text, widget.pair)
            assert (result.unit, result.output) == (widget.unit, widget.output)
            assert (result.target, result.against or "") == (widget.target, widget.against)
            assert widget.chosen_target in ("", widget.target)

    send()


def test_python_and_page_edit_at_once_and_nothing_hangs():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT, **FAST)
    page = page_of(widget)
    texts = [f"good {noun}" for noun in ("soup", "film", "story", "acting", "bad")]
    seen = []

    def edit():
        for text in texts * 3:
            widget.text = text
            widget.compare = not widget.compare
            with clf.lock:
                widget.target = "good"

    def type_():
        for text in texts * 6:
            page.tell(text=text + "!", selected=0)
            page.tell(method="input_x_gradient", edit={"word": 0, "action": "delete"})
            page.press("undo")

    def watch():
        seen.extend(len(widget.get_state(["words"])["words"]) for _ in range(200))

    assert joined(*map(in_thread, (edit, type_, watch)))
    assert widget.wait(PATIENCE)
    assert all(seen)
    widget.text, widget.method, widget.compare = "the end", "occlusion", False
    assert shows(widget, clf, target="good", **FAST)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("output", "logits", "did you mean 'logit'"),
        ("baseline", "padd", "did you mean 'pad'"),
        ("unit", "word", "did you mean 'words'"),
        ("against", "goood", "did you mean 'good'"),
        ("spans", [[0, 99, 0]], "is not a span"),
        ("spans", [[3, 1]], "is not a span"),
        ("spans", [[0, 1, 1]], "is not a span"),
        ("spans", [[0, 1]] * 101, "at most 100"),
        ("spans", ["ab"], "is not a span"),
    ],
)
def test_invalid_choices_are_refused_with_one_sentence(name, value, message):
    widget = TokenHighlights(classifier(), TEXT, **FAST)
    with pytest.raises(t.TraitError, match=message):
        setattr(widget, name, value)
    page_of(widget).tell(**{name: value})
    assert widget.error
    assert agrees(widget)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"method": "occlusionn"}, "did you mean 'occlusion'"),
        ({"baseline": "padd"}, "did you mean 'pad'"),
        ({"output": "logits"}, "did you mean 'logit'"),
        ({"unit": "word"}, "did you mean 'words'"),
        ({"target": ("good", "good")}, "need two different labels"),
    ],
)
def test_the_constructor_refuses_invalid_choices(option, message):
    with pytest.raises(ValueError, match=message):
        TokenHighlights(classifier(), TEXT, **option)
