"""On a GPU a text is explained as it is on the processor."""

from __future__ import annotations

import numpy as np
import pytest

from bert_widgets.explain import attribute
from tests.models import KINDS, tiny_classifier

TEXTS = ["The film wasn't good, unexpectedly boring", "delightful soup", "so bad " * 20]
GRADIENTS = ["integrated_gradients", "input_x_gradient", "saliency", "smoothgrad"]


def far(found, expected) -> float:
    return float(
        np.linalg.norm(found.token_scores - expected.token_scores)
        / np.linalg.norm(expected.token_scores)
    )


@pytest.mark.parametrize("method", [*GRADIENTS, "expected_gradients"])
@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v2", "distilbert"])
def test_scores_are_those_of_the_processor(kind: str, method: str) -> None:
    here, there = tiny_classifier(kind), tiny_classifier(kind).to("cuda")
    options = {"method": method, "tolerance": 1e-3, "precision": "fp32"}
    both = [attribute(clf, TEXTS, **options) for clf in (there, here)]
    for found, own in zip(*both, strict=True):
        if np.abs(own.token_scores).max() > 1e-3:  # else rounding is all there is
            assert far(found, own) < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_bfloat16_is_as_complete_as_it_is_asked_to_be(kind: str) -> None:
    clf = tiny_classifier(kind).to("cuda")
    exact = attribute(clf, TEXTS, tolerance=1e-3)
    for found, own in zip(attribute(clf, TEXTS, precision="auto"), exact, strict=True):
        assert found.completeness_error < 0.01
        assert far(found, own) < 0.1


def test_layers_add_up_to_the_same_change() -> None:
    clf = tiny_classifier("bert").to("cuda")
    whole = attribute(clf, TEXTS)
    for layer in (0, 1):
        for found, own in zip(attribute(clf, TEXTS, layer=layer), whole, strict=True):
            assert found.difference == pytest.approx(own.difference, abs=1e-3)
            assert found.completeness_error < 0.01
