from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bert_widgets._common.progress import Cancelled, cancelled_by
from bert_widgets.explain import attribute
from bert_widgets.explain.evidence.agreement import agreement, kendall, pearson
from bert_widgets.explain.evidence.faithfulness import faithfulness
from bert_widgets.explain.evidence.removal import without
from tests.models import tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring."


def scored(clf, text, scores):
    """Return an attribution of a text with given scores."""
    attribution = attribute(clf, text, method="input_x_gradient", target=1)[0]
    return dataclasses.replace(attribution, scores=np.array(scores, np.float32))


def probability(clf, text):
    return clf.predict(text).probabilities[0, 1]


def test_every_measure_is_a_difference_of_predictions_of_edited_texts() -> None:
    clf = tiny_classifier("bert")
    words = ["the", "story", "was", "so", "bad", "never", "good", "boring", "film", "again"]
    scores = np.random.default_rng(0).permutation(10)
    best = np.argsort(-scores).tolist()
    attribution = scored(clf, " ".join(words), scores)
    measures = faithfulness(clf, [attribution])[0]

    def left(gone):
        return probability(clf, " ".join(w for i, w in enumerate(words) if i not in gone))

    whole = left([])
    assert measures.probability == pytest.approx(whole, abs=1e-6)
    for i, count in enumerate([1, 1, 1, 2, 5]):
        assert measures.comprehensiveness_at[i] == pytest.approx(
            whole - left(best[:count]), abs=1e-5
        )
        assert measures.sufficiency_at[i] == pytest.approx(whole - left(best[count:]), abs=1e-5)
    assert measures.comprehensiveness == pytest.approx(measures.comprehensiveness_at.mean())
    assert measures.deletion.removed.tolist() == list(range(11))
    deletion = [left(best[:count]) for count in range(11)]
    insertion = [left(best[10 - count :]) for count in range(11)]
    np.testing.assert_allclose(measures.deletion.probability, deletion, atol=1e-5)
    np.testing.assert_allclose(measures.insertion.probability, insertion, atol=1e-5)
    assert measures.deletion.area == pytest.approx(np.trapezoid(deletion, dx=0.1), abs=1e-5)
    drops = [whole - left([i]) for i in range(10)]
    tau, r = stats.kendalltau(scores, drops)[0], stats.pearsonr(scores, drops)[0]
    assert measures.leave_one_out_kendall == pytest.approx(tau, abs=1e-4)
    assert measures.leave_one_out_pearson == pytest.approx(r, abs=1e-4)


@pytest.mark.parametrize("removal", ["delete", "mask"])
def test_the_random_baseline_depends_on_text_and_seed_only(removal) -> None:
    clf = tiny_classifier("roberta")
    first, second = (scored(clf, TEXT, s) for s in (range(10), range(10, 0, -1)))
    other = scored(clf, "so bad", [1, 2])
    alone = faithfulness(clf, [first], removal=removal)[0]
    together = faithfulness(clf, [other, second, first], removal=removal)
    for measures in together[1:]:
        for name in ("random_mean", "random_low", "random_high"):
            np.testing.assert_allclose(
                getattr(measures.deletion, name), getattr(alone.deletion, name), atol=1e-5
            )
    # what is the highest for one is the lowest for the other
    np.testing.assert_allclose(
        together[1].deletion.probability, together[2].insertion.probability, atol=1e-6
    )
    band = alone.deletion
    assert (band.random_low <= band.random_mean).all()
    assert (band.random_mean <= band.random_high).all()
    assert (band.random_low < band.random_high).any()
    np.testing.assert_allclose(band.probability[[0, -1]], band.random_mean[[0, -1]], atol=1e-5)
    reseeded = faithfulness(clf, [first], removal=removal, seed=1)[0].deletion
    assert not np.allclose(reseeded.random_mean, band.random_mean)


