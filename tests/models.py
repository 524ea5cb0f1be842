"""Tiny classifiers with random weights, built on the fly: every family the package supports.

Each has two layers, four heads, a width of 32 and reads at most 64 tokens. Its tokenizer is of the
family's own class, trained on the sentences below. Weights are large enough that the model is
visibly non-linear, and all biases differ from zero.
"""

from __future__ import annotations

import copy
import functools
import itertools
import json
import re
import tempfile
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer
from transformers import (
    AlbertTokenizer,
    AutoConfig,
    AutoModelForSequenceClassification,
    BertTokenizer,
    DebertaV2Tokenizer,
    LongformerConfig,
    LongformerForSequenceClassification,
    RobertaTokenizer,
    XLMRobertaTokenizer,
)

from bert_widgets.model.classifier import BertClassifier

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

KINDS = (
    "bert",
    "roberta",
    "distilbert",
    "electra",
    "albert",
    "xlm-roberta",
    "deberta-v2",
    "modernbert",
    "chinese",
)
"""Every kind `tiny_classifier` builds."""

MAX_LENGTH = 64
"""The most tokens any of them reads, special tokens included."""

CORPUS = [
    f"The {noun} was {degree} {quality}{end}"
    for (noun, degree), quality, end in itertools.product(
        [
            ("film", "not"),
            ("acting", "never"),
            ("café", "so"),
            ("story", "surprisingly"),
            ("soup", "rather"),
        ],
        ["good", "bad", "gorgeous", "boring", "unwatchable", "delightful"],
        [
            ", and I'd see it again!",
            ". What a waste of time...",
            "; she liked its well-made ending 🙂",
            " (3.5 of 10), as everyone expected?",
        ],
    )
]
CHINESE = ["这部电影非常好看。", "演员的表演太差了!", "我不喜欢这个故事,但是音乐很好听。"]

_SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": MAX_LENGTH,
}
_FAMILIES: dict[str, tuple[type[PreTrainedTokenizerBase], dict[str, Any]]] = {
    "bert": (BertTokenizer, {}),
    "chinese": (BertTokenizer, {}),
    "roberta": (
        RobertaTokenizer,
        {"max_position_embeddings": MAX_LENGTH + 2, "type_vocab_size": 1},
    ),
    "distilbert": (BertTokenizer, {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}),
    "electra": (BertTokenizer, {"embedding_size": 16}),
    "albert": (AlbertTokenizer, {"embedding_size": 16}),
    "xlm-roberta": (
        XLMRobertaTokenizer,
        {"max_position_embeddings": MAX_LENGTH + 2, "type_vocab_size": 1},
    ),
    "deberta-v2": (
        DebertaV2Tokenizer,
        {
            "relative_attention": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_buckets": 16,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "position_biased_input": False,
            "type_vocab_size": 0,
        },
    ),
    "modernbert": (RobertaTokenizer, {"local_attention": 8, "global_attn_every_n_layers": 2}),
}


def tiny_classifier(
    kind: str,
    *,
    labels: tuple[str, ...] = ("negative", "positive"),
    seed: int = 0,
    problem_type: str | None = None,
) -> BertClassifier:
    """Return a fresh copy of a tiny classifier, saved and loaded as a checkpoint once a process.

    Parameters
    ----------
    kind
        One of `KINDS`; ``"chinese"`` is BERT with a vocabulary of Chinese characters.
    labels
        Label names.
    seed
        Decides the weights.
    problem_type
        ``"single_label"`` or ``"multi_label"``; None says nothing.
    """
    return copy.deepcopy(_loaded(kind, labels, seed, problem_type))


@functools.cache
def _loaded(
    kind: str, labels: tuple[str, ...], seed: int, problem_type: str | None
) -> BertClassifier:
    tokenizer = _tokenizer(kind)
    config = AutoConfig.for_model(
        "bert" if kind == "chinese" else kind,
        **_SIZES | _FAMILIES[kind][1],
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        id2label=dict(enumerate(labels)),
        label2id={name: i for i, name in enumerate(labels)},
    )
    if problem_type is not None:
        config.problem_type = f"{problem_type}_classification"
    model = AutoModelForSequenceClassification.from_config(config)
    _randomise(model, seed)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return BertClassifier.from_pretrained(folder, device="cpu")


def _tokenizer(kind: str) -> PreTrainedTokenizerBase:
    """Train the family's tokenizer; its normaliser and word splitting are the real ones.

    WordPiece and Unigram trainers break ties differently in each process; their pieces are
    therefore replaced by ones that are always the same.
    """
    family = _FAMILIES[kind][0]
    corpus = CHINESE if kind == "chinese" else CORPUS
    trained = family().train_new_from_iterator(corpus, 400, show_progress=False)
    trained.model_max_length = MAX_LENGTH
    described = json.loads(trained.backend_tokenizer.to_str())
    model = described["model"]
    if model["type"] != "BPE":
        special = [token["content"] for token in described["added_tokens"]]
        subwords = _subwords(
            trained.backend_tokenizer, corpus, wordpiece=model["type"] == "WordPiece"
        )
        if model["type"] == "WordPiece":
            model["vocab"] = {subword: i for i, subword in enumerate([*special, *subwords])}
        else:  # a piece of several letters is likelier than the letters
            likely = [[subword, -1.0 if len(subword) > 1 else -6.0] for subword in subwords]
            model["vocab"] = [*([subword, 0.0] for subword in special), *likely]
        trained._tokenizer = Tokenizer.from_str(json.dumps(described))
    return trained


def _subwords(backend: Tokenizer, corpus: list[str], *, wordpiece: bool) -> list[str]:
    """Return all letters, and of each word of several the first six letters and the others."""
    inside = "##" if wordpiece else ""
    subwords = set()
    for text in corpus:
        shown = backend.normalizer.normalize_str(text) if backend.normalizer else text
        for part, _ in backend.pre_tokenizer.pre_tokenize_str(shown):
            subwords |= {*part, *(inside + letter for letter in part)}
            for word in re.findall(r"▁?\w+", part):
                subwords |= {word[:6], inside + word[6:]}
    return sorted(subwords - {"", inside})


def longformer_classifier() -> BertClassifier:
    """Return a model whose attention has no weights from every token to every token."""
    tokenizer = tiny_classifier("roberta").tokenizer
    config = LongformerConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        attention_window=8,
        max_position_embeddings=MAX_LENGTH + 16,
        pad_token_id=tokenizer.pad_token_id,
        sep_token_id=tokenizer.sep_token_id,
    )
    return BertClassifier(LongformerForSequenceClassification(config), tokenizer)


def _randomise(model: torch.nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        scaling = parameter.ndim == 1 and name.endswith("weight")  # of a layer norm
        parameter.data = 1 + 0.1 * noise if scaling else 0.3 * noise
