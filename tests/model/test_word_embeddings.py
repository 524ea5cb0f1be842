"""Word embeddings are looked up while another thread explains a text with the same model."""

from __future__ import annotations

import torch

from bert_widgets.explain.attribution.problem import embeddings_replaced
from bert_widgets.model.word_embeddings import word_embeddings
from tests.models import tiny_classifier


def test_replaced_embeddings_are_not_those_looked_up():
    clf = tiny_classifier("bert")
    fields = clf.collate(clf.encode(["a film"]))
    expected = word_embeddings(clf, fields["input_ids"])
    with clf.inference(), torch.no_grad(), embeddings_replaced(clf, torch.zeros_like(expected)):
        clf(**fields)
        assert torch.equal(word_embeddings(clf, fields["input_ids"]), expected)