def test_true_scores_are_more_faithful_than_random_ones() -> None:
    clf = tiny_classifier("bert")
    text = "the story was so bad , never good but boring film again"
    words = text.split()
    drops = [
        probability(clf, text) - probability(clf, " ".join(words[:i] + words[i + 1 :]))
        for i in range(len(words))
    ]
    knowing, ignorant = faithfulness(
        clf, [scored(clf, text, drops), scored(clf, text, np.negative(drops))]
    )
    assert knowing.leave_one_out_kendall == pytest.approx(1)
    assert ignorant.leave_one_out_pearson == pytest.approx(-1)
    assert knowing.comprehensiveness_at[0] == pytest.approx(max(drops), abs=1e-5)
    assert knowing.comprehensiveness > ignorant.comprehensiveness


def test_a_long_text_has_a_curve_of_twenty_steps() -> None:
    clf = tiny_classifier("distilbert")
    text = " ".join(f"{word} bad" for word in ["film", "good"] * 20)
    curve = faithfulness(clf, [scored(clf, text, range(80))], random_orders=1)[0].deletion
    assert curve.removed.tolist() == list(range(0, 81, 4))
    frame = curve.to_frame()
    assert list(frame)[:2] == ["removed", "probability"]
    assert len(frame) == 21


def test_one_word_has_no_correlation() -> None:
    clf = tiny_classifier("bert")
    measures = faithfulness(clf, [scored(clf, "bad", [1])])[0]
    assert np.isnan(measures.leave_one_out_kendall)
    assert np.isnan(measures.leave_one_out_pearson)
    assert measures.comprehensiveness == pytest.approx(
        probability(clf, "bad") - probability(clf, ""), abs=1e-5
    )
    assert faithfulness(clf, []) == []
    with pytest.raises(ValueError, match="random_orders=0 is invalid"):
        faithfulness(clf, [], random_orders=0)


def test_pairs_and_units() -> None:
    clf = tiny_classifier("deberta-v2")
    pair = ("a good film. So bad!", "the story was delightful")
    for unit in ("words", "sentences"):
        a = attribute(clf, pair, target=1, unit=unit)[0]
        measures = faithfulness(clf, [a])[0]
        best = int(a.scores.argmax())
        drop = probability(clf, pair) - probability(clf, without(a, [best]))
        assert measures.comprehensiveness_at[0] == pytest.approx(drop, abs=1e-5)


def test_it_can_be_cancelled() -> None:
    clf, called_off = tiny_classifier("bert"), threading.Event()
    attributions = attribute(clf, TEXT)
    called_off.set()
    with pytest.raises(Cancelled), cancelled_by(called_off):
        faithfulness(clf, attributions)


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=12).filter(
        lambda pairs: all(len(set(side)) > 1 for side in zip(*pairs, strict=True))
    )
)
def test_correlations_are_those_of_scipy(pairs) -> None:
    first, second = np.array(pairs, float).T
    assert kendall(first, second) == pytest.approx(stats.kendalltau(first, second)[0], abs=1e-9)
    assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second)[0], abs=1e-9)


def test_agreement_counts_ranks_and_the_highest_words() -> None:
    clf = tiny_classifier("bert")
    text = "so bad a film"
    first = [scored(clf, text, s) for s in ([4, 3, 2, 1], [4, 3, 2, 1], [1, 1, 1, 1])]
    second = [scored(clf, text, s) for s in ([40, 3, 2, 0], [1, 2, 3, 4], [4, 3, 2, 1])]
    measures = agreement(first, second)
    np.testing.assert_allclose(measures.spearman, [1, -1, np.nan])
    np.testing.assert_allclose(measures.overlap, [1, 2 / 3, 1])
    with pytest.raises(ValueError, match="Text 0, 'so bad a film', has different words"):
        agreement(first[:1], [scored(clf, "so bad", [1, 2])])
    with pytest.raises(ValueError, match="3 and 1 attributions"):
        agreement(first, second[:1])
