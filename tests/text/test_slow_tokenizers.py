"""Tokenizers written in Python have no offsets: they are found by alignment with the text."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertJapaneseTokenizer,
    BertweetTokenizer,
    CanineTokenizer,
    RobertaConfig,
    RobertaForSequenceClassification,
)

import bert_widgets as bw
from bert_widgets.text.alignment import align
from bert_widgets.text.encoding import encode
from bert_widgets.text.token_arrays import tokenize
from bert_widgets.text.windows import encode_windows
from bert_widgets.training import Trainer

WORDS = ["café", "cat", "film", "good", "bad", "the", "##t", "##s", "##d", "##oo"]
CHARACTERS = [*"この映画はとても面白いガギ。、", *WORDS, *"abcdefghijklmnopqrstuvwxyz#@!"]
TWEET_WORDS = ["good", "film", "bad", "the", "not", "was", "so", "@USER", "HTTPURL"]


def japanese(folder, kind="character", *, lower=False, words=CHARACTERS):
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(words)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    return BertJapaneseTokenizer(
        str(folder / "vocab.txt"),
        do_lower_case=lower,
        word_tokenizer_type="basic",
        subword_tokenizer_type=kind,
    )


def bertweet(folder, **options):
    letters = "abcdefghijklmnopqrstuvwxyz!.,'"
    subwords = [*TWEET_WORDS, *letters, *(f"{c}@@" for c in letters), "go@@", "fi@@"]
    (folder / "vocab.txt").write_text("".join(f"{subword} 1\n" for subword in subwords), "utf-8")
    merges = ["g o 9", "f i 8"]
    (folder / "bpe.codes").write_text("".join(f"{merge}\n" for merge in merges), "utf-8")
    return BertweetTokenizer(str(folder / "vocab.txt"), str(folder / "bpe.codes"), **options)


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory):
    return {
        "character": japanese(tmp_path_factory.mktemp("character")),
        "wordpiece": japanese(tmp_path_factory.mktemp("wordpiece"), "wordpiece", lower=True),
        "bertweet": bertweet(tmp_path_factory.mktemp("bertweet")),
        "normalised": bertweet(tmp_path_factory.mktemp("normalised"), normalization=True),
        "canine": CanineTokenizer(),
    }


def spans_of(tokenizer, text):
    tokens = tokenizer.tokenize(text)
    return [
        (token, text[start:end])
        for token, (start, end) in zip(tokens, align(tokenizer, text, tokens), strict=True)
    ]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("character", "この映画", [("こ", "こ"), ("の", "の"), ("映", "映"), ("画", "画")]),
        ("character", "映鯨 画", [("映", "映"), ("[UNK]", "鯨"), ("画", "画")]),
        ("wordpiece", "Cats\tCAFÉ.", [("cat", "Cat"), ("##s", "s"), ("[UNK]", "CAFÉ")]),
        ("wordpiece", "a\u0301  good", [("a", "a\u0301"), ("good", "good")]),
        ("wordpiece", "xyz a\u200b film", [("[UNK]", "xyz"), ("a", "a\u200b"), ("film", "film")]),
        ("bertweet", "goat film", [("go@@", "go"), ("a@@", "a"), ("t", "t"), ("fi@@", "fi")]),
        ("bertweet", "#a 鯨", [("#@@", "#"), ("a", "a"), ("鯨", "鯨")]),
        ("canine", "a é", [("a", "a"), (" ", " "), ("é", "é")]),
    ],
)
def test_each_token_has_its_characters(tokenizers, kind, text, expected):
    tokenizer = tokenizers[kind]
    assert spans_of(tokenizer, text)[: len(expected)] == expected


def test_rewritten_tokens_keep_the_characters_of_their_word(tokenizers):
    text = "@john was good… https://x.y/z so n't"
    spans = spans_of(tokenizers["normalised"], text)
    words = " ".join(dict.fromkeys(span for _, span in spans)).split()
    assert words[0] == "@john"
    assert "https://x.y/z" in words
    for token, span in spans:
        if token.isascii() and "…" not in span and span[0] not in "@h":
            assert token.removesuffix("@@") in span


def test_unknown_tokens_cover_all_characters_they_may_stand_for(tokenizers):
    """Between two unknown tokens ``a`` may be either of two letters."""
    tokenizer = tokenizers["character"]
    (_, first), (_, second), (_, third) = spans_of(tokenizer, "鯨a鯨")
    assert (first, second, third) == ("鯨", "a", "鯨")
    for _, span in spans_of(tokenizer, "鯨鯨a鯨a鯨")[:2]:
        assert span.startswith("鯨")


@given(text=st.text(st.sampled_from("この映画鯨象abc "), max_size=25))
@settings(max_examples=300, deadline=None)
def test_the_true_characters_are_always_covered(tokenizers, text):
    """This tokenizer has one token per character, so the position of each token is known."""
    tokenizer = tokenizers["character"]
    tokens = tokenizer.tokenize(text)
    places = [i for i, character in enumerate(text) if not character.isspace()]
    spans = align(tokenizer, text, tokens)
    for place, token, (start, end) in zip(places, tokens, spans, strict=True):
        assert start <= place < end
        assert not text[start:end].isspace()
        if tokenizer.unk_token not in tokens:
            assert (start, end, text[place]) == (place, place + 1, token)


TEXTS = st.text(
    st.sampled_from("この映画鯨ガｶﾞ㌔abcdeAÉé\u0301ß…  \n\u200b@#'!.👍🏽ＡＢİ")
    | st.characters(exclude_categories=("Cs",)),
    max_size=30,
)


@pytest.mark.parametrize("kind", ["character", "wordpiece", "bertweet", "canine"])
@given(text=TEXTS, pair=TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_has_its_tokens_in_order(tokenizers, kind, text, pair):
    tokenizer = tokenizers[kind]
    for second in (None, [pair]):
        (encoding,) = encode(tokenizer, [text], second)
        plain = tokenizer(text, None if second is None else pair)
        assert encoding.input_ids == plain["input_ids"]
        assert len(encoding.tokens) == len(encoding)
        for segment, string in ((0, text), (1, pair)):
            offsets = encoding.offsets[encoding.segments == segment]
            assert (np.diff(offsets, axis=0) >= 0).all()
            assert ((offsets >= 0) & (offsets <= len(string))).all()
            assert (offsets[:, 0] <= offsets[:, 1]).all()
            if kind == "bertweet" and (segment == 0 or second):  # its tokens hold the text
                tokens = tokenizer.tokenize(string)
                for token, (start, end) in zip(tokens, offsets, strict=True):
                    assert token.removesuffix("@@").strip() in string[start:end] or "</w>" in token
        for position, word in enumerate(encoding.words.of_token):
            start, end = encoding.offsets[position]
            if start < end:
                left, right = encoding.words.offsets[word]
                assert left <= start < end <= right


@pytest.mark.parametrize("kind", ["character", "bertweet", "canine"])
@pytest.mark.parametrize("pairs", [None, ["not bad", "so bad film"]])
@pytest.mark.parametrize("max_length", [None, 9])
def test_training_reads_the_same_tokens(tokenizers, kind, pairs, max_length):
    tokenizer, texts = tokenizers[kind], ["a good film", "bad"]
    arrays = tokenize(tokenizer, texts, pairs, max_length=max_length)
    encodings = encode(tokenizer, texts, pairs, max_length=max_length)
    assert arrays.lengths.tolist() == [len(encoding) for encoding in encodings]
    assert arrays.ids.tolist() == [i for encoding in encodings for i in encoding.input_ids]
    batch = arrays.collate([0, 1])
    for row, encoding in enumerate(encodings):
        if "token_type_ids" in batch:
            types = batch["token_type_ids"][row][: len(encoding)].tolist()
            assert types == list(encoding.token_type_ids)


def test_windows_cover_a_long_text(tokenizers):
    text = "a good film. " * 30
    parts = encode_windows(tokenizers["wordpiece"], [text], None, limit=20)
    assert len(parts) > 1
    assert all(len(part.encoding) <= 20 for part in parts)
    covered = np.zeros(len(text), bool)
    for part in parts:
        for start, end in part.encoding.offsets:
            covered[part.starts[0] + start : part.starts[0] + end] = True
    assert all(covered[i] for i, character in enumerate(text) if not character.isspace())


SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
SMALL |= {"intermediate_size": 64, "max_position_embeddings": 70}


@pytest.mark.parametrize("kind", ["character", "wordpiece", "bertweet"])
def test_a_checkpoint_is_loaded_predicted_explained_and_trained(tokenizers, kind, tmp_path):
    tokenizer = tokenizers[kind]
    torch.manual_seed(0)
    size = {"vocab_size": len(tokenizer), **SMALL, "id2label": {0: "bad", 1: "good"}}
    if kind == "bertweet":
        config = RobertaConfig(**size, pad_token_id=1, type_vocab_size=1)
        model = RobertaForSequenceClassification(config)
    else:
        model = BertForSequenceClassification(BertConfig(**size))
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    clf = bw.BertClassifier.from_pretrained(str(tmp_path))
    assert not clf.tokenizer.is_fast
    texts = ["a good film", "この映画 bad"]
    probabilities = clf.predict(texts).probabilities
    for text, row in zip(texts, probabilities, strict=True):
        plain = model.eval()(**tokenizer(text, return_tensors="pt")).logits.softmax(-1)
        np.testing.assert_allclose(row, plain[0].detach().numpy(), atol=1e-5)
    attribution = bw.attribute(clf, texts[0])[0]
    assert attribution.words == ("a", "good", "film")
    assert bw.TokenHighlights(clf, texts[0]).words == ["a", "good", "film"]
    rows = [("a good film", "good"), ("a bad film", "bad")]
    trainer = Trainer(clf, rows, epochs=1, probes=[texts[0]])
    assert sum(event.kind == "step" for event in trainer) == 1
    assert len(trainer.history.probe_history) >= 1


def test_a_tokenizer_that_needs_another_package_names_it(tokenizers, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fugashi", None)
    size = {"vocab_size": len(tokenizers["character"]), **SMALL}
    BertForSequenceClassification(BertConfig(**size)).save_pretrained(tmp_path)
    tokenizers["character"].save_pretrained(tmp_path)
    settings_file = tmp_path / "tokenizer_config.json"
    chosen = json.loads(settings_file.read_text("utf-8")) | {"word_tokenizer_type": "mecab"}
    settings_file.write_text(json.dumps(chosen), "utf-8")
    with pytest.raises(OSError, match=r"Cannot load the tokenizer of .* need to install fugashi"):
        bw.BertClassifier.from_pretrained(str(tmp_path))
