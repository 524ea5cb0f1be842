"""Attributions on a GPU agree with those on the CPU."""

from __future__ import annotations

import numpy as np
import pytest

from bert_widgets.explain import attribute
from tests.models import KINDS, tiny_classifier

TEXTS = ["The film wasn't good, unexpectedly boring", "delightful soup", "so bad " * 20]
GRADIENTS = ["integrated_gradients", "input_x_gradient", "saliency", "smoothgrad"]


def relative_error(actual, expected) -> float:
    difference = np.linalg.norm(actual.token_scores - expected.token_scores)
    return float(difference / np.linalg.norm(expected.token_scores))


@pytest.mark.parametrize("method", [*GRADIENTS, "expected_gradients"])
@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v2", "distilbert"])
def test_scores_agree_with_the_cpu(kind: str, method: str) -> None:
    classifiers = (tiny_classifier(kind).to("cuda"), tiny_classifier(kind))
    options = {"method": method, "tolerance": 1e-3, "precision": "fp32"}
    both = [attribute(clf, TEXTS, **options) for clf in classifiers]
    for on_gpu, on_cpu in zip(*both, strict=True):
        if np.abs(on_cpu.token_scores).max() > 1e-3:  # smaller scores are rounding errors
            assert relative_error(on_gpu, on_cpu) < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_bfloat16_keeps_the_tolerance(kind: str) -> None:
    clf = tiny_classifier(kind).to("cuda")
    exact = attribute(clf, TEXTS, tolerance=1e-3)
    for fast, reference in zip(attribute(clf, TEXTS, precision="auto"), exact, strict=True):
        assert fast.completeness_error < 0.01
        assert relative_error(fast, reference) < 0.1


def test_scores_of_layers_add_up_to_the_same_difference() -> None:
    clf = tiny_classifier("bert").to("cuda")
    of_embeddings = attribute(clf, TEXTS)
    for layer in (0, 1):
        of_layer = attribute(clf, TEXTS, layer=layer)
        for actual, expected in zip(of_layer, of_embeddings, strict=True):
            assert actual.difference == pytest.approx(expected.difference, abs=1e-3)
            assert actual.completeness_error < 0.01
