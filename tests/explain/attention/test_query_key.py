from __future__ import annotations

import numpy as np
import pytest

from bert_widgets.explain import attention_maps, query_key
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", [0, 1])
def test_weights_are_the_softmax_of_queries_times_keys_unless_marked_inexact(
    kind: str, layer: int
) -> None:
    clf = tiny_classifier(kind)
    result = query_key(clf, TEXT, "so bad", layer=layer, head=2)
    count = len(result.tokens)
    assert result.query.shape == result.key.shape == (count, 8)
    np.testing.assert_allclose(
        result.weights, attention_maps(clf, TEXT, "so bad").head(layer, 2), atol=0.005
    )
    likely = np.exp(result.scores)
    likely /= likely.sum(1, keepdims=True)
    positions = kind == "deberta-v2" or (kind == "modernbert" and layer == 1)
    assert result.complete is not positions
    assert np.allclose(likely, result.weights, atol=1e-3) is not positions
    assert result.tokens == attention_maps(clf, TEXT, "so bad").tokens


@pytest.mark.parametrize(
    ("place", "sentence"), [((2, 0), "no layer 2; use 0 to 1"), ((0, -1), "no head -1; use 0 to 3")]
)
def test_an_unknown_layer_or_head_is_named_in_the_error(place, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        query_key(tiny_classifier("bert"), TEXT, layer=place[0], head=place[1])
