"""Attention of a text with masked tokens is that of a text with mask tokens."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import attention_maps
from tests.models import KINDS, tiny_classifier

TEXT = "The film was not good"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "chinese"])
def test_masking_replaces_only_the_masked_tokens(kind: str) -> None:
    clf = tiny_classifier(kind)
    whole, masked = attention_maps(clf, TEXT), attention_maps(clf, TEXT, masked=[3, 2, 3])
    assert masked.masked == (2, 3)
    assert [masked.tokens[i] for i in (2, 3)] == [clf.tokenizer.mask_token] * 2
    assert masked.words == whole.words
    np.testing.assert_array_equal(masked.token_offsets, whole.token_offsets)
    fields = clf.collate(clf.encode([TEXT]))
    fields["input_ids"][0, [2, 3]] = clf.tokenizer.mask_token_id
    clf.model.set_attn_implementation("eager")
    with torch.no_grad():
        outputs = clf.model(**fields, output_attentions=True)
    np.testing.assert_allclose(masked.logits, outputs.logits[0], atol=1e-4)
    for layer in range(2):
        mean = outputs.attentions[layer][0].mean(0)
        np.testing.assert_allclose(masked.mean(layer), mean, atol=1e-4)
    assert not np.allclose(masked.logits, whole.logits, atol=1e-3)


def test_a_word_whose_first_token_is_masked_has_its_label() -> None:
    maps = attention_maps(tiny_classifier("bert"), TEXT, masked=[2])
    assert maps.arranged(maps.head(0, 0), words=True).labels[2] == "[MASK]"
    assert maps.arranged(maps.head(0, 0), words=True).labels[3] == "was"


@pytest.mark.parametrize(
    ("masked", "sentence"),
    [
        ([99], "There is no token 99 to mask; use 0 to 6"),
        ([-1], "There is no token -1"),
        ([0], r"Token 0 is the special token \[CLS\]"),
    ],
)
def test_tokens_that_cannot_be_masked_are_named_in_the_error(masked, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        attention_maps(tiny_classifier("bert"), TEXT, masked=masked)


def test_a_model_without_a_mask_token_is_refused() -> None:
    clf = tiny_classifier("bert")
    clf.tokenizer.mask_token = None
    with pytest.raises(ValueError, match="has no mask token"):
        attention_maps(clf, TEXT, masked=[1])
    assert attention_maps(clf, TEXT).masked == ()
