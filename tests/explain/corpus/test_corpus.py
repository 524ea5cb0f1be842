"""Vectors, ranking and attention of a corpus search, compared with the model's own."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets import Corpus, TextData, attention_maps
from bert_widgets._common.progress import Cancelled, cancelled_by
from bert_widgets.explain.corpus import corpus as similar_tokens
from bert_widgets.explain.corpus.token_index import read_layer
from bert_widgets.model import text_model
from tests.models import CHINESE, CORPUS, KINDS, longformer_classifier, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
TEXTS = [TEXT, "so bad", *CORPUS[:6], "The soup was never unwatchable"]
PROJECTIONS = ("attention.output.dense", "out_lin", "attention.dense", "attn.Wo")


def texts_of(kind: str) -> list[str]:
    return CHINESE if kind == "chinese" else TEXTS


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def hidden_states(clf, text: str, layer: int):
    """Return the model's own output of a layer for one unpadded text: (tokens, width)."""
    with torch.no_grad():
        outputs = clf.model(**clf.collate(clf.encode([text])), output_hidden_states=True)
    return outputs.hidden_states[layer + 1][0].numpy()


def projected(clf, text: str, layer: int):
    """Return the input of a layer's output projection, the heads concatenated."""
    read = []
    modules = [module for name, module in clf.model.named_modules() if name.endswith(PROJECTIONS)]
    hooks = [m.register_forward_pre_hook(lambda _, x: read.append(x[0])) for m in modules]
    with torch.no_grad():
        clf.model(**clf.collate(clf.encode([text])))
    for hook in hooks:
        hook.remove()
    vectors = read[layer].reshape(-1, 4, 8).numpy()
    return unit(vectors).reshape(-1, 32)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", [0, 1])
def test_embeddings_are_the_models_own_hidden_states(kind: str, layer: int) -> None:
    clf = tiny_classifier(kind)
    text = texts_of(kind)[0]
    vectors = read_layer(clf, clf.encode([text]), layer, "embedding").vectors[0]
    np.testing.assert_allclose(vectors, unit(hidden_states(clf, text, layer)), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", [0, 1])
def test_head_vectors_are_the_input_of_the_output_projection(kind: str, layer: int) -> None:
    clf = tiny_classifier(kind)
    text = texts_of(kind)[0]
    vectors = read_layer(clf, clf.encode([text]), layer, "heads").vectors[0]
    np.testing.assert_allclose(vectors, projected(clf, text, layer), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["embedding", "heads"])
def test_vectors_of_a_text_do_not_depend_on_its_batch(kind: str, by) -> None:
    clf = tiny_classifier(kind)
    encodings = clf.encode(texts_of(kind))
    together = read_layer(clf, encodings, 1, by)
    for row, encoding in enumerate(encodings):
        alone, count = read_layer(clf, [encoding], 1, by), len(encoding)
        np.testing.assert_allclose(together.vectors[row, :count], alone.vectors[0], atol=1e-4)
        attention = together.attention[:, row, :count]
        np.testing.assert_allclose(attention, alone.attention[:, 0], atol=1e-4)
        assert (together.attended[:, row, :count] < count).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["embedding", "heads"])
def test_a_token_of_the_corpus_is_nearest_to_itself(kind: str, by) -> None:
    clf = tiny_classifier(kind)
    texts = texts_of(kind)
    corpus = Corpus(clf, texts)
    encoding = clf.encode(texts[:1])[0]
    for token in np.flatnonzero(encoding.segments >= 0)[[0, -1]]:
        first = corpus.similar(texts[0], int(token), layer=0, by=by).iloc[0]
        assert (first.row, first.start, first.end) == (0, *encoding.offsets[token])
        assert first.similarity == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("by", ["embedding", "heads"])
@pytest.mark.parametrize("heads", [None, [2], [0, 3]])
def test_the_ranking_is_by_cosine_similarity(by, heads) -> None:
    clf = tiny_classifier("roberta")
    chosen = list(range(4)) if heads is None else heads
    width = [h * 8 + i for h in chosen for i in range(8)]

    def vectors(text: str):
        if by == "embedding":
            return unit(hidden_states(clf, text, 1))
        return projected(clf, text, 1)[:, width] / np.sqrt(len(chosen))

    query = vectors("The film was good")[2]
    expected = []
    for row, text in enumerate(TEXTS):
        encoding = clf.encode([text])[0]
        for token, vector in enumerate(vectors(text)):
            start, end = encoding.offsets[token].tolist()
            if start < end:  # neither special nor a lone mark of a word's beginning
                expected.append((float(vector @ query), row, start, end))
    expected.sort(reverse=True)
    matches = Corpus(clf, TEXTS).similar("The film was good", 2, layer=1, by=by, heads=heads, n=999)
    assert len(matches) == len(expected)
    np.testing.assert_allclose(matches.similarity, [e[0] for e in expected], atol=2e-3)
    assert matches.similarity.is_monotonic_decreasing
    for match in matches.itertuples():
        place = (match.row, match.start, match.end)
        cosines = [cosine for cosine, *other in expected if tuple(other) == place]
        assert min(abs(match.similarity - cosine) for cosine in cosines) < 2e-3


