"""Models with a PEFT adapter support everything; the classification head is never lost."""

from __future__ import annotations

import copy
import dataclasses
import warnings

import numpy as np
import peft
import pytest
import torch

from bert_widgets import Trainer, attention_maps, attribute, head_effects
from bert_widgets.explain import METHODS
from bert_widgets.explain.attention.value_norms import block_norms
from bert_widgets.model.classifier import BertClassifier
from bert_widgets.model.layers import depths
from bert_widgets.widgets import TokenHighlights
from tests.models import tiny_classifier

pytestmark = [
    pytest.mark.exhaustive,
    # PEFT asks for what transformers is about to rename.
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning"),
]

TEXTS = ["The film was not good", "The soup was so delightful, and I'd see it again!"]
DATA = [("The film was good", "positive"), ("The soup was boring!", "negative")] * 8
OPTIONS = {"epochs": 2, "precision": "fp32", "learning_rate": 1e-2, "warmup": 0.0}
KINDS = ("bert", "distilbert", "roberta", "modernbert", "deberta-v2")


def with_adapter(kind, *, plain=None, targets="all-linear", **options):
    """Return a tiny classifier with an adapter that changes its predictions."""
    plain = plain or tiny_classifier(kind)
    torch.manual_seed(0)
    if (kind, targets) == ("distilbert", "all-linear"):  # PEFT refuses it
        targets = ["q_lin", "v_lin", "out_lin", "lin1"]
    transposed = plain.model.config.model_type in ("gpt2", "openai-gpt")
    options = {
        "task_type": "SEQ_CLS",
        "r": 4,
        "fan_in_fan_out": transposed,
        "init_lora_weights": False,
        **options,
    }
    config = peft.LoraConfig(target_modules=targets, **options)
    return BertClassifier(peft.get_peft_model(plain.model, config), plain.tokenizer)


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_scores_and_attention_are_those_of_the_merged_model(kind):
    clf = with_adapter(kind)
    merged = clf.merged()
    assert type(merged.model) is type(tiny_classifier(kind).model)
    assert (merged.labels, merged.max_length) == (clf.labels, clf.max_length)
    assert clf.max_length == tiny_classifier(kind).max_length
    predictions = [c.predict(TEXTS).probabilities for c in (clf, merged)]
    assert not np.allclose(predictions[0], tiny_classifier(kind).predict(TEXTS).probabilities)
    np.testing.assert_allclose(*predictions, atol=1e-5)
    for method in METHODS.keys() - {"exact_shapley", "shapley", "lime", "kernel_shap", "deeplift"}:
        options = {"method": method, "samples": 4, "precision": "fp32"}
        try:
            expected = attribute(merged, TEXTS[0], **options)[0].scores
        except ValueError:
            with pytest.raises(ValueError, match=r"\w"):
                attribute(clf, TEXTS[0], **options)
        else:
            scores = attribute(clf, TEXTS[0], **options)[0].scores
            np.testing.assert_allclose(scores, expected, atol=1e-4, err_msg=method)
    maps, others = (attention_maps(c, TEXTS[0]) for c in (clf, merged))
    for field in ("weights", "scales", "means", "value_norms", "probabilities"):
        np.testing.assert_allclose(
            getattr(maps, field).astype(float),
            getattr(others, field),
            rtol=1e-4,
            atol=1.01 if field == "weights" else 1e-5,
        )
    effects = [head_effects(c, TEXTS[0])[["estimate", "effect"]] for c in (clf, merged)]
    np.testing.assert_allclose(*effects, atol=1e-4)
    encoding = clf.encode([TEXTS[0]])[0]
    if kind in ("bert", "roberta"):
        norms = [block_norms(c, encoding, 1) for c in (clf, merged)]
        np.testing.assert_allclose(*norms, rtol=1e-4)


