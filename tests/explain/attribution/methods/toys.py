"""Classifiers that are so simple that the exact scores of their words are known."""

from __future__ import annotations

import torch
from transformers import BertConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from bert_widgets.model.classifier import BertClassifier
from tests.models import tiny_classifier


class Toy(PreTrainedModel):
    """Logits are a linear map of ``shape`` of the sum of the word embeddings."""

    config_class = BertConfig

    def __init__(self, config: BertConfig, shape: torch.nn.Module) -> None:
        super().__init__(config)
        generator = torch.Generator().manual_seed(0)
        self.words = torch.nn.Embedding(config.vocab_size, 8)
        self.words.weight.data = torch.randn(config.vocab_size, 8, generator=generator)
        self.shape = shape
        self.readout = torch.nn.Linear(8, 2)
        self.readout.weight.data = torch.randn(2, 8, generator=generator)
        self.post_init()

    def _init_weights(self, module: torch.nn.Module) -> None:
        pass

    def get_input_embeddings(self) -> torch.nn.Module:
        return self.words

    def forward(self, input_ids, attention_mask, token_type_ids) -> SequenceClassifierOutput:
        total = (self.words(input_ids) * attention_mask[:, :, None]).sum(1)
        return SequenceClassifierOutput(logits=self.readout(self.shape(total)))


def toy_classifier(shape: torch.nn.Module | None = None) -> BertClassifier:
    """Return a classifier that is linear, or nonlinear as ``shape`` is."""
    tokenizer = tiny_classifier("bert").tokenizer
    config = BertConfig(vocab_size=len(tokenizer), num_labels=2)
    return BertClassifier(Toy(config, shape or torch.nn.Identity()), tokenizer)


def linear_scores(
    clf: BertClassifier, text: str, target: int, baseline: str = "pad"
) -> list[float]:
    """Return weight times change of each word, where the classifier is linear."""
    encoding = clf.encode([text])[0]
    table, weights = clf.model.words.weight.detach(), clf.model.readout.weight.detach()[target]
    start = {"pad": clf.tokenizer.pad_token_id, "mask": clf.tokenizer.mask_token_id}[baseline]
    of_piece = (table[encoding.input_ids] - table[start]) @ weights
    of_token = torch.from_numpy(encoding.words.of_token)
    return [float(of_piece[of_token == unit].sum()) for unit in range(len(encoding.words))]
