from __future__ import annotations

import pickle
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bert_widgets.explain import attention_maps
from bert_widgets.explain.attention import maps as attention
from bert_widgets.explain.attention.hooks import run_with_hook
from tests.models import KINDS, MAX_LENGTH, longformer_classifier, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pair", [None, "so bad"])
def test_maps_are_the_models_attention_weights_to_half_a_level(kind: str, pair: str | None) -> None:
    clf = tiny_classifier(kind)
    maps = attention_maps(clf, TEXT, pair)
    clf.model.set_attn_implementation("eager")
    inputs = clf.collate(clf.encode([TEXT], None if pair is None else [pair]))
    with torch.no_grad():
        attentions = clf.model(**inputs, output_attentions=True).attentions
    count = len(maps.tokens)
    assert maps.weights.shape == (2, 4, count, count) == (maps.layers, maps.heads, count, count)
    assert (maps.weights.dtype, maps.scales.dtype) == (np.uint8, np.float32)
    for layer in range(2):
        for head in range(4):
            weights, expected = maps.head(layer, head), attentions[layer][0, head].numpy()
            scale = maps.scales[layer, head]
            assert scale == pytest.approx(expected.max(), rel=1e-5)
            assert maps.weights[layer, head].max() == 255
            assert np.abs(weights - expected).max() <= scale / 255 * 0.5001
            assert np.abs(weights.sum(1) - 1).max() <= count * scale / 255 / 2 + 1e-5


def test_tokens_and_words_are_those_of_the_text() -> None:
    clf = tiny_classifier("roberta")
    maps, encoding = attention_maps(clf, TEXT, "bad"), clf.encode([TEXT], ["bad"])[0]
    assert (maps.text, maps.pair) == (TEXT, "bad")
    assert maps.tokens == tuple(encoding.tokens)
    assert maps.words == tuple(encoding.words.strings)
    np.testing.assert_array_equal(maps.word_of_token, encoding.words.of_token)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(maps)).weights, maps.weights)  # noqa: S301


def test_local_layers_of_modernbert_look_no_further_than_their_window() -> None:
    maps = attention_maps(tiny_classifier("modernbert"), TEXT)
    count = len(maps.tokens)
    distance = np.abs(np.arange(count)[:, None] - np.arange(count))
    assert all(maps.weights[0, :, distance > 4].max(0) > 0)
    assert not maps.weights[1][:, distance > 4].any()


@given(
    arrays(np.float32, (5, 5), elements=st.floats(0, 1, width=32)),
    st.sampled_from([1, 1e-3, 0]),
)
def test_quantisation_error_is_at_most_half_a_level_of_the_heads_scale(weights, size) -> None:
    weights *= np.float32(size)
    levels, scale = attention._quantise(torch.from_numpy(weights))
    assert levels.dtype == torch.uint8
    assert np.all(np.abs(levels.numpy() / 255 * scale - weights) <= scale / 255 * 0.501)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "deberta-v2"])
def test_no_layer_is_kept_in_floats_while_the_next_one_runs(kind: str) -> None:
    clf = tiny_classifier(kind)
    seen, alive = [], []

    def hook(heads) -> torch.Tensor:
        alive.append(sum(ref() is not None for ref in seen))
        seen.append(weakref.ref(heads.weights))
        return heads.context

    with clf.evaluating(), torch.inference_mode():
        run_with_hook(clf, clf.collate(clf.encode([TEXT])), hook)
    assert alive == [0, 0]
    assert [ref() for ref in seen] == [None, None]


def hooks(model: torch.nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


@pytest.mark.parametrize("kind", ["bert", "modernbert", "deberta-v2"])
def test_the_model_is_unchanged_even_after_an_error(kind: str) -> None:
    clf = tiny_classifier(kind).train()
    before = clf.model.config._attn_implementation
    attention_maps(clf, TEXT)
    assert (clf.training, clf.model.config._attn_implementation, hooks(clf.model)) == (
        True,
        before,
        0,
    )
    used = []

    def fail(*_args) -> None:
        used.append((clf.training, clf.model.config._attn_implementation))
        msg = "no more memory"
        raise RuntimeError(msg)

    hook = clf.model.classifier.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="no more memory"):
        attention_maps(clf, TEXT)
    hook.remove()
    ((training, implementation),) = used
    assert (training, implementation == before) == (False, kind == "deberta-v2")
    assert (clf.training, clf.model.config._attn_implementation, hooks(clf.model)) == (
        True,
        before,
        0,
    )


def test_long_form_lists_every_pair_of_tokens() -> None:
    maps = attention_maps(tiny_classifier("bert"), "not bad")
    frame = maps.to_frame(1, 2)
    assert list(frame) == ["from", "to", "weight"]
    assert len(frame) == len(maps.tokens) ** 2
    chosen = frame[(frame["from"] == "bad") & (frame["to"] == "not")]
    assert (
        chosen.weight.item() == maps.head(1, 2)[maps.tokens.index("bad"), maps.tokens.index("not")]
    )


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ((2, 0), "no layer 2; use 0 to 1"),
        ((-1, 0), "no layer -1; use 0 to 1"),
        ((0, 4), "no head 4; use 0 to 3"),
    ],
)
def test_an_unknown_layer_or_head_is_named_in_the_error(place, sentence) -> None:
    maps = attention_maps(tiny_classifier("bert"), "bad")
    with pytest.raises(ValueError, match=sentence):
        maps.head(*place)
    with pytest.raises(ValueError, match=sentence):
        maps.to_frame(*place)


