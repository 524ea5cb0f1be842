"""A checkpoint is loaded whole, or one sentence says what it lacks: only the head may be new."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForTokenClassification,
    BertForMultipleChoice,
    BertForPreTraining,
    BertModel,
    DistilBertForTokenClassification,
)

from bert_widgets.data.text_data import TextData
from bert_widgets.model.classifier import BertClassifier
from tests.models import KINDS, tiny_classifier

TEXTS = ["The film was not good", "The soup was so delightful"]


def saved(folder, kind="bert", *, weights=None, rename=None, config=None):
    """Save as another program does, with some weights omitted or renamed, or another config."""
    clf = tiny_classifier(kind)
    clf.model.save_pretrained(folder)
    clf.tokenizer.save_pretrained(folder)
    path = folder / "model.safetensors"
    state = {name: w for name, w in load_file(path).items() if weights is None or weights(name)}
    state = {(rename or str)(name): tensor for name, tensor in state.items()}
    save_file(state, path, metadata={"format": "pt"})
    if config:
        changed = json.loads((folder / "config.json").read_text()) | config
        (folder / "config.json").write_text(json.dumps(changed))
    return folder


def loaded(folder, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return BertClassifier.from_pretrained(folder, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_is_loaded_whole_without_a_warning(tmp_path, kind):
    before = tiny_classifier(kind).predict(TEXTS).probabilities
    assert np.array_equal(loaded(saved(tmp_path, kind)).predict(TEXTS).probabilities, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": lambda n: "layer.1." not in n}, r"lacks bert\.encoder\.layer\.1\..* and 15"),
        ({"weights": lambda n: "word_embeddings" not in n}, "lacks bert.*word_embeddings.weight"),
        ({"weights": lambda n: "pooler" not in n}, "lacks bert.pooler.dense.bias and 1 other"),
        ({"weights": lambda n: n != "classifier.bias"}, "lacks classifier.bias, which would"),
        ({"config": {"num_hidden_layers": 1}}, r"no place for bert\.encoder\.layer\.1"),
        ({"config": {"num_hidden_layers": 3}}, r"lacks bert\.encoder\.layer\.2"),
        ({"config": {"intermediate_size": 48}}, r"shape \(64,\) in the checkpoint and \(48,\)"),
        ({"rename": lambda n: n.replace("dense", "linear")}, "lacks bert"),
    ],
)
def test_weights_that_would_be_random_or_ignored_are_an_error(tmp_path, change, message):
    with pytest.raises(ValueError, match=message) as caught:
        loaded(saved(tmp_path, **change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["bert", "distilbert", "modernbert"])
@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.", "student.model."])
def test_the_prefix_of_another_trainer_is_understood(tmp_path, kind, prefix):
    before = tiny_classifier(kind).predict(TEXTS).probabilities
    clf = loaded(saved(tmp_path, kind, rename=lambda name: prefix + name))
    assert np.array_equal(clf.predict(TEXTS).probabilities, before)


def test_buffers_that_old_versions_saved_are_left_out(tmp_path):
    saved(tmp_path)
    path = tmp_path / "model.safetensors"
    ids = torch.arange(64)[None]
    save_file(load_file(path) | {"bert.embeddings.position_ids": ids}, path, {"format": "pt"})
    assert loaded(tmp_path).labels == ("negative", "positive")


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (AutoModelForTokenClassification, "bert", "BertForTokenClassification"),
        (AutoModelForTokenClassification, "roberta", "RobertaForTokenClassification"),
        (DistilBertForTokenClassification, "distilbert", "DistilBertForTokenClassification"),
        (AutoModelForQuestionAnswering, "bert", "BertForQuestionAnswering"),
        (BertForMultipleChoice, "bert", "BertForMultipleChoice"),
        (BertForPreTraining, "bert", "BertForPreTraining"),
        (BertModel, "bert", "an encoder without a classification head"),
    ],
)
def test_a_model_of_another_task_gets_a_new_head_on_its_encoder(tmp_path, make, kind, message):
    clf = tiny_classifier(kind)
    build = make.from_config if hasattr(make, "from_config") else make
    other = build(clf.model.config)
    other.save_pretrained(tmp_path)
    clf.tokenizer.save_pretrained(tmp_path)
    with pytest.warns(UserWarning, match=f"{message}.*: fine-tune the new head"):
        restored = BertClassifier.from_pretrained(tmp_path)
    theirs = dict(getattr(other, other.base_model_prefix, other).named_parameters())
    for name, weight in restored.model.base_model.named_parameters():
        assert name not in theirs or torch.equal(weight, theirs[name])
    if "classifier.weight" in dict(other.named_parameters()):
        mine = dict(restored.model.named_parameters()).get("classifier.weight")
        assert mine is None or not torch.equal(mine, other.classifier.weight)
    # A saved head counts as trained.
    restored.save_pretrained(tmp_path / "again")
    assert loaded(tmp_path / "again").labels == restored.labels


def test_labels_of_a_trained_head_are_reordered_respelled_or_renamed_on_purpose(tmp_path):
    saved(tmp_path)
    assert loaded(tmp_path, labels=["positive", "negative"]).labels == ("negative", "positive")
    assert loaded(tmp_path, labels=["Positive", "NEGATIVE"]).labels == ("NEGATIVE", "Positive")
    renamed = loaded(tmp_path, labels={"positive": "good", "negative": "bad"})
    assert renamed.labels == ("bad", "good")
    data = TextData.from_([("a", "positive"), ("b", "negative")])
    assert loaded(tmp_path, labels=data).labels == ("negative", "positive")


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (["bad", "good"], ValueError, r"\['negative', 'positive'\], not \['bad', 'good'\].*new_he"),
        ({"negative": "bad"}, ValueError, "leaves out 'positive'"),
        ({"negativ": "bad"}, ValueError, "'negativ'.*'negative'"),
        (np.array([0, 1, 1]), TypeError, "give labels=data"),
        (torch.tensor([0, 1]), TypeError, "give labels=data"),
        ("positive", TypeError, "must be a list of names"),
        (["only"], ValueError, "at least two labels"),
    ],
)
def test_labels_that_a_trained_head_does_not_have_are_refused(tmp_path, labels, error, message):
    with pytest.raises(error, match=message):
        loaded(saved(tmp_path), labels=labels)


def test_a_new_head_takes_any_labels(tmp_path):
    with pytest.warns(UserWarning, match="is new: fine-tune"):
        clf = BertClassifier.from_pretrained(saved(tmp_path), labels=["bad", "good"], new_head=True)
    trained = tiny_classifier("bert").model
    assert clf.labels == ("bad", "good")
    assert not torch.equal(clf.model.classifier.weight, trained.classifier.weight)
    assert torch.equal(
        clf.model.get_input_embeddings().weight, trained.get_input_embeddings().weight
    )


def test_placeholder_names_are_replaced_in_their_order(tmp_path):
    names = {"0": "LABEL_0", "1": "LABEL_1"}
    saved(tmp_path, config={"id2label": names, "label2id": {"LABEL_0": 0, "LABEL_1": 1}})
    assert loaded(tmp_path, labels=["bad", "good"]).labels == ("bad", "good")


def test_label_numbers_that_do_not_begin_at_zero_are_refused(tmp_path):
    names = {"1": "negative", "2": "positive"}
    saved(tmp_path, config={"id2label": names, "label2id": {"negative": 1, "positive": 2}})
    with pytest.raises(ValueError, match=r"numbers its labels 1, 2, but .* from 0"):
        loaded(tmp_path)


def test_one_output_is_no_classifier(tmp_path):
    clf = tiny_classifier("bert")
    config = clf.model.config
    config.id2label, config.label2id = {0: "score"}, {"score": 0}
    type(clf.model)(config).save_pretrained(tmp_path)
    clf.tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"one output .* regression or ranking"):
        loaded(tmp_path)
    with pytest.warns(UserWarning, match="is new"):
        assert len(BertClassifier.from_pretrained(tmp_path, labels=["no", "yes"]).labels) == 2


def test_a_folder_without_a_tokenizer_is_refused(tmp_path):
    saved(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).unlink()
    with pytest.raises(OSError, match="it has no tokenizer"):
        loaded(tmp_path)


@pytest.mark.parametrize(("kind", "other"), [("bert", "roberta"), ("roberta", "bert")])
def test_the_tokenizer_of_another_model_is_refused(tmp_path, kind, other):
    saved(tmp_path, kind)
    tiny_classifier(other).tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"has \d+ tokens and the model has embeddings for \d+"):
        loaded(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        ("model.safetensors", b"", "incomplete or damaged"),
        ("config.json", b"{", "config.json cannot be used"),
        ("config.json", b'{"model_type": "nothing"}', "config.json cannot be used.*`nothing`"),
    ],
)
def test_a_damaged_download_is_named_in_one_sentence(tmp_path, name, content, message):
    saved(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(OSError, match=message) as caught:
        loaded(tmp_path)
    assert "\n" not in str(caught.value)


def test_half_a_download_and_an_adapter_are_named(tmp_path):
    path = saved(tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(OSError, match="incomplete or damaged"):
        loaded(tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(OSError, match=r"has no config\.json"):
        loaded(tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(OSError, match="an adapter without its model"):
        loaded(tmp_path)


def test_the_problem_type_may_have_the_name_of_hugging_face(tmp_path):
    clf = loaded(saved(tmp_path), problem_type="multi_label_classification")
    assert clf.problem_type == "multi_label"
    with pytest.raises(ValueError, match=r"'multilabel'.*'multi_label'"):
        loaded(tmp_path, problem_type="multilabel")
