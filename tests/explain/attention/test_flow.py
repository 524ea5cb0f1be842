from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets.explain import attention_maps
from bert_widgets.explain.attention.flow import gradient_rollout, rollout
from bert_widgets.explain.attribution.targets import Target
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


@pytest.mark.parametrize("kind", ["bert", "albert", "modernbert", "deberta-v2"])
def test_rollout_is_the_product_of_mixed_layers(kind: str) -> None:
    clf = tiny_classifier(kind)
    maps = attention_maps(clf, TEXT)
    clf.model.set_attn_implementation("eager")
    with torch.no_grad():
        attentions = clf.model(**clf.collate(clf.encode([TEXT])), output_attentions=True).attentions
    expected = torch.eye(len(maps.tokens))
    for layer, weights in enumerate(attentions):
        expected = (0.5 * weights[0].mean(0) + 0.5 * torch.eye(len(maps.tokens))) @ expected
        flow = rollout(maps.means)[layer]
        np.testing.assert_allclose(flow, expected.numpy(), atol=1e-5)
        np.testing.assert_allclose(flow.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_rollout_is_the_published_rule_on_the_models_own_weights(kind: str) -> None:
    clf = tiny_classifier(kind)
    encoding = clf.encode([TEXT])[0]
    flow = gradient_rollout(clf, encoding, Target(1))
    clf.model.set_attn_implementation("eager")
    outputs = clf.model(**clf.collate([encoding]), output_attentions=True)
    gradients = torch.autograd.grad(outputs.logits[0, 1], outputs.attentions)
    expected = torch.eye(len(encoding))
    for layer, (weights, gradient) in enumerate(zip(outputs.attentions, gradients, strict=True)):
        update = (gradient[0] * weights[0]).clamp(min=0).mean(0)
        expected = expected + update @ expected
        np.testing.assert_allclose(flow[layer], expected.detach().numpy(), atol=1e-4)
    assert (flow >= 0).all()
