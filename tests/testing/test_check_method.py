"""The checks for attribution methods pass ours and catch what is wrong with others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bert_widgets.explain import METHODS, Scores
from bert_widgets.testing import check_method
from tests.models import KINDS, tiny_classifier

ORIGINAL = METHODS["input_x_gradient"]
COMPLETE = METHODS["exact_shapley"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", METHODS)
def test_each_of_our_methods_passes(name: str) -> None:
    check_method(METHODS[name])


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_methods_pass_on_every_family(kind: str) -> None:
    for name in ("saliency", "attnlrp", "rollout", "occlusion", "exact_shapley"):
        check_method(METHODS[name], tiny_classifier(kind))


def changed(change, method=ORIGINAL, **fields):
    """Return a method whose results are changed by a function of problem and results."""

    def function(problem):
        return change(problem, method.function(problem))

    return replace(method, name="broken", function=function, **fields)


def scaled(results, factor):
    return [Scores(scores.tokens * np.float32(factor), *scores[1:]) for scores in results]


def by_batch(problem, results):
    return scaled(results, 1 / len(problem))


def by_padding(problem, results):
    longest = max(map(len, problem.encodings))
    return [
        Scores(scores.tokens + np.float32(longest - len(scores.tokens)), *scores[1:])
        for scores in results
    ]


def by_chance(_problem, results):
    return scaled(results, np.random.default_rng().uniform(1, 2))


def from_global_numbers(_problem, results):
    return scaled(results, 1 + torch.rand(()).item() * 1e-9)


def freezing(problem, results):
    problem.clf.model.requires_grad_(False)  # noqa: FBT003
    return results


def shifting_results(problem, results):
    with torch.no_grad():
        next(problem.clf.model.parameters()).add_(1e-6)
    return results


def hooking(problem, results):
    problem.clf.model.register_forward_hook(lambda *_: None)
    return results


def without_layer(problem):
    options = replace(problem.options, layer=None)
    return ORIGINAL.function(replace(problem, options=options))


def first_text_only(problem, results):
    return [
        Scores(np.where(encoding.segments == 1, 0, scores.tokens).astype(np.float32))
        for encoding, scores in zip(problem.encodings, results, strict=True)
    ]


def without_special(problem, results):
    return [
        Scores(scores.tokens[encoding.segments >= 0])
        for encoding, scores in zip(problem.encodings, results, strict=True)
    ]


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (changed(by_batch), "differently alone and in a batch"),
        (changed(by_padding), "differently alone and in a batch"),
        (changed(by_chance), "differently alone|for the same seed"),
        (changed(from_global_numbers), "changes a global random state"),
        (changed(freezing), "changes the requires_grad of the weights"),
        (changed(shifting_results), "changes the weights of the model"),
        (changed(hooking), "changes the hooks of the model"),
        (changed(first_text_only), "scores no word of 'so bad' in the pair"),
        (changed(without_special), "one float32 score per token, special tokens included"),
        (changed(lambda _, results: results[:1]), r"returns 1 scores for \d texts"),
        (changed(lambda _, results: scaled(results, np.nan)), "scores that are not finite"),
        (changed(lambda _, results: results, signed=False), "returns negative scores"),
        (
            changed(lambda _, results: scaled(results, 1.1), COMPLETE, promises=("completeness",)),
            "promises completeness, but its scores of 'so bad' add up to",
        ),
        (
            changed(lambda _, results: results, promises=("completeness",)),
            "promises completeness but returns no difference",
        ),
        (
            changed(
                lambda _, results: [Scores(2 * s.tokens, 2 * s.difference) for s in results],
                COMPLETE,
            ),
            "states a difference of .* it is",
        ),
        (
            changed(lambda _, results: results, METHODS["saliency"], promises=("linear",)),
            r"breaks its promises \('linear',\)|promises to be linear",
        ),
        (
            replace(ORIGINAL, name="broken", function=without_layer),
            "promises layers but gives layer 0 the scores of the word embeddings",
        ),
        (replace(ORIGINAL, name="broken", promises=("speed",)), r"promises \['speed'\]"),
    ],
)
def test_a_broken_method_is_named_with_what_it_does_wrong(method, sentence) -> None:
    with pytest.raises(AssertionError, match=f"^The method 'broken' .*({sentence})"):
        check_method(method)


def test_a_method_that_treats_no_model_is_not_passed() -> None:
    def refuse(_problem):
        msg = "Only for GPT."
        raise ValueError(msg)

    with pytest.raises(AssertionError, match=r"refuses each model .* Only for GPT\."):
        check_method(replace(ORIGINAL, function=refuse))


def test_a_method_that_goes_on_after_it_was_cancelled_is_caught() -> None:
    def lengths(problem):
        return [
            Scores((e.offsets[:, 1] - e.offsets[:, 0]).astype(np.float32))
            for e in problem.encodings
        ]

    with pytest.raises(AssertionError, match="continues after the work was cancelled"):
        check_method(replace(ORIGINAL, function=lengths, promises=()))


def test_a_method_that_hides_errors_of_the_model_is_caught() -> None:
    def hiding_errors(problem):
        try:
            return METHODS["occlusion"].function(problem)
        except RuntimeError:
            return [Scores(np.ones(len(e), np.float32)) for e in problem.encodings]

    with pytest.raises(AssertionError, match="hides a RuntimeError"):
        check_method(replace(METHODS["occlusion"], function=hiding_errors))


def test_what_a_method_leaves_behind_after_an_error_is_caught() -> None:
    def leaving_a_hook(problem):
        hook = problem.clf.model.classifier.register_forward_hook(lambda *_: None)
        results = METHODS["occlusion"].function(problem)
        hook.remove()
        return results

    with pytest.raises(AssertionError, match=r"changes the hooks .* also if the model raises"):
        check_method(
            replace(METHODS["occlusion"], function=leaving_a_hook), tiny_classifier("bert")
        )
