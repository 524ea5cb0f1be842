"""What people try first with a classifier works, or is answered with what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import bert_widgets as bw
from bert_widgets import BertClassifier, TextData, TokenHighlights, Trainer
from bert_widgets.model.other_names import ATTRIBUTES, CLASS_ATTRIBUTES, PREDICTING
from tests.models import tiny_classifier

DATA = TextData.from_([("a gem", "good"), ("a bore", "bad"), ("so-so", "mixed")] * 3)


def test_the_classifier_can_be_called_with_texts_or_tensors():
    clf = tiny_classifier("bert")
    for texts in ("so boring", ["so boring"], ("so", "boring"), DATA):
        called, predicted = clf(texts), clf.predict(texts)
        assert called.labels == predicted.labels
        np.testing.assert_array_equal(called.probabilities, predicted.probabilities)
    batch = clf.collate(clf.encode(["so boring"]))
    with torch.inference_mode():
        torch.testing.assert_close(clf(*batch.values()), clf(**batch))


@pytest.mark.parametrize(
    "labels", [DATA.labels, DATA.labels.tolist(), DATA.label_names(), DATA.to_frame()["label"]]
)
def test_the_labels_of_texts_are_no_label_names(tmp_path, labels):
    tiny_classifier("bert").save_pretrained(tmp_path)
    with pytest.raises(TypeError, match=r"not the label of each of 9 texts; .* labels=data"):
        BertClassifier.from_pretrained(tmp_path, labels=labels)


@pytest.mark.parametrize(
    ("labels", "message"),
    [(4, "not 4; "), ("bad", "not 'bad'; "), (DATA.to_frame(), "a DataFrame; ")],
)
def test_other_values_for_labels_are_answered_with_those_of_the_data(tmp_path, labels, message):
    tiny_classifier("bert").save_pretrained(tmp_path)
    with pytest.raises(TypeError, match=rf"{message}.* give labels=TextData"):
        BertClassifier.from_pretrained(tmp_path, labels=labels)
    with pytest.raises(TypeError, match=r"'num_labels': give the names .* labels=data"):
        BertClassifier.from_pretrained(tmp_path, num_labels=labels)
    with pytest.warns(UserWarning, match="new head"):
        assert BertClassifier.from_pretrained(tmp_path, labels=DATA).labels == DATA.classes


@pytest.mark.parametrize("path", ["reviews.csv", "data/A.TSV", Path("folder/texts"), "x.parquet"])
def test_a_path_is_not_classified_as_a_text(path):
    clf = tiny_classifier("bert")
    with pytest.raises(TypeError, match="is the name of a file; read it first"):
        clf.predict(path)
    assert clf.predict([str(path), "see reviews.csv"]).texts[0] == str(path)
    assert clf.predict("see reviews.csv").texts == ("see reviews.csv",)


def test_a_widget_shows_any_text_that_is_typed():
    highlights = TokenHighlights(tiny_classifier("bert"), "reviews.csv", method="saliency")
    assert highlights.text == "reviews.csv"
    assert not highlights.error
    assert len(highlights.scores)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_method_of_another_classifier_is_answered_with_ours(name):
    with pytest.raises(AttributeError, match=f"A BertClassifier has no '{name}': "):
        getattr(tiny_classifier("bert"), name)
    assert not hasattr(BertClassifier, name)


@pytest.mark.parametrize("name", PREDICTING)
def test_an_option_of_another_classifier_is_answered_with_what_to_do(name):
    with pytest.raises(TypeError, match=f"option of BertClassifier.predict '{name}': "):
        tiny_classifier("bert").predict("a gem", **{name: 1})


def test_a_classifier_is_summarised_in_two_lines():
    clf = tiny_classifier("bert")
    first, second = repr(clf).splitlines()
    weights = sum(p.numel() for p in clf.model.parameters())
    assert first.startswith(
        f"<BertClassifier: BertForSequenceClassification of {weights:,} weights"
    )
    assert second == "2 labels: negative, positive>"
    clf.labels = tuple(f"intent {i}" for i in range(77))
    assert repr(clf).endswith("77 labels: " + ", ".join(clf.labels[:8]) + " and 69 more>")


def test_training_is_not_switching_dropout():
    clf = tiny_classifier("bert")
    with pytest.raises(TypeError, match=r"takes no TextData; .* Trainer\(clf, train, valid\)"):
        clf.train(DATA)
    assert clf.train().training
    assert not clf.train(mode=False).training
    assert not clf.eval().training


def test_a_series_of_labels_that_are_names_is_a_list_of_names(tmp_path):
    tiny_classifier("bert").save_pretrained(tmp_path)
    names = pd.Series(["bad", "good", "mixed"])
    with pytest.warns(UserWarning, match="new head"):
        assert BertClassifier.from_pretrained(tmp_path, labels=names).labels == tuple(names)


@pytest.mark.parametrize("name", CLASS_ATTRIBUTES)
def test_another_way_to_load_is_answered(name):
    with pytest.raises(AttributeError, match=rf"'{name}': BertClassifier\.from_pretrained\("):
        getattr(BertClassifier, name)


def test_a_construction_without_a_tokenizer_is_answered():
    with pytest.raises(TypeError, match=r"missing .*\. BertClassifier\.from_pretrained\("):
        BertClassifier("a-checkpoint")
    with pytest.raises(TypeError, match=r"missing .* 'train'\. Trainer\(clf, train, valid\)"):
        Trainer(tiny_classifier("bert"))
    with pytest.raises(AttributeError, match=r"Trainer has no 'load': Trainer\.resume\("):
        Trainer.load  # noqa: B018


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("load_model", "BertClassifier.from_pretrained"),
        ("read_csv", "TextData.from_"),
        ("train", "Trainer("),
        ("explain_text", "choose one of"),
        ("visualize", "TokenHighlights("),
        ("TokenHighlight", "did you mean 'TokenHighlights'"),
    ],
)
def test_a_name_that_the_package_lacks_is_answered(name, answer):
    with pytest.raises(AttributeError, match=f"Unknown name in bert_widgets '{name}': ") as error:
        getattr(bw, name)
    assert answer in str(error.value)