@pytest.mark.parametrize("kind", ["bert", "deberta-v2", "modernbert"])
@pytest.mark.parametrize("specials", [True, False])
def test_attended_tokens_of_a_match_agree_with_its_attention_map(kind: str, specials) -> None:
    clf = tiny_classifier(kind)
    matches = Corpus(clf, TEXTS).similar(
        TEXT, "good", layer=1, heads=[1, 2], n=20, specials=specials
    )
    for match in matches.itertuples():
        maps = attention_maps(clf, match.text)
        places = [list(offsets) for offsets in maps.token_offsets]
        token = places.index([match.start, match.end])
        weights = np.maximum(maps.head(1, 1)[token], maps.head(1, 2)[token])
        weights *= specials | (maps.word_of_token >= 0)
        best = int(weights.argmax())
        assert match.attention == pytest.approx(weights[best], abs=0.005)
        assert weights[list(maps.token_texts).index(match.attends_to)] > weights[best] - 0.01
        word = maps.word_of_token[best]
        if maps.token_texts[best] == match.attends_to and word >= 0:
            assert match.attends_to_word == maps.words[word]


def test_a_match_has_its_word_position_and_label() -> None:
    clf = tiny_classifier("bert")
    frame = pd.DataFrame({"review": TEXTS, "label": [f"label {i}" for i in range(len(TEXTS))]})
    matches = Corpus(clf, frame, text="review").similar(TEXT, "café", layer=0, n=99)
    assert matches.word.iloc[0] == "café"
    for match in matches.itertuples():
        assert match.text == TEXTS[match.row]
        assert match.label == f"label {match.row}"
        assert match.text[match.start : match.end] in match.word
        assert match.word in match.text
    assert not set(matches.token) & {"[CLS]", "[SEP]", "[PAD]"}


def test_both_texts_of_a_pair_are_searched() -> None:
    clf = tiny_classifier("bert")
    data = TextData(
        ("so good", "bad soup"), ("never boring", "bad film"), np.array([0, 1]), ("a", "b")
    )
    matches = Corpus(clf, data).similar("so bad", "bad", pair="a café", layer=0, n=99)
    assert set(zip(matches.row, matches.segment, strict=True)) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    for match in matches.itertuples():
        inside = match.pair if match.segment else match.text
        assert inside[match.start : match.end].lower() == match.token.removeprefix("##").lower()
    assert set(matches.label) == {"a", "b"}


def test_a_token_has_the_tag_of_its_first_character() -> None:
    def halves(text: str) -> list[tuple[int, int, str]]:
        middle = len(text) // 2
        return [(0, middle, "first"), (middle, len(text) - 1, "second")]

    matches = Corpus(tiny_classifier("bert"), TEXTS, tags=halves).similar(TEXT, 2, layer=0, n=99)
    assert {"first", "second", ""} == set(matches.tag)
    for match in matches.itertuples():
        half = "first" if match.start < len(match.text) // 2 else "second"
        assert match.tag == ("" if match.start >= len(match.text) - 1 else half)
    special = matches.attends_to.isin(["[CLS]", "[SEP]"])
    assert (matches.attends_to_tag[special] == "").all()
    assert (matches.attends_to_tag[~special] != "").any()


def counted(clf, monkeypatch) -> list[int]:
    """Record how many texts the model reads at a time."""
    sizes = []
    collate = type(clf).collate
    monkeypatch.setattr(
        type(clf),
        "collate",
        lambda classifier, e: (sizes.append(len(e)), collate(classifier, e))[1],
    )
    return sizes


def test_a_layer_is_read_again_only_after_the_weights_change(monkeypatch) -> None:
    clf = tiny_classifier("bert")
    corpus = Corpus(clf, TEXTS)
    sizes = counted(clf, monkeypatch)
    before = corpus.similar(TEXT, 3, layer=1)
    assert sum(sizes) == len(TEXTS) + 1
    pd.testing.assert_frame_equal(corpus.similar(TEXT, 3, layer=1), before)
    assert sum(sizes) == len(TEXTS) + 2
    with torch.no_grad():
        next(clf.model.parameters()).mul_(0.5)
    after = corpus.similar(TEXT, 3, layer=1)
    assert sum(sizes) == 2 * len(TEXTS) + 3
    pd.testing.assert_frame_equal(after, Corpus(clf, TEXTS).similar(TEXT, 3, layer=1))


