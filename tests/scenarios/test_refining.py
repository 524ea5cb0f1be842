"""Quick scores are shown first and those of the chosen method next, unless cancelled."""

from __future__ import annotations

from bert_widgets import TokenHighlights, attribute
from bert_widgets.explain.attribution.method_table import METHODS
from bert_widgets.widgets.token_highlights.questions import QUICK
from tests.widgets.pages import PATIENCE, page_of
from tests.widgets.token_highlights.test_choices import TEXT, classifier, shows

LONG = "The film was not bad, and the story was good. " * 12


def test_the_page_sees_prediction_then_quick_then_chosen_scores_in_place():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT)
    assert widget.wait(PATIENCE)
    page = page_of(widget)
    page.updates.clear()
    page.tell(text="good soup, bad film")
    assert shows(widget, clf)
    updates = [set(update) for update in page.updates]
    first = next(i for i, names in enumerate(updates) if "probabilities" in names)
    assert not updates[first] & {"scores", "words", "target"}
    scored = [i for i, names in enumerate(updates) if "scores" in names]
    assert len(scored) == 2
    assert first < scored[0]
    quick, exact = (page.updates[i] for i in scored)
    assert quick["words"] == ["good", "soup", ",", "bad", "film"]
    assert (quick["busy"], quick["refining"]) == (False, True)
    assert METHODS[quick["shown_method"]].name != "integrated_gradients"
    assert exact["refining"] is False
    assert next(i for i, names in enumerate(updates) if "badge" in names) >= scored[0]


def test_a_text_of_several_windows_is_refined_in_the_background():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT)
    with clf.lock:  # the background waits
        for show in (lambda: setattr(widget, "text", LONG), lambda: TokenHighlights(clf, LONG)):
            shown = show() or widget
            assert shown.windows > 1
            assert shown.shown_method == QUICK
            assert (shown.busy, shown.refining) == (False, True)
            assert shown.words[:4] == ["The", "film", "was", "not"]
    assert shows(widget, clf)
    assert any("windows" in warning for warning in widget.warnings)


def test_the_page_is_told_how_many_windows_are_done():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT)
    assert widget.wait(PATIENCE)
    page = page_of(widget)
    page.updates.clear()
    page.tell(text=LONG)
    assert shows(widget, clf)
    shares = [update["progress"] for update in page.updates if "progress" in update]
    once = [*(k / widget.windows for k in range(1, widget.windows)), 0]
    assert shares == [*once, *once], "of the quick scores, and of the chosen ones"


def test_a_text_that_comes_back_is_refined_again():
    clf = classifier()
    widget = TokenHighlights(clf, TEXT)
    page = page_of(widget)
    for text in ("good soup", TEXT):
        page.tell(text=text)
        assert shows(widget, clf)

    def back(_told):
        if widget.refining and widget.text == "good soup":
            page.tell(text=TEXT)

    widget.observe(back, "refining")
    page.tell(text="good soup")
    assert shows(widget, clf)
    assert widget.text == TEXT


def test_refining_is_cancelled_by_another_question_of_the_page():
    clf = classifier()
    widget = TokenHighlights(clf, LONG)
    assert widget.wait(PATIENCE)
    page = page_of(widget)
    for change in ({"method": "input_x_gradient"}, {"text": "good soup"}):
        refined = []

        def once(event, change=change, refined=refined):
            if event["new"] and widget.refining and not refined:
                refined.append(event["new"])
                page.tell(**change)

        widget.method, widget.text = "integrated_gradients", TEXT
        widget.observe(once, "progress")
        page.tell(text=LONG)
        assert widget.wait(PATIENCE)
        widget.unobserve(once, "progress")
        assert refined == [1 / attribute(clf, LONG)[0].windows], "it had just begun"
        assert shows(widget, clf, method=widget.method)
        assert widget.progress == 0
