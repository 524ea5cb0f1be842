from __future__ import annotations

import itertools
import math
import threading

import numpy as np
import pytest
import torch
from captum.attr import ShapleyValues
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bert_widgets._common.progress import Cancelled, cancelled_by
from bert_widgets.explain import attribute
from bert_widgets.explain.attribution.methods.shapley import MOST_UNITS, _all_coalitions, _exact
from tests.explain.attribution.methods.toys import linear_scores, toy_classifier
from tests.models import KINDS, tiny_classifier

EIGHT = "The film wasn't good but surprisingly never boring"
WORDS = ["film", "not", "bad", "gorgeous", "soup", "never", "rather", "boring", "good", "so"]


def eight_words(count: int) -> list[str]:
    random = np.random.default_rng(0)
    return [" ".join(random.choice(WORDS, 8)) for _ in range(count)]


def shapley_over_all_orders(value, count: int) -> np.ndarray:
    """Average what each unit adds over all orders; ``value`` takes a tuple of bools."""
    total = np.zeros(count)
    for order in itertools.permutations(range(count)):
        present = [False] * count
        before = value(tuple(present))
        for unit in order:
            present[unit] = True
            after = value(tuple(present))
            total[unit] += after - before
            before = after
    return total / math.factorial(count)


def value_function(clf, text: str, target: int):
    """Return the logit of a text whose other words are typed as masks, by the words kept."""
    encoding = clf.encode([text])[0]
    of_token = encoding.words.of_token
    known: dict[tuple[bool, ...], float] = {}

    def value(present: tuple[bool, ...]) -> float:
        if present not in known:
            fields = clf.collate([encoding])
            gone = (of_token >= 0) & ~np.array(present)[of_token]
            fields["input_ids"][0, torch.from_numpy(gone)] = clf.tokenizer.mask_token_id
            with torch.inference_mode():
                known[present] = float(clf(**fields)[0, target])
        return known[present]

    return value


@given(
    st.integers(1, 5).flatmap(
        lambda count: arrays(np.float64, 2**count, elements=st.floats(-10, 10, width=32))
    )
)
def test_the_formula_over_coalitions_is_the_mean_over_orders(values) -> None:
    sets = [tuple(present) for present in _all_coalitions(len(values).bit_length() - 1).tolist()]
    value = dict(zip(sets, values, strict=True))
    scores, margins = _exact(values)
    np.testing.assert_allclose(scores, shapley_over_all_orders(value.get, len(sets[0])), atol=1e-9)
    assert not margins.any()


@pytest.mark.parametrize("method", ["shapley", "exact_shapley"])
@pytest.mark.parametrize("kind", KINDS)
def test_exact_values_are_the_mean_over_all_orders_of_words(kind: str, method: str) -> None:
    clf = tiny_classifier(kind)
    text = "这电影不好" if kind == "chinese" else "The film wasn't unwatchable soup"
    attribution = attribute(clf, text, method=method, baseline="mask", target=1)[0]
    expected = shapley_over_all_orders(value_function(clf, text, 1), len(attribution.words))
    np.testing.assert_allclose(attribution.scores, expected, atol=1e-4)
    assert attribution.completeness_error < 1e-5
    assert not attribution.margins.any()
    assert not attribution.token_scores[attribution.token_segments < 0].any()


def test_exact_values_agree_with_captum() -> None:
    clf = tiny_classifier("roberta")
    text = "never so good"
    attribution = attribute(clf, text, method="exact_shapley", baseline="mask", target=0)[0]
    value = value_function(clf, text, 0)

    def forward(present: torch.Tensor) -> torch.Tensor:
        return torch.tensor([value(tuple(line)) for line in present.bool().tolist()])

    captum = ShapleyValues(forward).attribute(torch.ones(1, 3))[0]
    np.testing.assert_allclose(attribution.scores, captum, atol=1e-4)


@pytest.mark.exhaustive
@pytest.mark.parametrize("samples", [60, 90, 120])
@pytest.mark.parametrize("kind", ["bert", "modernbert"])
def test_about_95_percent_of_intervals_contain_the_exact_value(kind: str, samples: int) -> None:
    clf = tiny_classifier(kind)
    texts = eight_words(60)
    exact = attribute(clf, texts, method="exact_shapley", target=1)
    sampled = attribute(clf, texts, method="shapley", target=1, samples=samples)
    inside = [
        np.abs(attribution.scores - known.scores) <= attribution.margins + 1e-6
        for attribution, known in zip(sampled, exact, strict=True)
    ]
    assert 0.93 <= np.mean(inside) < 0.995  # of 480


