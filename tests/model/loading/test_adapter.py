"""A folder with an adapter is loaded onto its base model, with the head, or refused."""

from __future__ import annotations

import json

import numpy as np
import peft
import pytest
import safetensors.torch
import torch

from bert_widgets import Trainer
from bert_widgets.model.classifier import BertClassifier
from tests.model.test_peft import with_adapter
from tests.models import tiny_classifier

pytestmark = pytest.mark.filterwarnings(
    # PEFT asks for what transformers is about to rename.
    "ignore:`is_gradient_checkpointing`:FutureWarning"
)

TEXTS = ["The film was not good", "so boring"]
WEIGHTS = "adapter_model.safetensors"


def saved(folder, kind, *, encoder_only=False, labels=("no", "perhaps", "yes"), **options):
    """Save a base model and an adapter with a changed head; return the classifier with both."""
    base, adapter = folder / "base", folder / "adapter"
    plain = tiny_classifier(kind, labels=labels, **options)
    (plain.model.base_model if encoder_only else plain.model).save_pretrained(base)
    plain.tokenizer.save_pretrained(base)
    plain.model.name_or_path = str(base)
    clf = with_adapter(kind, plain=plain)
    with torch.no_grad():
        for name, weight in clf.model.named_parameters():
            if "modules_to_save" in name:
                weight.add_(torch.randn_like(weight))
    clf.save_pretrained(adapter)
    return clf


@pytest.mark.parametrize("encoder_only", [False, True])
@pytest.mark.parametrize("kind", ["bert", "roberta", "distilbert"])
def test_it_predicts_as_before_with_its_own_classes(kind, encoder_only, tmp_path):
    clf = saved(tmp_path, kind, encoder_only=encoder_only)
    loaded = BertClassifier.from_pretrained(tmp_path / "adapter", device="cpu")
    assert loaded.labels == clf.labels
    probabilities, expected = (c.predict(TEXTS).probabilities for c in (loaded, clf))
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    assert len(list(Trainer(loaded, [("a", "no"), ("b", "yes"), ("c", "perhaps")]))) > 0


def test_several_labels_stay_several(tmp_path):
    clf = saved(tmp_path, "bert", problem_type="multi_label", encoder_only=True)
    loaded = BertClassifier.from_pretrained(tmp_path / "adapter", device="cpu")
    assert loaded.multi_label
    np.testing.assert_allclose(
        loaded.predict(TEXTS).probabilities, clf.predict(TEXTS).probabilities, atol=1e-6
    )


def test_other_names_are_not_laid_over_its_head(tmp_path):
    saved(tmp_path, "bert", encoder_only=True)
    with pytest.raises(ValueError, match=r"trained head has the labels \['no', 'perhaps', 'yes'\]"):
        BertClassifier.from_pretrained(tmp_path / "adapter", labels=["a", "b", "c"])
    loaded = BertClassifier.from_pretrained(tmp_path / "adapter", labels=["yes", "no", "perhaps"])
    assert loaded.labels == ("no", "perhaps", "yes")
    with pytest.raises(ValueError, match=r"does not fit the model .* with 2 labels"):
        BertClassifier.from_pretrained(tmp_path / "adapter", labels=["a", "b"])
    with pytest.raises(ValueError, match="leave out new_head"):
        BertClassifier.from_pretrained(tmp_path / "adapter", new_head=True)


def test_an_adapter_saved_by_peft_is_loaded_if_it_holds_the_head(tmp_path):
    clf = saved(tmp_path, "bert")
    clf.model.save_pretrained(tmp_path / "adapter")
    loaded = BertClassifier.from_pretrained(tmp_path / "adapter", device="cpu")
    np.testing.assert_allclose(
        loaded.predict(TEXTS).probabilities, clf.predict(TEXTS).probabilities, atol=1e-6
    )


@pytest.mark.parametrize("lost", ["classifier.weight", "pooler.dense.base_layer.weight", "lora_A"])
def test_lost_weights_are_named(lost, tmp_path):
    saved(tmp_path, "distilbert" if lost == "" else "bert", encoder_only=True)
    for folder in (tmp_path / "base", tmp_path / "adapter"):
        path = next(folder.glob("*.safetensors"))
        weights = safetensors.torch.load_file(path)
        remaining = {k: v for k, v in weights.items() if lost not in k and "pooler" not in k}
        remaining |= {k: v for k, v in weights.items() if "pooler" in k and "pooler" not in lost}
        remaining = {k: v for k, v in remaining.items() if lost not in k}
        safetensors.torch.save_file(remaining, path, {"format": "pt"})
    with pytest.raises(ValueError, match=r"do not have the same weights, such as [\w.]+, which"):
        BertClassifier.from_pretrained(tmp_path / "adapter", labels=["no", "perhaps", "yes"])


def test_an_adapter_without_a_usable_base_or_weights_is_refused(tmp_path):
    saved(tmp_path, "bert")
    path = tmp_path / "adapter" / "adapter_config.json"
    described = json.loads(path.read_text("utf-8"))
    (tmp_path / "adapter" / WEIGHTS).unlink()
    with pytest.raises(OSError, match="missing or damaged"):
        BertClassifier.from_pretrained(tmp_path / "adapter")
    for base in (str(tmp_path / "nowhere"), None, 3):
        path.write_text(json.dumps(described | {"base_model_name_or_path": base}), "utf-8")
        with pytest.raises(OSError, match="an adapter without its model"):
            BertClassifier.from_pretrained(tmp_path / "adapter")


def test_an_adapter_that_does_not_train_the_head_is_refused(tmp_path):
    clf = saved(tmp_path, "bert")
    config = peft.LoraConfig(target_modules=["query"])
    plain = tiny_classifier("bert", labels=clf.labels)
    plain.model.name_or_path = str(tmp_path / "base")
    peft.get_peft_model(plain.model, config).save_pretrained(tmp_path / "adapter")
    with pytest.raises(ValueError, match="make the adapter with task_type='SEQ_CLS'"):
        BertClassifier.from_pretrained(tmp_path / "adapter")
