"""Every family loads, predicts, saves and is read back by transformers itself."""

from __future__ import annotations

import json
import threading
import time
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM

import bert_widgets as bw
from bert_widgets import BertClassifier, TextData
from tests.models import KINDS, tiny_classifier

TEXTS = ["The film was not bad.", "so boring", "A gorgeous, witty story! " * 2, "x"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_is_a_pipeline_with_the_same_probabilities(kind, tmp_path):
    clf = tiny_classifier(kind)
    clf.save_pretrained(tmp_path)
    pipeline = transformers.pipeline(
        "text-classification", str(tmp_path), device="cpu", top_k=None, use_fast=True
    )
    ours = clf.predict(TEXTS)
    for row, scores in enumerate(pipeline(TEXTS)):
        theirs = {score["label"]: score["score"] for score in scores}
        for column, name in enumerate(clf.labels):
            assert ours.probabilities[row, column] == pytest.approx(theirs[name], abs=1e-5)
    again = BertClassifier.from_pretrained(tmp_path)
    assert again.labels == clf.labels
    np.testing.assert_array_equal(again.predict(TEXTS).probabilities, ours.probabilities)


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_depend_on_neither_batch_nor_order(kind):
    clf = tiny_classifier(kind)
    together = clf.predict(TEXTS).probabilities
    alone = np.concatenate([clf.predict(text).probabilities for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_logits_are_those_of_the_wrapped_model():
    clf = tiny_classifier("bert")
    batch = clf.collate(clf.encode(TEXTS))
    with torch.inference_mode():
        torch.testing.assert_close(clf(**batch), clf.model(**batch).logits)


def test_texts_come_in_many_forms():
    clf = tiny_classifier("bert")
    expected = clf.predict(["so boring"]).probabilities
    for form in ("so boring", pd.Series(["so boring"]), ("so boring",), np.array(["so boring"])):
        np.testing.assert_array_equal(clf.predict(form).probabilities, expected)
    assert len(clf.predict([])) == 0
    data = TextData.from_([("so boring", "bad"), ("so good", "good")])
    np.testing.assert_allclose(clf.predict(data).probabilities[:1], expected, rtol=1e-5)
    pair = clf.predict(("so", "boring"))
    assert pair.texts == (("so", "boring"),)
    assert pair.to_frame().columns.tolist() == ["text", "label", "p(negative)", "p(positive)"]


@pytest.mark.parametrize("texts", [["a", 3], [("a", "b"), "c"], [None], [("a", "b", "c")]])
def test_a_value_that_is_not_text_is_named_in_the_error(texts):
    with pytest.raises(TypeError, match=r"Text \d is .*not a (pair of )?string"):
        tiny_classifier("bert").predict(texts)


@pytest.mark.parametrize("form", [pd.DataFrame, dict])
def test_a_table_is_not_mistaken_for_its_column_names(form):
    with pytest.raises(TypeError, match="give a column of it, as data"):
        tiny_classifier("bert").predict(form({"text": ["so boring"]}))


@pytest.mark.parametrize(
    "call",
    [
        lambda clf: bw.attribute(clf, "so boring"),
        lambda clf: bw.attention_maps(clf, "so boring"),
        lambda clf: bw.query_key(clf, "so boring", layer=0, head=0),
        lambda clf: bw.head_effects(clf, "so boring"),
        lambda clf: bw.Corpus(clf, "so boring"),
        lambda clf: bw.evaluate_explanations(clf, pd.DataFrame({"text": ["so boring"]})),
        lambda clf: bw.Trainer(clf, [("so boring", "bad"), ("so good", "good")]),
        lambda clf: bw.TokenHighlights(clf, "so boring"),
        lambda clf: bw.AttentionMatrix(clf, "so boring"),
    ],
)
def test_what_is_no_classifier_is_named(call):
    model = tiny_classifier("bert").model
    with pytest.raises(TypeError, match="a BertClassifier, not a BertForSequenceClassification"):
        call(model)


def test_one_label_is_enough_to_measure_but_not_to_train():
    clf, rows = tiny_classifier("bert"), [("so boring", "negative"), ("so good", "negative")]
    measured = clf.evaluate(rows)
    assert measured.support.tolist() == [2, 0]
    both = [*rows, ("never bad", "positive")]
    assert bw.Trainer(clf, both, rows).history.count("step") == 0
    with pytest.raises(ValueError, match="All 2 training texts have the label 'negative'"):
        bw.Trainer(clf, rows)


def test_a_long_text_is_the_weighted_mean_of_its_windows():
    clf = tiny_classifier("bert")
    sentence = "The film was so good and the story was not bad at all, never boring. "
    text = sentence * 12
    whole = clf.predict(text, window=40, overlap=0)
    assert len(clf.encode([text])[0]) == clf.max_length  # it does need windows
    spans = {text[a:b] for a, b in _spans(clf, text)}
    separate = clf.predict(sorted(spans))
    assert whole.probabilities.sum() == pytest.approx(1, abs=1e-5)
    low, high = separate.probabilities.min(0), separate.probabilities.max(0)
    assert (whole.probabilities >= low - 1e-6).all()
    assert (whole.probabilities <= high + 1e-6).all()


def _spans(clf, text):
    from bert_widgets.text.windows import windows

    return windows(clf.tokenizer, text, length=38, overlap=0)


def test_a_repeated_window_predicts_as_itself():
    """Windows that all hold the same tokens must give the probabilities of one of them."""
    clf = tiny_classifier("bert")
    window = "film good . "
    count = len(clf.encode([window])[0]) - 2
    text = (window * 30).strip()
    long = clf.predict(text, window=count * 10 + 2, overlap=0)
    np.testing.assert_allclose(
        long.probabilities, clf.predict((window * 10).strip()).probabilities, atol=1e-5
    )


def test_long_pairs_keep_both_texts():
    clf = tiny_classifier("bert")
    short, long = "so boring", "The film was good. " * 40
    for pair in ((short, long), (long, short), (long, long)):
        assert clf.predict([pair]).probabilities.sum() == pytest.approx(1, abs=1e-5)
    whole = clf.predict([(short, long)]).probabilities
    shortened = clf.predict([("never bad", long)]).probabilities
    assert not np.allclose(whole, shortened, atol=1e-6)


@pytest.mark.parametrize("window", [2, 65])
def test_a_window_that_does_not_fit_is_refused(window):
    with pytest.raises(ValueError, match=f"window of {window} tokens does not fit; use 3 to 64"):
        tiny_classifier("bert").predict("a", window=window)


def test_several_labels_have_probabilities_of_their_own(tmp_path):
    clf = tiny_classifier("bert", labels=("sad", "long", "dull"), problem_type="multi_label")
    prediction = clf.predict(TEXTS)
    batch = clf.collate(clf.encode(TEXTS))
    with torch.inference_mode():
        expected = torch.sigmoid(clf(**batch)).numpy()
    np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-5)
    for names, row in zip(prediction.labels, expected, strict=True):
        assert names == tuple(np.array(clf.labels)[row >= 0.5])
    clf.save_pretrained(tmp_path)
    assert BertClassifier.from_pretrained(tmp_path).problem_type == "multi_label"


def test_labels_by_name(tmp_path):
    clf = tiny_classifier("bert", labels=("negative", "positive"))
    clf.save_pretrained(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        swapped = BertClassifier.from_pretrained(tmp_path, labels=["positive", "negative"])
    assert swapped.labels == ("negative", "positive")  # names follow the trained head
    with pytest.warns(UserWarning, match=r"head .* is new: fine-tune the new head") as caught:
        wider = BertClassifier.from_pretrained(tmp_path, labels=["a", "b", "c"])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert len(wider.labels) == 3
    with pytest.raises(ValueError, match="'a' is given twice"):
        BertClassifier.from_pretrained(tmp_path, labels=["a", "a"])


def test_an_encoder_without_head_warns(tmp_path):
    clf = tiny_classifier("bert")
    AutoModelForMaskedLM.from_config(clf.model.config).save_pretrained(tmp_path)
    clf.tokenizer.save_pretrained(tmp_path)
    with pytest.warns(UserWarning, match=r"another task \(BertForMaskedLM\): fine-tune") as caught:
        BertClassifier.from_pretrained(tmp_path, labels=["a", "b"])
    assert len(caught) == 1


def test_only_safetensors_are_read(tmp_path):
    tiny_classifier("bert").save_pretrained(tmp_path)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(OSError, match="safetensors"):
        BertClassifier.from_pretrained(tmp_path)


def test_remote_code_is_never_run(tmp_path):
    clf = tiny_classifier("bert")
    clf.model.save_pretrained(tmp_path)
    clf.tokenizer.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["auto_map"] = {"AutoModelForSequenceClassification": "evil.Evil"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "evil.py").write_text("raise SystemExit('ran')")
    assert type(BertClassifier.from_pretrained(tmp_path).model).__name__.startswith("Bert")


def test_half_precision_checkpoints_compute_in_float32(tmp_path):
    clf = tiny_classifier("bert")
    clf.model.save_pretrained(tmp_path)
    clf.tokenizer.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    halves = {name: value.half() for name, value in weights.items()}
    save_file(halves, tmp_path / "model.safetensors", {"format": "pt"})
    again = BertClassifier.from_pretrained(tmp_path)
    assert {p.dtype for p in again.parameters()} == {torch.float32}


def test_a_missing_checkpoint_is_one_sentence():
    with pytest.raises(OSError, match=r"'no-such-folder'.*check the path") as caught:
        BertClassifier.from_pretrained("no-such-folder")
    assert "\n" not in str(caught.value)


def test_evaluate_measures_labelled_texts():
    clf = tiny_classifier("bert")
    predicted = clf.predict(TEXTS[:3]).labels
    other = {"negative": "positive", "positive": "negative"}
    labels = [*predicted[:2], other[predicted[2]]]
    if len(set(labels)) == 2:
        result = clf.evaluate(list(zip(TEXTS[:3], labels, strict=True)))
        assert result.accuracy == pytest.approx(2 / 3)
        assert result.confusion.sum() == 3


def test_predicting_does_not_change_the_mode():
    clf = tiny_classifier("bert")
    clf.train()
    first = clf.predict(TEXTS).probabilities
    assert clf.training
    np.testing.assert_array_equal(first, clf.predict(TEXTS).probabilities)  # no dropout
    clf.eval()


def test_a_waiting_thread_gets_the_lock_in_turn():
    """A loop that takes the lock again at once must not keep others out."""
    clf = tiny_classifier("bert")
    ended = threading.Event()
    turns = 0

    def greedy():
        nonlocal turns
        while not ended.is_set():
            with clf.lock, clf.lock:  # re-entrant
                turns += 1

    thread = threading.Thread(target=greedy)
    thread.start()
    try:
        waits = []
        for _ in range(20):
            began = time.perf_counter()
            with clf.lock:
                waits.append(time.perf_counter() - began)
    finally:
        ended.set()
        thread.join()
    assert turns > 0
    assert np.median(waits) < 0.5