def test_intervals_narrow_with_samples_until_the_values_are_exact() -> None:
    clf = tiny_classifier("bert")
    texts = eight_words(10)
    exact = attribute(clf, texts, method="exact_shapley", target=1)
    errors, widths = [], []
    for samples in (30, 100, 200, 256):
        attributions = attribute(clf, texts, method="shapley", target=1, samples=samples)
        widths.append(np.mean([a.margins for a in attributions]))
        missed = [np.abs(a.scores - e.scores) for a, e in zip(attributions, exact, strict=True)]
        errors.append(np.mean(missed))
    assert widths == sorted(widths, reverse=True)
    assert errors == sorted(errors, reverse=True)
    assert widths[-1] == 0
    assert errors[-1] < 1e-6


@settings(deadline=None, max_examples=15)
@given(
    kind=st.sampled_from(KINDS),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=14),
    samples=st.integers(1, 150),
    seed=st.integers(0, 5),
)
def test_scores_add_up_however_few_samples_there_are(kind, words, samples, seed) -> None:
    clf = tiny_classifier(kind)
    options = {"method": "shapley", "samples": samples, "seed": seed}
    attribution = attribute(clf, " ".join(words), **options)[0]
    assert attribution.completeness_error < 1e-5
    assert attribution.scores.sum() == pytest.approx(attribution.difference, abs=1e-4)
    assert np.isfinite(attribution.margins).all()
    again = attribute(
        clf, ["so bad", attribution.text], **options | {"target": attribution.target}
    )[1]
    np.testing.assert_allclose(again.scores, attribution.scores, atol=1e-4)


@pytest.mark.parametrize(("samples", "most"), [(100, 100), (40, 40), (5, 36), (None, 512)])
def test_no_more_texts_are_run_than_samples_are_allowed(samples, most) -> None:
    clf = tiny_classifier("bert")
    sizes = []
    clf.model.classifier.register_forward_hook(lambda _m, _i, logits: sizes.append(len(logits)))
    text = EIGHT if samples else f"{EIGHT} {EIGHT}"
    attribute(clf, text, method="shapley", samples=samples)
    evaluations = sum(sizes) - 1  # one predicts
    assert most / 2 < evaluations <= most


def test_orders_depend_on_the_seed() -> None:
    clf = tiny_classifier("bert")
    options = {"method": "shapley", "samples": 60}
    first, again, other = (attribute(clf, EIGHT, seed=seed, **options)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.scores, again.scores)
    assert not np.allclose(first.scores, other.scores, atol=1e-4)


@settings(deadline=None, max_examples=15)
@given(
    text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=11).map(" ".join),
    method=st.sampled_from(["shapley", "exact_shapley"]),
    samples=st.sampled_from([None, 50]),
)
def test_on_a_linear_model_scores_are_weights_times_change(text, method, samples) -> None:
    clf = toy_classifier()
    attribution = attribute(clf, text, method=method, samples=samples, target=1)[0]
    np.testing.assert_allclose(attribution.scores, linear_scores(clf, text, 1), atol=1e-4)
    np.testing.assert_allclose(attribution.margins, 0, atol=1e-4)


def test_exact_values_of_a_long_text_are_refused_and_of_its_sentences_are_not() -> None:
    clf = tiny_classifier("bert")
    text = "So bad a film. " * 4
    with pytest.raises(
        ValueError, match=r"20 units need 2\*\*20 forward passes .* use 'shapley', or"
    ):
        attribute(clf, ["bad", text], method="exact_shapley")
    attribution = attribute(clf, text, method="exact_shapley", unit="sentences")[0]
    assert len(attribution.scores) == 4
    twelve = " ".join(WORDS[i % len(WORDS)] for i in range(MOST_UNITS))
    assert attribute(clf, twelve, method="exact_shapley")[0].completeness_error < 1e-5


def test_a_long_text_is_scored_window_by_window() -> None:
    clf = tiny_classifier("bert")
    attribution = attribute(clf, "The film was bad. " * 30, method="shapley", samples=50)[0]
    assert attribution.windows > 1
    assert attribution.completeness_error < 1e-5
    assert attribution.margins is None


@pytest.mark.parametrize(
    "method", ["occlusion", "value_zeroing", "shapley", "kernel_shap", "lime", "exact_shapley"]
)
def test_cancelled_work_ends_between_two_batches(method: str) -> None:
    clf = tiny_classifier("bert").train()
    called_off, before, passes = threading.Event(), torch.get_rng_state(), []

    def cancel(*_args) -> None:
        passes.append(clf.training)
        if len(passes) == 2:
            called_off.set()

    hook = clf.model.classifier.register_forward_hook(cancel)
    text = " ".join(WORDS) if method == "exact_shapley" else " ".join(WORDS * 5)
    with pytest.raises(Cancelled), cancelled_by(called_off):
        attribute(clf, text, method=method)
    hook.remove()
    assert passes == [False, False]
    assert clf.training
    assert torch.equal(before, torch.get_rng_state())
    assert not any(module._forward_hooks for module in clf.model.modules())
