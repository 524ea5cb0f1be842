"""BigBird's attention depends on a text's length, and not on texts read before."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import Trainer, attribute
from tests.families.models import family_classifier

SHORT, LONG = "bad", "The soup was so delightful, and I'd see it again!"
DATA = [(text, label) for text in (SHORT, LONG) for label in ("negative", "positive")]


def plainly(text):
    """Return the logits of a model that has read no other text."""
    clf = family_classifier("big_bird")
    with torch.no_grad():
        return clf.model(**clf.collate(clf.encode([text]))).logits[0].numpy()


@pytest.mark.parametrize("order", [[LONG], [SHORT, LONG], [LONG, SHORT, LONG], [LONG, SHORT]])
def test_a_text_is_read_the_same_regardless_of_earlier_texts(order):
    clf = family_classifier("big_bird")
    for texts in (order, [[text] for text in order]):
        for text in texts:
            clf.predict(text)
    for text in order:
        logits = clf.logits(clf.encode([text]))[0]
        np.testing.assert_allclose(logits, plainly(text), atol=1e-5)
    together = clf.logits(clf.encode(order))
    np.testing.assert_allclose(together, [plainly(text) for text in order], atol=1e-5)


def test_a_long_text_is_read_with_sparse_attention():
    clf = family_classifier("big_bird")
    clf.model.config.attention_type = "original_full"  # permanently, as a user may
    clf.model.base_model.set_attention_type("original_full")
    assert not np.allclose(clf.logits(clf.encode([LONG]))[0], plainly(LONG), atol=1e-2)
    np.testing.assert_allclose(clf.logits(clf.encode([SHORT]))[0], plainly(SHORT), atol=1e-5)


def test_global_random_numbers_are_left_alone():
    clf = family_classifier("big_bird")
    random, state = np.random.get_state()[1].tolist(), torch.get_rng_state()  # noqa: NPY002
    clf.predict([SHORT, LONG])
    attribute(clf, SHORT, method="saliency")
    list(Trainer(clf, DATA, epochs=2, precision="fp32"))
    assert np.random.get_state()[1].tolist() == random  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), state)
