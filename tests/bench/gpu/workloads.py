"""The models and texts that are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from transformers import BertConfig, BertForSequenceClassification

import bert_widgets as bw

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.gpu.settings import Settings


def models(settings: Settings) -> dict[str, Callable[[], bw.BertClassifier]]:
    """Return what builds each model, by name; for a trial run a single tiny one."""
    if settings.tiny:
        return {"tiny": lambda: random_bert(settings)}
    return {
        "bert-base": lambda: random_bert(settings),
        "embedded": lambda: bw.demo.classifier(device=settings.device),
    }


def random_bert(settings: Settings) -> bw.BertClassifier:
    """Build a model of bert-base's shape with random weights and the embedded model's tokenizer.

    In a trial run it has two narrow layers.
    """
    tokenizer = bw.demo.classifier(device="cpu").tokenizer
    narrow: dict[str, Any] = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
    }
    config = BertConfig(
        id2label={0: "negative", 1: "positive"},
        label2id={"negative": 0, "positive": 1},
        **(narrow if settings.tiny else {}),
    )
    torch.manual_seed(0)
    classifier = bw.BertClassifier(BertForSequenceClassification(config), tokenizer)
    return classifier.to(settings.device)


def texts_of_length(clf: bw.BertClassifier, tokens: int, count: int) -> list[str]:
    """Return texts of exactly ``tokens`` tokens, cut from the demo's sentences and reviews.

    A BERT tokenizer splits at spaces, so the tokens of a text are those of its words.
    """
    source = pd.concat([bw.demo.sentences(400), bw.demo.reviews()])["text"].str.split()
    sentences = source.tolist()
    distinct = sorted({word for sentence in sentences for word in sentence})
    special = len(clf.encode([""])[0])
    sizes = {
        word: len(encoding) - special
        for word, encoding in zip(distinct, clf.encode(distinct), strict=True)
    }
    random = np.random.default_rng(0)
    texts: list[str] = []
    words: list[str] = []
    room = tokens - special
    while True:
        for i in random.permutation(len(sentences)):
            for word in sentences[i]:
                if sizes[word] > room:
                    continue
                words.append(word)
                room -= sizes[word]
                if room == 0:
                    texts.append(" ".join(words))
                    words, room = [], tokens - special
                if len(texts) == count:
                    return texts
