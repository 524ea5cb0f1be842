"""Training only the word rows in use equals training them all."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets.training.optimiser.word_rows import WordRows
from tests.models import KINDS, tiny_classifier

TEXTS = ["The film was not bad.", "so boring", "A gorgeous, witty story! " * 3]


def _train(clf, parameters, batch, step):
    optimizer = torch.optim.AdamW(parameters, lr=0.01, weight_decay=0.0)
    for _ in range(3):
        step(lambda: clf(**batch).square().sum().backward())
        optimizer.step()
        yield
        optimizer.zero_grad()


@pytest.mark.parametrize("kind", KINDS)
def test_training_the_used_rows_equals_training_the_whole_matrix(kind):
    whole, part = tiny_classifier(kind), tiny_classifier(kind)
    batch = whole.collate(whole.encode(TEXTS))
    words = WordRows(part, batch["input_ids"].numpy())
    matrix = part.model.get_input_embeddings().weight
    assert len(words.parameter) < len(matrix)
    others = [p for p in part.parameters() if p is not matrix]

    def reading(backward):
        with words.reading():
            backward()

    steps = zip(
        _train(whole, whole.parameters(), batch, lambda backward: backward()),
        _train(part, [words.parameter, *others], batch, reading),
        strict=True,
    )
    for _ in steps:
        words.write_back()
        for (name, expected), trained in zip(
            whole.named_parameters(), part.parameters(), strict=True
        ):
            torch.testing.assert_close(trained, expected, msg=name, rtol=1e-4, atol=1e-5)
        assert matrix.grad is None
    unused = np.setdiff1d(np.arange(len(matrix)), batch["input_ids"].numpy())
    fresh = tiny_classifier(kind).model.get_input_embeddings().weight
    assert torch.equal(matrix[unused], fresh[unused])
    assert not torch.allclose(matrix, fresh, atol=1e-3)


def test_the_word_embeddings_are_restored_even_after_an_error():
    clf = tiny_classifier("bert")
    batch = clf.collate(clf.encode(TEXTS))
    before = clf(**batch)
    words = WordRows(clf, batch["input_ids"].numpy())
    with torch.no_grad():
        words.parameter.mul_(0.5)

    def interrupted():
        with words.reading():
            assert not torch.equal(clf(**batch), before)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert torch.equal(clf(**batch), before)
    words.write_back()
    assert not torch.equal(clf(**batch), before)
