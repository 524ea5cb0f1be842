from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from captum.metrics import infidelity as captum_infidelity

from bert_widgets.explain import METHODS, Method, attribute
from bert_widgets.explain.attribution.problem import Problem, Scores
from bert_widgets.explain.evidence import robustness
from bert_widgets.explain.evidence.robustness import infidelity, randomisation, sensitivity
from tests.models import tiny_classifier

TEXT = "The film wasn't good, café unexpectedly boring."


def state(clf):
    return {name: value.clone() for name, value in clf.state_dict().items()}, clf.training


def same(before, after) -> bool:
    return before[1] == after[1] and all(
        torch.equal(value, after[0][name]) for name, value in before[0].items()
    )


def test_infidelity_is_zero_for_exact_and_one_for_useless_scores() -> None:
    clf = tiny_classifier("bert")
    attribution = attribute(clf, "so bad", method="input_x_gradient")[0]
    clf.model.classifier.weight.data.zero_()
    constant = infidelity(clf, [attribution], samples=5)
    assert constant.tolist() == [0]
    clf = tiny_classifier("bert")
    useless = dataclasses.replace(attribution, scores=np.zeros(2, np.float32))
    assert infidelity(clf, [useless], samples=5).tolist() == [1]
    exact = attribute(clf, "unwatchable", method="input_x_gradient")[0]
    assert infidelity(clf, [exact], samples=5)[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("output", ["logit", "probability"])
def test_infidelity_is_captums_normalised_one(output, monkeypatch) -> None:
    clf = tiny_classifier("roberta")
    attribution = attribute(
        clf, (TEXT, "so bad"), baseline="mask", output=output, target="positive"
    )[0]
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    masked_values = Problem.masked_values

    def watched(problem, rows, present):
        values = masked_values(problem, rows, present)
        seen.append((np.array(present), values))
        return values

    monkeypatch.setattr(Problem, "masked_values", watched)
    ours = infidelity(clf, [attribution], samples=20)[0]
    present, values = seen[0]
    gone = torch.from_numpy(~present[:-1]).float()
    known = {tuple(row): value for row, value in zip(present.tolist(), values, strict=True)}

    def model(presence):
        return torch.tensor([known[tuple(row)] for row in presence.bool().tolist()])

    def remove(inputs):
        return gone, inputs - gone

    theirs = captum_infidelity(
        model,
        remove,
        torch.ones(1, len(attribution.words)),
        torch.from_numpy(attribution.scores)[None],
        n_perturb_samples=20,
        normalize=True,
    )
    size = np.mean((values[-1] - values[:-1]) ** 2)
    assert ours == pytest.approx(float(theirs[0]) / size, rel=1e-3)


@pytest.mark.parametrize("kind", ["bert", "albert", "deberta-v2", "modernbert"])
def test_sensitivity_changes_only_the_embeddings(kind) -> None:
    clf = tiny_classifier(kind)
    before = state(clf)
    attributions = attribute(clf, [TEXT, "so bad"], method="saliency")
    still = sensitivity(clf, attributions, radius=0.0, samples=2)
    little, much = (sensitivity(clf, attributions, radius=r, samples=3) for r in (0.001, 0.3))
    assert still.tolist() == [0, 0]
    assert (little > 0).all()
    assert (little < much).all()
    alone = sensitivity(clf, attributions[1:], radius=0.3, samples=3)
    assert alone[0] == pytest.approx(much[1], rel=1e-3)
    assert same(before, state(clf))
    assert not clf.model.get_input_embeddings()._forward_hooks


def test_spans_log_odds_and_layers_are_repeated_with_the_same_options() -> None:
    clf = tiny_classifier("bert")
    attributions = attribute(
        clf,
        TEXT,
        method="input_x_gradient",
        unit=[(0, 8)],
        target=("positive", "negative"),
        layer=1,
    )
    assert sensitivity(clf, attributions, radius=0.0, samples=1)[0] == 0
    again = robustness._again(clf, attributions[0])
    assert (again.words, again.against, again.layer) == (attributions[0].words, "negative", 1)
    np.testing.assert_array_equal(again.token_scores, attributions[0].token_scores)


def test_randomisation_goes_from_the_head_down_on_a_copy() -> None:
    clf = tiny_classifier("distilbert")
    before = state(clf)
    attributions = attribute(clf, [TEXT, "the story was so good and the acting bad"])
    result = randomisation(clf, attributions)
    assert result.parts == ("head", "layer 1", "layer 0", "embeddings")
    assert result.spearman.shape == (4, 2)
    assert (np.abs(result.spearman) <= 1).all()
    assert same(before, state(clf))
    again = randomisation(clf, attributions).spearman
    np.testing.assert_array_equal(again, result.spearman)
    assert not np.array_equal(randomisation(clf, attributions, seed=1).spearman, again)


def test_a_method_that_ignores_the_model_is_detected(monkeypatch) -> None:
    def by_place(problem):
        return [Scores(np.arange(len(e), dtype=np.float32)) for e in problem.encodings]

    monkeypatch.setitem(METHODS, "place", Method("place", "place", "", (), "", by_place))
    clf = tiny_classifier("bert")
    attributions = attribute(clf, [TEXT, "so bad"], method="place")
    np.testing.assert_allclose(randomisation(clf, attributions).spearman, 1)
    looking = randomisation(clf, attribute(clf, TEXT)).spearman
    assert (looking[-1] < 0.9).all()


def test_attributions_that_cannot_be_repeated_are_refused() -> None:
    clf = tiny_classifier("bert")
    attribution = attribute(clf, TEXT, baseline=np.zeros(32, np.float32))
    long = attribute(clf, " ".join([TEXT] * 12), method="input_x_gradient")
    for measure in (infidelity, sensitivity):
        with pytest.raises(ValueError, match="that fits in one window"):
            measure(clf, long)
    for measure in (infidelity, sensitivity, randomisation):
        with pytest.raises(ValueError, match="use attributions with a named one"):
            measure(clf, attribution)
