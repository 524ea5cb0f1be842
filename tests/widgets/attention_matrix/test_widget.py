"""The page holds what is displayed, exactly, within its budget; effects are measured."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import traitlets as t
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets import AttentionMatrix, attention_maps
from bert_widgets.explain import head_effects, query_key
from bert_widgets.explain.attention.flow import gradient_rollout, rollout
from bert_widgets.explain.attention.value_norms import block_norms
from bert_widgets.explain.attribution.targets import Target
from bert_widgets.widgets.attention_matrix import page_matrices
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, page_of

TEXT = "The film was not bad"


def array(state, name, dtype):
    return np.frombuffer(state[name], dtype)


def in_page(widget, measure: str, layer: int, head: int, target: str = ""):
    """Return a matrix as the page decodes it, or None if it is not there."""
    wanted = {"measure": measure, "layer": layer, "head": head, "target": target}
    state = page_of(widget).state
    count = len(state["row_labels"])
    for number, slot in enumerate(state["_slots"]):
        maps = array(state, f"_slot_{number}", np.uint8).reshape(-1, count, count)
        assert len(maps) == len(slot)
        for entry, levels in zip(slot, maps, strict=True):
            if wanted.items() <= entry.items():
                return levels / 255 * entry["scale"]
    return None


def on_show(widget) -> tuple[str, int, int]:
    return ("weights", widget.layer, widget.head)


@pytest.mark.parametrize("pair", [None, "it was good"])
def test_small_texts_have_every_head_in_the_page(pair):
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, pair, layer=1, head=3)
    maps = attention_maps(clf, TEXT, pair)
    assert (widget.layer, widget.head, widget.layers, widget.heads) == (1, 3, 2, 4)
    for layer in range(2):
        for head in range(4):
            weights = in_page(widget, "weights", layer, head)
            np.testing.assert_allclose(weights, maps.head(layer, head), atol=1e-6)
    assert agrees(widget)


@pytest.mark.parametrize("budget", [0, 60, 200])
def test_large_texts_have_the_displayed_and_the_last_opened_matrices(monkeypatch, budget):
    clf = tiny_classifier("bert")
    monkeypatch.setattr(page_matrices, "_BUDGET", budget)
    numbers = st.tuples(st.integers(-1, 1), st.integers(0, 3), st.booleans())

    @settings(deadline=None, max_examples=10)
    @given(st.lists(numbers, max_size=12))
    def browse(opened):
        widget = AttentionMatrix(clf, TEXT)
        page = page_of(widget)
        seen = [on_show(widget)]
        for layer, head, by_page in opened:
            head = head if layer >= 0 else -1  # noqa: PLW2901
            if by_page:
                page.tell(layer=layer, head=head)
                widget.wait()
            else:
                widget.layer, widget.head = layer, head
            maps = widget.maps
            expected = maps.mean() if layer < 0 else maps.head(layer, head)
            np.testing.assert_allclose(in_page(widget, *on_show(widget)), expected, atol=0.004)
            widget.wait()
            seen = [key for key in seen if key != on_show(widget)] + [on_show(widget)]
            # A layer and a head set one by one show another head in between.
            assert all(in_page(widget, *key) is not None for key in seen[-4:])
            sizes = [len(page.state[f"_slot_{n}"]) for n in range(8)]
            assert max(sizes) <= max(budget, len(widget.row_labels) ** 2)
            assert agrees(widget)

    browse()


def test_neighbours_of_a_head_are_sent_in_advance(monkeypatch):
    monkeypatch.setattr(page_matrices, "_BUDGET", 0)
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT, layer=0, head=1)
    widget.wait()
    for layer, head in ((0, 1), (0, 2), (0, 0), (1, 1)):
        assert in_page(widget, "weights", layer, head) is not None
    assert in_page(widget, "weights", 1, 2) is None


def test_large_neighbours_are_sent_only_when_they_are_opened(monkeypatch):
    monkeypatch.setattr(page_matrices, "_BUDGET", 0)
    monkeypatch.setattr(page_matrices, "_LARGEST_AHEAD", 4)
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT, layer=0, head=1)
    widget.wait()
    assert in_page(widget, "weights", 0, 2) is None
    widget.head = 2
    widget.wait()
    assert in_page(widget, "weights", 0, 2) is not None
    assert in_page(widget, "weights", 0, 1) is not None
    widget.view, widget.line_heads = "lines", [2, 3]
    widget.wait()
    assert in_page(widget, "weights", 0, 3) is not None, "the lines of both heads are drawn"


def test_a_new_text_is_read_and_its_head_sent():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, layer=1)
    widget.selected, widget.token = 2, 3
    widget.text = "good soup"
    assert widget.selected is widget.token is None
    assert widget.words == ["good", "soup"]
    expected = attention_maps(clf, "good soup").head(1, 0)
    np.testing.assert_allclose(in_page(widget, "weights", 1, 0), expected, atol=1e-6)
    widget.pair = "bad"
    assert widget.words == ["good", "soup", "bad"]
    widget.text = ""
    assert "The text is empty" in widget.error
    assert widget.words == ["good", "soup", "bad"]
    widget.wait()
    assert agrees(widget)


def test_every_measure_follows_its_definition():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, layer=1, head=2, target="negative")
    maps, encoding = widget.maps, clf.encode([TEXT])[0]
    widget.measure = "norms"
    norms = maps.norms(1, 2)
    np.testing.assert_allclose(in_page(widget, "norms", 1, 2), norms, atol=norms.max() / 255)
    widget.head = -1
    block = block_norms(clf, encoding, 1)
    np.testing.assert_allclose(in_page(widget, "norms", 1, -1), block, atol=block.max() / 255)
    widget.measure = "rollout"
    np.testing.assert_allclose(
        in_page(widget, "rollout", 1, -1), rollout(maps.means)[1], atol=0.004
    )
    widget.measure, widget.layer = "gradient", 0
    flow = gradient_rollout(clf, encoding, Target(0))[0] - np.eye(len(encoding))
    np.testing.assert_allclose(
        in_page(widget, "gradient", 0, -1, "negative"), flow, atol=flow.max() / 255
    )
    widget.measure, widget.layer = "norms", -1
    assert "choose a layer" in widget.error
    widget.layer = 0
    assert widget.error == ""


@pytest.mark.parametrize(("measure", "passes"), [("rollout", 0), ("gradient", 1)])
def test_the_flow_is_computed_once_for_all_layers(measure, passes):
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, layer=0, head=1, target="negative")
    assert widget.wait(60)
    calls = []
    counter = clf.model.register_forward_pre_hook(lambda *_: calls.append(1))
    widget.measure = measure
    for layer in (1, 0, 1):
        widget.layer = layer
    widget.unit = "words"
    widget.unit = "tokens"
    assert widget.wait(60)
    assert len(calls) == passes
    counter.remove()

    # Another target or other weights need another pass.
    encoding = clf.encode([TEXT])[0]
    for target, change in (("positive", 1.0), ("positive", 1.5)):
        widget.chosen_target = target
        with torch.no_grad():
            clf.model.get_input_embeddings().weight.mul_(change)
        widget.layer = 1 - widget.layer
        label = Target(clf.labels.index(target))
        flows = (
            rollout(attention_maps(clf, TEXT).means)
            if measure == "rollout"
            else gradient_rollout(clf, encoding, label) - np.eye(len(encoding))
        )
        expected = flows[widget.layer]
        key = (measure, widget.layer, -1, target if measure == "gradient" else "")
        np.testing.assert_allclose(in_page(widget, *key), expected, atol=expected.max() / 255)


@pytest.mark.parametrize("specials", [True, False])
def test_words_and_special_tokens_are_arranged_in_python(specials):
    widget = AttentionMatrix(tiny_classifier("roberta"), "unwatchable soup", layer=1, head=1)
    widget.unit, widget.specials = "words", specials
    expected = widget.maps.arranged(widget.maps.head(1, 1), words=True, specials=specials)
    assert tuple(widget.row_labels) == expected.labels
    np.testing.assert_array_equal(widget._row_tokens, expected.of_token)
    np.testing.assert_allclose(in_page(widget, "weights", 1, 1), expected.weights, atol=0.004)
    np.testing.assert_allclose(widget._left_out, [] if specials else expected.left_out)
    assert in_page(widget, "weights", 0, 0).shape == (len(expected.labels),) * 2


def test_effects_are_estimated_at_once_and_measured_on_demand():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, target="positive")
    assert widget.wait(30)
    expected = head_effects(clf, TEXT, target="positive")
    np.testing.assert_allclose(widget.estimates, expected.estimate, atol=1e-5)
    assert np.isnan(widget.effects).all()
    assert widget.effects_progress == 0
    page_of(widget).press("effects")
    assert widget.wait(30)
    np.testing.assert_allclose(widget.effects, expected.effect, atol=1e-5)
    assert widget.effects_progress == 1
    widget.target = "negative"
    assert widget.wait(30)
    assert np.isnan(widget.effects).all()
    np.testing.assert_allclose(
        widget.estimates, head_effects(clf, TEXT, target="negative").estimate, atol=1e-5
    )


def test_several_heads_can_be_switched_off():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, target="positive")
    np.testing.assert_allclose(widget.ablated_probabilities, widget.probabilities)
    widget.ablated = [[1, 2]]
    alone = widget.ablated_probabilities
    assert not np.allclose(alone, widget.probabilities, atol=1e-4)
    page_of(widget).tell(ablated=[[1, 2], [0, 0], [1, 2]])
    widget.wait()
    assert widget.ablated == [[0, 0], [1, 2]]
    assert not np.allclose(alone, widget.ablated_probabilities, atol=1e-4)
    widget.ablated = []
    np.testing.assert_allclose(widget.ablated_probabilities, widget.probabilities, atol=1e-6)
    assert agrees(widget)


def test_the_predicted_label_is_followed_until_another_is_chosen():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT)
    assert widget.target == clf.predict(TEXT).labels[0]
    np.testing.assert_allclose(widget.probabilities, clf.predict(TEXT).probabilities[0], atol=1e-5)
    texts = ["so bad", "gorgeous", "The soup was delightful", "boring"]
    for text in texts:
        widget.text = text
        assert widget.target == clf.predict(text).labels[0]
    other = next(label for label in widget.labels if label != widget.target)
    widget.target = other
    widget.text = TEXT
    assert (widget.target, widget.chosen_target) == (other, other)
    page_of(widget).tell(chosen_target="")
    assert widget.target == clf.predict(TEXT).labels[0]
    for text in texts:
        widget.text = text
        assert widget.target == clf.predict(text).labels[0]
    widget.wait()
    estimates = head_effects(clf, text, target=widget.target).estimate
    np.testing.assert_allclose(widget.estimates, estimates, atol=1e-5)
    widget.chosen_target = widget.target  # the same one, but it stays
    widget.text = texts[0] if widget.target != clf.predict(texts[0]).labels[0] else texts[1]
    assert widget.target == widget.chosen_target


def test_a_text_that_comes_back_before_all_is_computed_has_its_results():
    clf = tiny_classifier("bert")
    texts = [TEXT, "so bad"]
    expected = {text: AttentionMatrix(clf, text) for text in texts}
    widget = AttentionMatrix(clf, TEXT)
    for matrix in (widget, *expected.values()):
        matrix.target, matrix.ablated = matrix.labels[0], [[1, 2]]
        matrix.measure_effects()
        assert matrix.wait(PATIENCE)
    for turn in range(20):  # each turn gives the background a little more time for the first text
        widget.text = texts[1 - turn % 2]
        widget.text = texts[turn % 2]
        widget.measure_effects()
        assert widget.wait(PATIENCE)
        expected_value = expected[widget.text]
        for name in ("ablated_probabilities", "estimates", "effects"):
            np.testing.assert_allclose(
                getattr(widget, name), getattr(expected_value, name), atol=1e-5
            )
    for _ in range(20):
        page_of(widget).tell(text=texts[0], target=widget.labels[1])
        page_of(widget).tell(text=texts[1], target=widget.labels[0])
        assert widget.wait(PATIENCE)
        for name in ("ablated_probabilities", "estimates"):
            shown, expected_value = getattr(widget, name), getattr(expected[texts[1]], name)
            np.testing.assert_allclose(shown, expected_value, atol=1e-5)


def test_queries_and_keys_are_sent_while_displayed():
    clf = tiny_classifier("bert")
    widget = AttentionMatrix(clf, TEXT, layer=1, head=2)
    assert not len(widget._query)
    page_of(widget).tell(view="query_key", token=3)
    widget.wait()
    expected = query_key(clf, TEXT, layer=1, head=2)
    assert widget._query_key_of == [1, 2]
    for trait, part, scale in zip(
        ("_query", "_key"), (expected.query, expected.key), widget._query_key_scales, strict=True
    ):
        vectors = getattr(widget, trait).reshape(-1, widget._query_key_size) / 127 * scale
        np.testing.assert_allclose(vectors, part, atol=scale / 250)
    widget.head = 3
    assert widget._query_key_of == [1, 3]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("bert", ""), ("albert", "share their weights"), ("modernbert", "at most 4 tokens")],
)
def test_peculiarities_of_a_model_family_are_explained(kind, words):
    note = AttentionMatrix(tiny_classifier(kind), TEXT)._note
    assert words in note
    assert bool(note) is bool(words)


def test_the_page_cannot_edit_the_text():
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT)
    page_of(widget).tell(text="forged")
    assert widget.text == TEXT
    assert agrees(widget)


FORGED = [
    ("layer", 2, "There is no layer 2; use 0 to 1, or -1"),
    ("layer", -2, "There is no layer -2"),
    ("head", 4, "There is no head 4"),
    ("view", "views", "Unknown view 'views': did you mean"),
    ("measure", "weight", "Unknown measure 'weight': did you mean 'weights'"),
    ("unit", "letters", "Unknown unit"),
    ("order", "size", "Unknown order"),
    ("colour", "red", "Unknown colour"),
    ("pairs_filter", "ac", "Unknown pairs_filter"),
    ("target", "neutral", "Unknown target"),
    ("chosen_target", "neutral", "Unknown target"),
    ("ablated", [[0, 4]], "There is no head"),
    ("ablated", [[0, 1, 2]], "There is no head"),
    ("line_heads", [], "Lines can be drawn for 1 to 6 heads"),
    ("line_heads", [4], "Lines can be drawn"),
    ("threshold", 1.5, "not a share of the largest weight; use 0 to 1"),
    ("token", 99, "There is no token 99"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), FORGED)
def test_unknown_values_are_refused_in_one_sentence(name, value, sentence):
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT)
    before = getattr(widget, name)
    with pytest.raises(t.TraitError, match=sentence):
        setattr(widget, name, value)
    page = page_of(widget)
    page.tell(**{name: value})
    assert sentence.split(";", maxsplit=1)[0] in widget.error
    assert getattr(widget, name) == before
    widget.wait()
    assert agrees(widget)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"layer": 2}, "There is no layer 2; use 0 to 1"),
        ({"head": 4}, "There is no head 4; use 0 to 3"),
        ({"view": "table"}, "Unknown view 'table'"),
        ({"target": "neutral"}, "Unknown target 'neutral'"),
    ],
)
def test_the_constructor_refuses_unknown_values(options, sentence):
    with pytest.raises((ValueError, t.TraitError), match=sentence):
        AttentionMatrix(tiny_classifier("bert"), TEXT, **options)


def test_heads_drawn_as_lines_are_sent_in_addition_to_the_displayed_one():
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT, layer=1, head=-1, view="lines")
    widget.line_heads = [0, 2]
    assert widget.wait(60)
    for head in widget.line_heads:
        expected = widget.maps.head(1, head)
        np.testing.assert_allclose(in_page(widget, "weights", 1, head), expected, atol=1e-6)
    widget.head = 2
    assert widget.line_heads == [0, 2]
    widget.head = 3
    assert widget.line_heads == [3]
    widget.measure = "rollout"
    assert widget.wait(60)
    assert widget.error == ""


def test_measuring_can_be_cancelled_before_it_begins():
    widget = AttentionMatrix(tiny_classifier("bert"), TEXT)
    page = page_of(widget)
    page.press("effects")
    assert widget.measuring
    page.press("cancel")
    assert (widget.measuring, widget.effects_progress) == (False, 0)
    page.press("effects")
    assert widget.wait(60)
    assert widget.effects_progress == 1
    shares = np.exp(widget.logits)
    np.testing.assert_allclose(shares / shares.sum(), widget.probabilities, atol=1e-6)
