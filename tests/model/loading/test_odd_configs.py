"""Configs and options from other tools are understood, or refused in a sentence."""

from __future__ import annotations

import json

import pytest

from bert_widgets.model.classifier import BertClassifier
from tests.models import tiny_classifier


def folder_with(tmp_path, **changes):
    """Save a tiny BERT as another tool would, with some fields of its config changed."""
    clf = tiny_classifier("bert")
    clf.model.save_pretrained(tmp_path)
    clf.tokenizer.save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"problem_type": "regression"}, "is for regression, not for classes; pass new_head"),
        ({"id2label": {"0": "a", "1": " "}}, "Label 1 of the checkpoint has no name"),
        ({"id2label": {"0": "a", "1": "\ud800"}}, "Label 1 of the checkpoint contains half"),
        (
            {"label2id": {"positive": 0, "negative": 1}},
            "'negative' 0 in id2label and 1",
        ),
    ],
)
def test_a_head_that_is_not_what_its_config_says_is_refused(changes, sentence, tmp_path):
    with pytest.raises(ValueError, match=sentence):
        BertClassifier.from_pretrained(folder_with(tmp_path, **changes))


def test_a_label_without_a_name_is_refused(tmp_path):
    folder = folder_with(tmp_path, id2label={"0": None, "1": "b"})
    # Some versions of transformers refuse it themselves.
    sentence = "Label 0 of the checkpoint has no name|its config.json cannot be used.*id2label"
    with pytest.raises((ValueError, OSError), match=sentence):
        BertClassifier.from_pretrained(folder)


@pytest.mark.parametrize("options", [{"new_head": True}, {"labels": ["a", "b", "c"]}])
def test_an_encoder_of_a_regression_gets_a_head_for_classes(options, tmp_path):
    folder = folder_with(tmp_path, problem_type="regression")
    with pytest.warns(UserWarning, match="fine-tune the new head"):
        clf = BertClassifier.from_pretrained(folder, **options)
    assert clf.problem_type == "single_label"
    assert clf.model.config.problem_type is None


def test_options_that_name_nothing_are_refused(tmp_path):
    folder = folder_with(tmp_path)
    with pytest.raises(ValueError, match="There is no device 'gpu'; use 'auto'"):
        BertClassifier.from_pretrained(folder, device="gpu")
    with pytest.raises(TypeError, match="which has no order"):
        BertClassifier.from_pretrained(folder, labels={"negative", "positive"})
