"""Tiny classifiers with random weights, built in memory."""

# ruff: noqa: S106 - tokens of a tokenizer, not secrets
from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from ..model.classifier import BertClassifier

if TYPE_CHECKING:
    from torch import nn

_VOCABULARY = """
[PAD] [UNK] [CLS] [SEP] [MASK] . , a an bad boring but film good gorgeous is never not plot so the
very was un ##watch ##able delight ##ful
"""
_MAX_LENGTH = 64
_WIDTH = 32


def tiny_bert(
    *, labels: tuple[str, ...] = ("negative", "positive"), multi_label: bool = False
) -> BertClassifier:
    """Build a BERT of two layers, four heads and a width of 32 that reads 64 tokens.

    The weights are random, the same each time, and large enough for the model to be non-linear.
    """
    tokenizer = _tokenizer()
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=_MAX_LENGTH,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(labels)),
        label2id={name: i for i, name in enumerate(labels)},
    )
    if multi_label:
        config.problem_type = "multi_label_classification"
    model = BertForSequenceClassification(config)
    generator = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        is_scale = parameter.ndim == 1 and name.endswith("weight")  # of a layer norm
        parameter.data = 1 + 0.1 * noise if is_scale else 0.3 * noise
    return BertClassifier(model, tokenizer)


def bag_of_words() -> BertClassifier:
    """Build a classifier whose logits are a linear map of the sum of the word embeddings."""
    tokenizer = _tokenizer()
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=_WIDTH)
    return BertClassifier(BagOfWords(config), tokenizer)


class BagOfWords(PreTrainedModel):  # type: ignore[no-untyped-call]
    """A linear classifier of the sum of the word embeddings.

    Attributes
    ----------
    words
        The word embeddings.
    readout
        The linear layer from their sum to the logits.
    """

    config_class = BertConfig

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        generator = torch.Generator().manual_seed(0)
        self.words = torch.nn.Embedding(config.vocab_size, _WIDTH)
        self.words.weight.data = torch.randn(self.words.weight.shape, generator=generator)
        self.readout = torch.nn.Linear(_WIDTH, 2)
        self.readout.weight.data = torch.randn(self.readout.weight.shape, generator=generator)
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Leave the weights as the constructor sets them."""

    def get_input_embeddings(self) -> nn.Module:
        """Return the word embeddings."""
        return self.words

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,  # noqa: ARG002 - part of the interface
    ) -> SequenceClassifierOutput:
        """Return the logits (batch, classes)."""
        total = (self.words(input_ids) * attention_mask[:, :, None]).sum(1)
        return SequenceClassifierOutput(logits=self.readout(total))


def _tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {token: i for i, token in enumerate(_VOCABULARY.split())}
    backend = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    backend.normalizer = BertNormalizer()
    backend.pre_tokenizer = BertPreTokenizer()
    backend.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        model_max_length=_MAX_LENGTH,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
