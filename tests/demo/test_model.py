"""The embedded model: what is stored is what was trained, to half a step of int8."""

from __future__ import annotations

import re

import torch
from hypothesis import given
from hypothesis import strategies as st

import bert_widgets as bw
from bert_widgets.demo.storage import load_int8, save_int8


@given(st.integers(1, 20), st.integers(1, 20), st.floats(1e-6, 1e6), st.integers(0, 99))
def test_rounding_is_at_most_half_a_step_of_each_row(tmp_path_factory, rows, width, size, seed):
    path = tmp_path_factory.mktemp("weights") / "w.safetensors"
    random = torch.Generator().manual_seed(seed)
    matrix = torch.randn(rows, width, generator=random) * size
    matrix[0] = 0
    vector = torch.randn(width, generator=random)
    save_int8({"m": matrix, "v": vector}, path)
    again = load_int8(path)
    assert torch.equal(again["v"], vector)
    half = matrix.abs().amax(1, keepdim=True) / 127 / 2
    assert ((again["m"] - matrix).abs() <= half * 1.001).all()
    assert (again["m"][0] == 0).all()


def test_the_model_is_the_one_on_its_card():
    clf = bw.demo.classifier(device="cpu")
    config = clf.model.config
    assert (config.num_hidden_layers, config.num_attention_heads) == (6, 12)
    assert clf.labels == ("negative", "positive")
    assert len(clf.tokenizer) == 30_522
    size = sum(path.stat().st_size for path in bw.demo.MODEL.iterdir())
    assert size <= 24e6
    card = (bw.demo.MODEL / "README.md").read_text("utf-8")
    stored = float(re.search(r"as stored \(int8\)\*\* \| ([\d.]+)", card)[1])
    assert stored >= 0.89


def test_it_tells_praise_from_complaint():
    clf = bw.demo.classifier(device="cpu")
    plain = bw.demo.reviews().query("phenomenon == 'plain' and kind == 'film'")
    assert clf.evaluate(plain).accuracy > 0.75


def test_each_call_returns_a_new_model():
    first, second = bw.demo.classifier(device="cpu"), bw.demo.classifier(device="cpu")
    with torch.no_grad():
        first.model.classifier.weight.zero_()
    assert not torch.equal(first.model.classifier.weight, second.model.classifier.weight)