@pytest.mark.parametrize("arguments", [(3, None), (["a"], None), (("a", "b"), None), ("a", 3)])
def test_a_value_that_is_not_text_is_named_in_the_error(arguments) -> None:
    with pytest.raises(TypeError, match="must be a string, not"):
        attention_maps(tiny_classifier("bert"), *arguments)


def test_a_truncated_text_is_shown_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="The text is longer than the 64 tokens"):
        maps = attention_maps(tiny_classifier("albert"), "bad " * MAX_LENGTH)
    assert maps.weights.shape[2:] == (MAX_LENGTH, MAX_LENGTH)


def test_a_model_without_weights_between_all_tokens_is_refused_in_one_sentence() -> None:
    clf = longformer_classifier()
    with pytest.raises(
        ValueError, match="LongformerForSequenceClassification has no attention weights"
    ):
        attention_maps(clf, TEXT)


def floats(kind: str, text: str = TEXT, pair: str | None = None):
    clf = tiny_classifier(kind)
    clf.model.set_attn_implementation("eager")
    encodings = clf.encode([text], None if pair is None else [pair])
    with torch.no_grad():
        attentions = clf.model(**clf.collate(encodings), output_attentions=True).attentions
    return encodings[0], torch.cat(attentions).numpy().astype(np.float64)


@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v2", "chinese"])
@pytest.mark.parametrize("pair", [None, "so bad a film"])
def test_head_statistics_are_means_over_the_models_rows(kind: str, pair) -> None:
    encoding, attentions = floats(kind, TEXT, pair)
    frame = attention_maps(tiny_classifier(kind), TEXT, pair).head_frame()
    assert list(zip(frame["layer"], frame["head"], strict=True)) == list(np.ndindex(2, 4))
    words, special = encoding.words, encoding.segments < 0
    spelt = [None if w < 0 else words.strings[w].casefold() for w in words.of_token]
    count = len(encoding)
    for row, (layer, head) in enumerate(np.ndindex(2, 4)):
        a = attentions[layer, head]
        expected = {
            "entropy": -np.sum(np.where(a > 0, a * np.log2(np.maximum(a, 1e-300)), 0)) / count,
            "distance": sum(a[i, j] * abs(i - j) for i, j in np.ndindex(a.shape)) / count,
            "to_first": a[:, 0].mean(),
            "to_other_special": a[:, 1:][:, special[1:]].sum(1).mean(),
            "previous": np.mean([a[i, i - 1] for i in range(count) if not special[i]]),
            "next": np.mean([a[i, i + 1] for i in range(count) if not special[i]]),
            "same_word": sum(
                a[i, j]
                for i, j in np.ndindex(a.shape)
                if i != j and spelt[i] is not None and spelt[i] == spelt[j]
            )
            / (~special).sum(),
        }
        for name, value in expected.items():
            assert frame[name][row] == pytest.approx(value, abs=1e-4), name


def test_means_over_heads_and_layers_are_exact() -> None:
    _, attentions = floats("bert")
    maps = attention_maps(tiny_classifier("bert"), TEXT)
    np.testing.assert_allclose(maps.mean(1), attentions[1].mean(0), atol=1e-6)
    np.testing.assert_allclose(maps.mean(), attentions.mean((0, 1)), atol=1e-6)
    with pytest.raises(ValueError, match="no layer 2"):
        maps.mean(2)


@pytest.mark.parametrize("kind", ["bert", "roberta", "albert"])
@pytest.mark.parametrize("specials", [True, False])
def test_merging_sums_columns_and_averages_rows(kind: str, specials: bool) -> None:  # noqa: FBT001
    maps = attention_maps(tiny_classifier(kind), TEXT, "unwatchable")
    weights = maps.head(1, 1)
    matrix = maps.arranged(weights, words=True, specials=specials)
    inside = maps.word_of_token >= 0
    groups = [np.flatnonzero(matrix.of_token == k) for k in range(len(matrix.labels))]
    assert all(len(group) for group in groups)
    if not specials:
        assert matrix.labels == maps.words
        assert (matrix.of_token[~inside] == -1).all()
    for i, rows in enumerate(groups):
        merged = np.array([weights[np.ix_(rows, columns)].sum(1).mean() for columns in groups])
        whole = weights[rows].sum(1).mean()
        np.testing.assert_allclose(matrix.weights[i], merged / merged.sum() * whole, atol=1e-5)
        assert matrix.left_out[i] == pytest.approx(1 - merged.sum() / whole, abs=1e-5)
    np.testing.assert_allclose(matrix.weights.sum(1), 1, atol=0.03)


def test_tokens_with_specials_are_unchanged() -> None:
    maps = attention_maps(tiny_classifier("bert"), TEXT)
    matrix = maps.arranged(maps.head(0, 0))
    np.testing.assert_allclose(matrix.weights, maps.head(0, 0), atol=1e-6)
    assert matrix.labels == maps.token_texts
    assert not matrix.left_out.any()


@pytest.mark.parametrize("size", [4, 7, 48])
def test_a_thumbnail_keeps_the_largest_weight_under_each_pixel(size: int) -> None:
    maps = attention_maps(tiny_classifier("bert"), TEXT)
    count = len(maps.tokens)
    thumbnails = maps.thumbnails(size)
    width = min(size, count)
    assert thumbnails.shape == (2, 4, width, width)
    assert (thumbnails.max((2, 3)) == 255).all()
    if size >= count:
        np.testing.assert_array_equal(thumbnails, maps.weights)
    assert thumbnails.sum() <= maps.weights.sum()