def test_the_widget_shows_them():
    clf = with_adapter("bert")
    scores = [TokenHighlights(c, TEXTS[0]).attribution.scores for c in (clf, clf.merged())]
    np.testing.assert_allclose(*scores, atol=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_depths_are_those_of_the_model_inside(kind):
    expected = depths(tiny_classifier(kind).model)
    seen = set()
    for name, level in depths(with_adapter(kind).model).items():
        plain = name.removeprefix("base_model.model.")
        for part in (".base_layer", ".modules_to_save.default", ".original_module"):
            plain = plain.replace(part, "")
        layer = plain.partition(".lora_")[0]
        assert level == expected.get(plain, expected.get(f"{layer}.weight"))
        seen.add(plain)
    assert seen > expected.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_training_moves_the_adapter_and_the_head_alone(kind):
    clf = with_adapter(kind)
    before = {name: weight.clone() for name, weight in clf.model.state_dict().items()}
    list(Trainer(clf, DATA, probes=TEXTS[:1], **OPTIONS))
    moved = {n for n, w in clf.model.state_dict().items() if not torch.equal(w, before[n])}
    assert moved == {n for n in before if ".lora_" in n or ".modules_to_save." in n}


def stop_and_resume(clf, fresh, folder):
    """Train to the end, and with a stop after 3 steps; return both states."""
    interrupted = copy.deepcopy(clf)
    list(Trainer(clf, DATA, batch_tokens=40, **OPTIONS))
    trainer = Trainer(interrupted, DATA, batch_tokens=40, folder=folder, **OPTIONS)
    while trainer.progress.step < 3:
        trainer.advance()
    trainer.save()
    resumed = Trainer.resume(folder, clf=fresh)
    assert resumed.progress.step == 3
    list(resumed)
    return clf.model.state_dict(), resumed.clf.model.state_dict()


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_a_resumed_training_ends_with_the_same_bits(kind, tmp_path):
    fresh = with_adapter(kind, plain=tiny_classifier(kind, seed=1), lora_dropout=0.1)
    fresh.model.requires_grad_(False)  # noqa: FBT003 - as an adapter loaded for inference has it
    expected, state = stop_and_resume(with_adapter(kind, lora_dropout=0.1), fresh, tmp_path)
    assert expected.keys() == state.keys()
    for name, weight in expected.items():
        assert torch.equal(weight, state[name]), name


def test_weights_that_were_frozen_stay_frozen_when_resumed(tmp_path):
    clf = tiny_classifier("bert")
    clf.model.bert.requires_grad_(False)  # noqa: FBT003
    expected, state = stop_and_resume(clf, None, tmp_path)
    assert all(torch.equal(weight, state[name]) for name, weight in expected.items())


def test_checkpoints_of_adapters_ask_for_the_classifier(tmp_path):
    trainer = Trainer(with_adapter("bert"), DATA, folder=tmp_path / "adapter", **OPTIONS)
    checkpoint = trainer.save()
    with pytest.raises(ValueError, match="give clf, a BertClassifier"):
        Trainer.resume(tmp_path / "adapter")
    for other in (tiny_classifier("bert"), with_adapter("bert", r=2)):
        with pytest.raises(ValueError, match="give one with the same adapter"):
            Trainer.resume(tmp_path / "adapter", clf=other)
    with pytest.raises(OSError, match="adapter without its model"):
        BertClassifier.from_pretrained(checkpoint)
    Trainer(tiny_classifier("bert"), DATA, folder=tmp_path / "plain", **OPTIONS).save()
    with pytest.raises(ValueError, match="omit clf"):
        Trainer.resume(tmp_path / "plain", clf=with_adapter("bert"))


@pytest.mark.parametrize("targets", ["all-linear", "few"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_adapter_has_the_whole_head(kind, targets, tmp_path):
    few = ["query", "q_lin", "Wqkv", "query_proj"]
    targets = few if targets == "few" else targets
    clf = with_adapter(kind, targets=targets)
    inner = clf.model.get_base_model()
    prefix = inner.base_model_prefix + "."
    with torch.no_grad():  # a new head, with random layers before the last one
        for name, weight in inner.named_parameters():
            if not name.startswith(prefix) or ".pooler." in name:
                weight.add_(torch.randn_like(weight))
    clf.save_pretrained(tmp_path)
    base = tiny_classifier(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = peft.PeftModelForSequenceClassification.from_pretrained(base.model, tmp_path)
    loaded = BertClassifier(model, base.tokenizer)
    assert np.array_equal(clf.predict(TEXTS).probabilities, loaded.predict(TEXTS).probabilities)
    with pytest.raises(ValueError, match=r"no weights to train.* is_trainable=True"):
        Trainer(loaded, DATA)


def test_gradient_checkpointing_changes_no_training():
    expected, clf = with_adapter("bert", lora_dropout=0.1), with_adapter("bert", lora_dropout=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        clf.model.gradient_checkpointing_enable()
        clf.model.enable_input_require_grads()
    for classifier in (expected, clf):
        list(Trainer(classifier, DATA, **OPTIONS))
    for name, weight in expected.model.state_dict().items():
        torch.testing.assert_close(weight, clf.model.state_dict()[name], rtol=0, atol=1e-5)


def test_a_merged_model_is_saved_as_any_other(tmp_path):
    clf = with_adapter("bert")
    merged = clf.merged()
    assert all(weight.requires_grad for weight in merged.model.parameters())
    merged.save_pretrained(tmp_path)
    loaded = BertClassifier.from_pretrained(tmp_path)
    assert np.array_equal(merged.predict(TEXTS).probabilities, loaded.predict(TEXTS).probabilities)
    with pytest.raises(ValueError, match="no PEFT adapter to merge"):
        loaded.merged()


def test_what_would_be_wrong_is_refused():
    plain = tiny_classifier("bert")
    lora = peft.LoraConfig(target_modules=["query"])
    without_task = peft.get_peft_model(tiny_classifier("bert").model, lora)
    with pytest.raises(ValueError, match="make the adapter with task_type='SEQ_CLS'"):
        BertClassifier(without_task, plain.tokenizer)
    prompt = peft.PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=4)
    with pytest.raises(ValueError, match="adds tokens to each text"):
        BertClassifier(peft.get_peft_model(tiny_classifier("bert").model, prompt), plain.tokenizer)
    clf = with_adapter("bert")
    config = dataclasses.replace(clf.model.peft_config["default"])
    clf.model.add_adapter("second", config)
    with pytest.raises(ValueError, match="several adapters \\('default', 'second'\\)"):
        BertClassifier(clf.model, clf.tokenizer)
    plain.model.add_adapter(lora)
    with pytest.raises(ValueError, match="wrap the model with peft"):
        BertClassifier(plain.model, plain.tokenizer)
