from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from bert_widgets.explain import attribute
from tests.explain.attribution.methods.toys import linear_scores, toy_classifier
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
CHINESE = "这部电影不好看,演员太差了!"
ONE_BY_ONE = ("occlusion", "value_zeroing")


def sample(kind: str) -> str:
    return CHINESE if kind == "chinese" else TEXT


def logits_with_masks(clf, encoding, gone) -> torch.Tensor:
    """Run the model on ids, the tokens ``gone`` being the mask token."""
    fields = clf.collate([encoding])
    fields["input_ids"][0, torch.from_numpy(gone)] = clf.tokenizer.mask_token_id
    with torch.inference_mode():
        return clf(**fields)[0]


@pytest.mark.parametrize("unit", ["words", "tokens", "sentences", [(4, 15)]])
@pytest.mark.parametrize("kind", KINDS)
def test_occlusion_is_the_decrease_of_the_logit_when_a_unit_is_masked(kind: str, unit) -> None:
    clf = tiny_classifier(kind)
    text = f"{sample(kind)} So bad."
    attribution = attribute(clf, text, method="occlusion", baseline="mask", target=1, unit=unit)[0]
    encoding = clf.encode([text])[0]
    whole = logits_with_masks(clf, encoding, np.zeros(len(encoding), bool))[1]
    for number, score in enumerate(attribution.scores):
        without = logits_with_masks(clf, encoding, attribution.word_of_token == number)[1]
        assert score == pytest.approx(float(whole - without), abs=1e-4)


@pytest.mark.parametrize("problem_type", ["single_label", "multi_label"])
@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"target": (2, 0)}, lambda logits, _: logits[2] - logits[0]),
        ({"target": 1, "output": "probability"}, lambda _, probabilities: probabilities[1]),
    ],
)
def test_occlusion_of_a_pair_is_of_the_chosen_target(options, value, problem_type) -> None:
    clf = tiny_classifier("bert", labels=("bad", "middling", "good"), problem_type=problem_type)
    pair = ("a good film", "so bad, what a waste")
    attribution = attribute(clf, pair, method="occlusion", baseline="mask", **options)[0]
    encoding = clf.encode([pair[0]], [pair[1]])[0]

    def value_without(gone) -> float:
        logits = logits_with_masks(clf, encoding, gone)
        chances = logits.sigmoid() if clf.multi_label else logits.softmax(-1)
        return float(value(logits, chances))

    for number, score in enumerate(attribution.scores):
        fall = value_without(np.zeros(len(encoding), bool)) - value_without(
            attribution.word_of_token == number
        )
        assert score == pytest.approx(fall, abs=1e-4)


@settings(deadline=None, max_examples=25)
@given(
    text=st.text("abdeginotw !,", max_size=40).map("a".__add__),
    target=st.integers(0, 1),
    baseline=st.sampled_from(["pad", "mask"]),
)
def test_occlusion_on_a_linear_model_is_weight_times_change(text, target, baseline) -> None:
    clf = toy_classifier()
    attribution = attribute(clf, text, method="occlusion", target=target, baseline=baseline)[0]
    np.testing.assert_allclose(
        attribution.scores, linear_scores(clf, text, target, baseline), atol=1e-4
    )


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "deberta-v2"])
def test_value_zeroing_is_attention_with_values_set_to_zero(kind: str, monkeypatch) -> None:
    clf = tiny_classifier(kind)
    attribution = attribute(clf, sample(kind), method="value_zeroing", target=1)[0]
    gone = torch.zeros(len(attribution.tokens), dtype=torch.bool)

    def attention(_module, query, key, value, mask, scaling, **_options):
        silenced = torch.where(gone[None, None, :, None], 0.0, value)
        mixed = scaled_dot_product_attention(query, key, silenced, mask, scale=scaling)
        return mixed.transpose(1, 2).contiguous(), None

    assert clf.model.config._attn_implementation == "sdpa"
    monkeypatch.setitem(ALL_ATTENTION_FUNCTIONS, "sdpa", attention)
    fields = clf.collate(clf.encode([attribution.text]))

    def logit(unit: int) -> float:
        gone[:] = torch.from_numpy(attribution.word_of_token == unit)
        with torch.inference_mode():
            return float(clf.model(**fields).logits[0, 1])

    whole = logit(-2)
    expected = [whole - logit(unit) for unit in range(len(attribution.words))]
    assert np.abs(expected).max() > 0.05
    np.testing.assert_allclose(attribution.scores, expected, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_words_with_zero_values_have_zero_value_zeroing_scores(kind: str) -> None:
    clf = tiny_classifier(kind)
    assert np.abs(attribute(clf, sample(kind), method="value_zeroing")[0].scores).max() > 0.05
    with torch.no_grad():
        for name, parameter in clf.model.named_parameters():
            if "Wqkv" in name:
                parameter[-32:] = 0
            elif name.rpartition(".")[0].endswith((".value", ".value_proj", ".v_lin")):
                parameter.zero_()
    again = attribute(clf, sample(kind), method="value_zeroing")[0]
    np.testing.assert_allclose(again.scores, 0, atol=1e-5)


def test_value_zeroing_refuses_a_model_without_value_vectors() -> None:
    with pytest.raises(ValueError, match=r"value vectors of Toy .*use 'occlusion' instead\.$"):
        attribute(toy_classifier(), TEXT, method="value_zeroing")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ONE_BY_ONE)
def test_scores_do_not_depend_on_the_batch_and_special_tokens_have_none(kind, method) -> None:
    clf = tiny_classifier(kind)
    texts = [sample(kind), "bad", f"{sample(kind)} {sample(kind)}"]
    for text, attribution in zip(
        texts, attribute(clf, texts, method=method, target=0), strict=True
    ):
        alone = attribute(clf, text, method=method, target=0)[0]
        np.testing.assert_allclose(attribution.token_scores, alone.token_scores, atol=1e-4)
        assert not attribution.token_scores[attribution.token_segments < 0].any()
        assert attribution.margins is attribution.difference is None


def test_each_unit_takes_one_pass_and_the_whole_text_another() -> None:
    clf = tiny_classifier("bert")
    sizes = []
    clf.model.classifier.register_forward_hook(lambda _m, _i, logits: sizes.append(len(logits)))
    for method in ONE_BY_ONE:
        sizes.clear()
        attribution = attribute(clf, TEXT, method=method)[0]
        assert sizes == [1, len(attribution.words) + 1]
