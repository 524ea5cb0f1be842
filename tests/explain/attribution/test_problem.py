"""The values that a `Problem` offers to a method, compared with the model itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets.explain.attribution.options import AttributionOptions
from bert_widgets.explain.attribution.problem import Problem
from bert_widgets.explain.attribution.targets import Target
from tests.models import tiny_classifier

TEXTS = ["The film was not unwatchable", "so bad", "never a gorgeous story, but good soup"]


@pytest.fixture
def clf():
    return tiny_classifier("bert")


def problem_of(clf, texts=TEXTS, **options):
    encodings = clf.encode(texts)
    return Problem(
        clf=clf,
        encodings=encodings,
        targets=[Target(1)] * len(texts),
        units=[encoding.words for encoding in encodings],
        options=AttributionOptions(**options),
    )


def test_values_of_the_texts_are_the_models_logits(clf) -> None:
    problem = problem_of(clf)
    with torch.inference_mode():
        expected = torch.cat([clf(**clf.collate([e]))[:, 1] for e in problem.encodings])
        inputs = problem.inputs(range(3))
        values = problem.values(inputs, inputs.text)
    torch.testing.assert_close(values, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("layer", [None, 0, 1])
def test_states_of_text_and_baseline_give_their_logits_at_each_layer(clf, layer) -> None:
    problem = problem_of(clf, baseline="mask", layer=layer)
    fields = clf.collate(problem.encodings)
    ordinary = np.concatenate([e.segments[None] >= 0 for e in problem.encodings[:1]])
    with torch.inference_mode():
        inputs = problem.inputs([0])
        masked = {name: rows[:1].clone() for name, rows in fields.items()}
        masked["input_ids"][:, : ordinary.shape[1]][torch.from_numpy(ordinary)] = (
            clf.tokenizer.mask_token_id
        )
        for states, expected in (
            (inputs.text, clf(**fields)[:1]),
            (inputs.baseline, clf(**masked)),
        ):
            value = problem.values(inputs, states)
            torch.testing.assert_close(value, expected[:, 1], atol=1e-4, rtol=0)


def test_the_gradient_is_the_slope_of_the_values(clf) -> None:
    problem = problem_of(clf)
    inputs = problem.inputs([1])
    values, gradient = problem.gradient(inputs, inputs.text)
    direction = torch.randn(inputs.text.shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        step = 1e-3 * direction
        change = problem.values(inputs, inputs.text + step) - problem.values(
            inputs, inputs.text - step
        )
    assert not values.requires_grad
    assert change.item() / 2e-3 == pytest.approx((gradient * direction).sum().item(), rel=0.02)


def test_masked_values_are_predictions_of_typed_masks(clf) -> None:
    problem = problem_of(clf, baseline="mask")
    masks = [np.array([True, True, False, True, True]), np.array([False, True])]
    texts = ["The film [MASK] not unwatchable", "[MASK] bad"]
    with torch.inference_mode():
        expected = [clf(**clf.collate(clf.encode([text])))[0, 1].item() for text in texts]
    np.testing.assert_allclose(problem.masked_values([0, 1], masks), expected, atol=1e-4)
    np.testing.assert_allclose(
        problem.masked_values([1, 0, 1], [masks[1], masks[0], masks[1]]),
        [expected[1], expected[0], expected[1]],
        atol=1e-4,
    )


def test_units_share_their_score_among_their_tokens_only(clf) -> None:
    problem = problem_of(clf, ["unwatchable soup"])
    tokens = problem.shared(0, np.array([6.0, 1.0]))
    of_token = problem.units[0].of_token
    assert (of_token == 0).sum() > 1
    assert tokens[of_token == 0].sum() == pytest.approx(6)
    assert np.ptp(tokens[of_token == 0]) == 0
    assert not tokens[of_token < 0].any()


def test_random_numbers_depend_on_seed_and_text_alone(clf) -> None:
    def draw(texts, row, seed):
        return problem_of(clf, texts, seed=seed).random(row).random()

    assert draw(TEXTS, 1, 3) == draw(["so bad"], 0, 3)
    assert len({draw(TEXTS, row, seed) for row in range(3) for seed in (3, 4)}) == 6


def test_batches_contain_every_row_once_within_the_budget(clf, monkeypatch) -> None:
    monkeypatch.setattr("bert_widgets.model.text_model.token_budget", lambda _: 30)
    problem = problem_of(clf)
    rows = [0, 1, 2, 2, 1, 0, 1]
    batches = [batch.tolist() for batch in problem.batches(rows)]
    assert sorted(i for batch in batches for i in batch) == list(range(7))
    for batch in batches:
        longest = max(len(problem.encodings[rows[i]]) for i in batch)
        assert longest * len(batch) <= 30


def test_a_text_of_padding_tokens_is_its_own_baseline(clf) -> None:
    problem = problem_of(clf, ["[PAD] [PAD]", "so bad"])
    assert [problem.is_baseline(row) for row in (0, 1)] == [True, False]


def test_the_baseline_can_be_differentiated_although_first_used_in_inference_mode(clf) -> None:
    problem = problem_of(clf, baseline="mean")
    with torch.inference_mode():
        problem.inputs([0])
    assert not problem.baseline.is_inference()
    table = clf.model.get_input_embeddings().weight
    torch.testing.assert_close(problem.baseline, table.detach().mean(0))


def test_omitted_options_have_the_defaults_of_attribute(clf) -> None:
    encoding = clf.encode(["so bad"])[0]
    problem = Problem(clf=clf, encodings=[encoding], targets=[Target(1)], units=[encoding.words])
    assert problem.options == AttributionOptions()
    assert problem.precision in ("fp32", "bf16")
    assert (problem.tolerance, problem.samples, problem.layer, problem.seed) == (
        0.01,
        None,
        None,
        0,
    )
