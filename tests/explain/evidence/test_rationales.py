from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from bert_widgets.explain import attribute
from bert_widgets.explain.evidence.rationales import plausibility, word_scores
from tests.models import tiny_classifier


def scored(text, scores, **options):
    attribution = attribute(tiny_classifier("bert"), text, method="input_x_gradient", **options)[0]
    return dataclasses.replace(attribution, scores=np.array(scores, np.float32))


def test_scores_are_assigned_to_white_space_words_by_characters() -> None:
    commas = scored("so bad, so  (well-made)!", [1, 2, 4, 8, 16, 32, 64, 128])
    assert commas.words == ("so", "bad", ",", "so", "(", "well-made", ")", "!")
    np.testing.assert_array_equal(word_scores(commas), [1, 6, 8, 240])
    sentence = scored("so bad. good film", [6, 9], unit="sentences")
    np.testing.assert_allclose(word_scores(sentence), [2, 4, 4.5, 4.5])


def test_a_case_computed_by_hand() -> None:
    text = "a b c d e f g h i j"
    human = [0, 1, 0.6, 0.5, 0.4, 0, 0, 0, 0.9, 0]  # b c d and i: four of ten
    #              a  b  c  d  e  f  g  h  i  j
    close = scored(text, [0, 4, 5, 1, 3, 0, 0, 6, 0, -1])  # the highest four: h, b c, e
    measures = plausibility([close], [human])
    assert measures.token_f1.tolist() == [0.5]  # two of four, twice
    # b c shares 2 of 3 with b c d; h shares none with i; e none
    assert measures.iou_precision.tolist() == pytest.approx([1 / 3])
    assert measures.iou_recall.tolist() == [0.5]
    assert measures.iou_f1 == pytest.approx(0.4)
    # ranked: h, c, b, e, d: precision 1/2, 2/3, 3/5 at c, b, d; i is tied with four at 0
    assert measures.auprc[0] == pytest.approx((1 / 2 + 2 / 3 + 3 / 5 + 4 / 9) / 4)


def test_runs_match_at_half_of_their_union() -> None:
    human = [1, 1, 0, 0, 0, 0, 0, 1]
    text = "a b c d e f g h"
    half = plausibility([scored(text, [0, 9, 0, 0, 0, 8, 7, 0])], [human])  # b; f g
    assert half.iou_precision.tolist() == [0.5]
    less = plausibility([scored(text, [0, 9, 8, 0, 0, 0, 0, -1])] * 2, [human, [1] + [0] * 7])
    # three and one of eight words are marked, so of each text two are taken: b c
    assert less.iou_precision.tolist() == [0, 0]


def test_f1_of_runs_is_that_of_the_mean_precision_and_recall() -> None:
    measures = plausibility(
        [scored("a b c d", [1, 0, 0, 0])] * 3, [[1, 0, 0, 0], [0, 1, 0, 1], [0] * 4]
    )
    assert measures.iou_precision.tolist() == [1, 0, 0]
    np.testing.assert_array_equal(measures.iou_recall, [1, 0, np.nan])
    assert measures.iou_f1 == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    np.testing.assert_array_equal(np.isnan(measures.auprc), [False, False, True])


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1)), min_size=2, max_size=8).filter(
        lambda words: len({marked for _, marked in words}) == 2
    )
)
def test_measures_of_one_text_agree_with_scikit_learn(words) -> None:
    scores, marked = map(list, zip(*words, strict=True))
    measures = plausibility([scored(" ".join("abcdefgh"[: len(words)]), scores)], [marked])
    assert measures.auprc[0] == pytest.approx(average_precision_score(marked, scores))
    chosen = np.zeros(len(words))
    chosen[np.argsort(np.negative(scores), kind="stable")[: sum(marked)]] = 1
    assert measures.token_f1[0] == pytest.approx(f1_score(marked, chosen))


def test_spans_mark_the_words_they_overlap() -> None:
    text = "so bad, so well-made a film"
    attribution = scored(text, [0, 9, 0, 0, 8, 0, 0])
    for spans, numbers in (
        ([(3, 6), (11, 20)], [0, 1, 0, 1, 0, 0]),
        ([[6, 7]], [0, 1, 0, 0, 0, 0]),
        ([(7, 8)], [0] * 6),
        ([], [0] * 6),
    ):
        by_spans, by_numbers = (
            plausibility([attribution], [rationale]) for rationale in (spans, numbers)
        )
        for name, values in vars(by_numbers).items():
            np.testing.assert_array_equal(getattr(by_spans, name), values)


def test_invalid_rationales_are_named_in_the_error() -> None:
    attributions = [scored("so bad", [1, 2])]
    with pytest.raises(ValueError, match="1 texts have 0 rationales"):
        plausibility(attributions, [])
    with pytest.raises(ValueError, match="Text 0, 'so bad', has 2 white-space words"):
        plausibility(attributions, [[1, 0, 0]])
