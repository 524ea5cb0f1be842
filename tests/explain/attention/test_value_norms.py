from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets.explain import attention_maps
from bert_widgets.explain.attention.value_norms import block_norms
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


def parts(clf, layer: int):
    """Return a BERT layer's input, weights, values after the output projection, and LayerNorm."""
    clf.model.set_attn_implementation("eager")
    with torch.no_grad():
        outputs = clf.model(
            **clf.collate(clf.encode([TEXT])), output_attentions=True, output_hidden_states=True
        )
    attention = clf.model.bert.encoder.layer[layer].attention
    states = outputs.hidden_states[layer][0]
    value = attention.self.value(states).view(len(states), 4, 8)
    dense = attention.output.dense.weight.view(32, 4, 8)
    vectors = torch.einsum("jhs,whs->hjw", value, dense).detach()
    return states, outputs.attentions[layer][0], vectors, attention.output.LayerNorm


@pytest.mark.parametrize("layer", [0, 1])
def test_norms_are_those_of_the_weighted_vectors(layer: int) -> None:
    clf = tiny_classifier("bert").eval()
    maps = attention_maps(clf, TEXT)
    _, weights, vectors, _ = parts(clf, layer)
    moved = weights[..., None] * vectors[:, None]  # heads, rows, columns, width
    for head in range(4):
        expected = moved[head].norm(dim=-1).numpy()
        np.testing.assert_allclose(maps.norms(layer, head), expected, atol=0.01 * expected.max())
    np.testing.assert_allclose(maps.value_norms[layer], vectors.norm(dim=-1), atol=1e-5)


@pytest.mark.parametrize("layer", [0, 1])
def test_norms_of_a_block_are_those_of_the_parts_of_its_output(layer: int) -> None:
    clf = tiny_classifier("bert").eval()
    norms = block_norms(clf, clf.encode([TEXT])[0], layer)
    states, weights, vectors, norm = parts(clf, layer)
    moved = torch.einsum("hij,hjw->ijw", weights, vectors)
    moved += torch.eye(len(states))[:, :, None] * states
    bias = clf.model.bert.encoder.layer[layer].attention.output.dense.bias
    value_bias = moved.sum(1)  # values carry their bias: rows of the weights sum to one
    total = value_bias + bias
    spread = (total.var(-1, correction=0) + norm.eps).sqrt()
    centred = moved - moved.mean(-1, keepdim=True)
    expected = (centred / spread[:, None, None] * norm.weight).norm(dim=-1)
    np.testing.assert_allclose(norms, expected.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_has_norms(kind: str) -> None:
    clf = tiny_classifier(kind)
    maps = attention_maps(clf, TEXT)
    assert maps.value_norms.shape == (2, 4, len(maps.tokens))
    assert (maps.value_norms > 0).all()
    block = block_norms(clf, clf.encode([TEXT])[0], 1)
    assert block.shape == (len(maps.tokens),) * 2
    assert (np.diag(block) > 0).all()


def test_a_layer_without_attention_moves_only_the_residual() -> None:
    clf = tiny_classifier("modernbert")
    with torch.no_grad():
        clf.model.model.layers[0].attn.Wo.weight.zero_()
    block = block_norms(clf, clf.encode([TEXT])[0], 0)
    assert not block[~np.eye(len(block), dtype=bool)].any()
