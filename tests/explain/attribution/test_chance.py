from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.explain.attribution.chance import at_chance, scale_end


@pytest.mark.parametrize(
    ("probabilities", "even"),
    [
        ([0.5, 0.5], True),
        ([0.54, 0.46], True),
        ([0.6, 0.4], False),
        ([1 / 28] * 28, True),
        ([0.9, *[0.1 / 27] * 27], False),
        ([1.0], False),
        ([0.49, 0.51, 0.55, 0.45], True),
        ([0.49, 0.51, 0.58, 0.45], False),
    ],
)
def test_even_probabilities_are_at_chance(probabilities, even) -> None:
    assert at_chance(np.array(probabilities, np.float32)) is even


@given(st.floats(0, 4), st.booleans())
def test_only_tiny_scores_at_chance_have_a_wider_scale(largest, chance) -> None:
    scores = np.array([largest, -largest / 2], np.float32)
    shares = np.array([0.5, 0.5] if chance else [0.9, 0.1], np.float32)
    expected = max(largest, 0.5) if chance else largest
    assert scale_end(scores, shares, "logit") == pytest.approx(expected)
