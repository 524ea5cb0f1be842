"""Long texts are explained in windows, and with the attention that suits their length."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets.explain import attribute
from bert_widgets.model.forward import precision as _compute
from bert_widgets.text.windows import encode_windows, shares
from tests.explain.attribution.test_attribute import TEXT, WILLING, close
from tests.models import MAX_LENGTH, tiny_classifier


@pytest.mark.parametrize("pair", [None, "so " * 2 * MAX_LENGTH])
@pytest.mark.parametrize("unit", ["words", "tokens", "sentences", [(5, 80), (400, 500)]])
def test_a_long_text_is_explained_in_windows_as_it_is_predicted(pair, unit) -> None:
    clf = tiny_classifier("bert")
    text = "The film was bad. " * MAX_LENGTH
    long = text if pair is None else (text, pair)
    short = "bad" if pair is None else ("bad", "so")
    attribution, other = attribute(clf, [long, short], unit=unit)
    assert (attribution.text, attribution.pair) == (text, pair)
    assert attribution.windows > 1 == other.windows
    np.testing.assert_allclose(
        attribution.probabilities, clf.predict(long).probabilities[0], atol=1e-5
    )
    assert attribution.completeness_error < 0.01
    read = attribution.word_offsets[attribution.word_segments == 1, 1].max(initial=0)
    assert attribution.unread == (pair or "")[read:].strip()
    assert (
        pair is None or MAX_LENGTH // 2 - 2 <= (attribution.token_segments == 1).sum() < MAX_LENGTH
    )
    assert len(attribution.tokens) == len(attribution.token_scores)
    assert (attribution.token_scores[attribution.word_of_token >= 0] != 0).all()
    missing = abs(attribution.scores.sum() - attribution.difference)
    assert missing <= 0.01 * np.abs(attribution.token_scores).sum() + 1e-4
    for word, segment, (start, end) in zip(
        attribution.words, attribution.word_segments, attribution.word_offsets, strict=True
    ):
        assert (text, pair)[segment][start:end] == word


def test_a_long_text_of_one_repeated_sentence_scores_each_window_alike() -> None:
    clf = tiny_classifier("bert")
    whole = attribute(clf, "The film was bad. " * 40)[0]
    windows = encode_windows(clf.tokenizer, [whole.text], None, limit=clf.max_length)
    apart = attribute(clf, [w.encoding.text for w in windows], target=whole.target)
    mean = sum(a.difference * w for a, w in zip(apart, shares(windows), strict=True))
    assert whole.difference == pytest.approx(mean, rel=1e-3)


# ModernBERT is refused by input times gradient, which runs the model as saliency does.
@pytest.mark.parametrize("method", sorted({*WILLING} - {"exact_shapley", "input_x_gradient"}))
def test_fused_attention_of_long_texts_changes_no_score(method, monkeypatch) -> None:
    clf = tiny_classifier("modernbert")
    plain = attribute(clf, TEXT, method=method)[0]
    used = set()
    fused = torch.nn.functional.scaled_dot_product_attention

    def seen(*args, **options):
        used.add("fused")
        return fused(*args, **options)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", seen)
    monkeypatch.setitem(_compute.LONG, "fp32", 1)
    monkeypatch.setitem(_compute.LONG, "bf16", 1)
    close(attribute(clf, TEXT, method=method)[0], plain)
    assert used