def test_cancelled_reading_continues_where_it_stopped(monkeypatch) -> None:
    monkeypatch.setattr(text_model, "token_budget", lambda _device: 1)
    clf = tiny_classifier("bert")
    corpus = Corpus(clf, TEXTS)
    sizes = counted(clf, monkeypatch)
    off, shares = threading.Event(), []

    def report(share: float) -> None:
        shares.append(share)
        if len(shares) == 3:
            off.set()

    def search() -> pd.DataFrame:
        return corpus.search(clf.encode([TEXT])[0], 2, layer=0, by="embedding", heads=None, n=5,
                             specials=True, report=report)  # fmt: skip

    with cancelled_by(off), pytest.raises(Cancelled):
        search()
    assert shares == pytest.approx([i / len(TEXTS) for i in (1, 2, 3)])
    assert len(search()) == 5
    assert len(sizes) == len(TEXTS) + 1
    assert shares[-1] == 1


def test_memory_of_the_index_is_bounded(monkeypatch) -> None:
    clf = tiny_classifier("bert")
    tokens = Corpus(clf, TEXTS).tokens
    monkeypatch.setattr(similar_tokens, "_MOST_BYTES", 2 * 96 * tokens)
    corpus = Corpus(clf, TEXTS)
    expected = corpus.similar(TEXT, 2, layer=0)
    for layer, by in ((1, "embedding"), (0, "heads"), (0, "embedding")):
        matches = corpus.similar(TEXT, 2, layer=layer, by=by)
        assert len(corpus._indices) <= 2
    pd.testing.assert_frame_equal(matches, expected)
    monkeypatch.setattr(similar_tokens, "_MOST_BYTES", 96 * tokens - 1)
    with pytest.raises(ValueError, match=rf"has {tokens} tokens, .* {tokens - 1} fits in 0 MiB"):
        Corpus(clf, TEXTS)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4), st.integers(1, 5))
def test_any_texts_can_be_searched(texts, n) -> None:
    clf = tiny_classifier("xlm-roberta")
    if not any(map(str.strip, texts)):
        with pytest.raises(ValueError, match="no text to search"):
            Corpus(clf, texts)
        return
    corpus = Corpus(clf, texts)
    matches = corpus.similar("The film", "film", layer=0, n=n)
    assert len(matches) == min(n, corpus.tokens)
    assert matches.similarity.between(-1, 1).all()
    for match in matches.itertuples():
        assert texts[match.row][match.start : match.end].strip()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"layer": 2}, "There is no layer 2; use 0 to 1"),
        ({"by": "head"}, "Unknown by 'head': did you mean 'heads'"),
        ({"heads": [4]}, "There is no head 4; use 0 to 3"),
        ({"heads": []}, "There are no heads to compare"),
        ({"n": 0}, "n=0 is not a number of matches"),
        ({"token": 99}, "There is no token 99; use 0 to"),
        ({"token": 0}, r"Token 0 is \[CLS\], a special token"),
        ({"token": "god"}, "Unknown word of the text 'god': did you mean 'good'"),
    ],
)
def test_unknown_options_raise_one_sentence(options, sentence) -> None:
    corpus = Corpus(tiny_classifier("bert"), TEXTS)
    with pytest.raises(ValueError, match=sentence):
        corpus.similar(TEXT, **{"token": 1, "layer": 0, **options})


@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        ([], {}, "no text to search"),
        (["a", 3], {}, "Text 1 is 3, not a string"),
        (pd.DataFrame({"texts": ["a"]}), {}, "Unknown column 'text': did you mean 'texts'"),
        (["a"], {"tag": len}, "Unknown option of Corpus 'tag': did you mean 'tags'"),
    ],
)
def test_an_invalid_corpus_is_named_in_the_error(source, options, sentence) -> None:
    with pytest.raises((ValueError, TypeError), match=sentence):
        Corpus(tiny_classifier("bert"), source, **options)


def test_a_model_whose_attention_cannot_be_read_is_refused() -> None:
    corpus = Corpus(longformer_classifier(), TEXTS)
    with pytest.raises(ValueError, match="its attention cannot be shown"):
        corpus.similar(TEXT, 1, layer=0)
