"""Explanations of many texts by several methods are one sequence and one table."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

import bert_widgets as bw
from bert_widgets import Attribution, Attributions, attribute
from bert_widgets.explain.attribution.other_names import EXPLAINING
from tests.models import tiny_classifier

TEXTS = ["The film was not bad.", "so boring", "A gorgeous story!"]
METHODS = ["saliency", "input_x_gradient"]


@pytest.fixture(scope="module")
def clf():
    return tiny_classifier("bert")


def test_several_methods_give_what_each_gives_alone(clf):
    both = attribute(clf, TEXTS, method=METHODS)
    alone = [a for method in METHODS for a in attribute(clf, TEXTS, method=method)]
    assert len(both) == 6
    for one, other in zip(both, alone, strict=True):
        assert (one.text, one.method, one.target) == (other.text, other.method, other.target)
        np.testing.assert_array_equal(one.scores, other.scores)
    assert both.text_numbers == (0, 1, 2, 0, 1, 2)


def test_two_texts_are_no_pair(clf):
    for texts in (TEXTS[:2], pd.Series(TEXTS[:2])):
        assert [a.text for a in attribute(clf, texts, method="saliency")] == TEXTS[:2]
    pairs = [("so", "boring"), ("so", "good")]
    assert [a.pair for a in attribute(clf, pairs, method="saliency")] == ["boring", "good"]
    assert attribute(clf, ("so", "boring"), method="saliency")[0].pair == "boring"


def test_the_sequence_is_that_of_a_list(clf):
    results = attribute(clf, TEXTS, method=METHODS)
    listed = list(results)
    assert all(isinstance(a, Attribution) for a in listed)
    assert results[-1] is listed[-1]
    part = results[1:4]
    assert isinstance(part, Attributions)
    assert list(part) == listed[1:4]
    assert part.text_numbers == (1, 2, 0)
    assert results.index(listed[2]) == 2
    assert repr(part) == "\n".join(map(repr, listed[1:4]))
    assert repr(attribute(clf, TEXTS * 4, method="saliency")).endswith("and 2 more")


def test_the_table_has_the_rows_of_each_explanation(clf):
    results = attribute(clf, TEXTS, method=METHODS, target=("positive", "negative"))
    frame = results.to_frame()
    start = 0
    for number, attribution in zip(results.text_numbers, results, strict=True):
        rows = frame.iloc[start : start + len(attribution.words)]
        start += len(rows)
        assert set(rows["text"]) == {number}
        assert set(rows["method"]) == {attribution.method}
        assert set(rows["target"]) == {"positive"}
        assert set(rows["against"]) == {"negative"}
        probability = clf.predict(attribution.text).probabilities[0, 1]
        assert rows["probability"].to_numpy() == pytest.approx(probability, abs=1e-6)
        pd.testing.assert_frame_equal(
            rows[["word", "score", "start", "end", "segment"]].reset_index(drop=True),
            attribution.to_frame(),
        )
    assert start == len(frame)


def test_the_table_of_no_text_has_the_same_columns(clf):
    none, some = (attribute(clf, texts, method="saliency").to_frame() for texts in ([], TEXTS))
    assert none.columns.tolist() == some.columns.tolist()
    assert none.empty


def test_a_file_holds_the_table(clf, tmp_path):
    results = attribute(clf, TEXTS, method=METHODS, unit="tokens")
    results.to_parquet(tmp_path / "scores.parquet")
    read = pd.read_parquet(tmp_path / "scores.parquet")
    pd.testing.assert_frame_equal(read, results.to_frame(), check_dtype=False)


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        ([], r"names no method; give one or more of .*'?saliency"),
        (["saliency", "saliancy"], "Unknown method 'saliancy': did you mean 'saliency'"),
    ],
)
def test_methods_that_do_not_exist_are_named_before_any_work(clf, methods, message):
    with pytest.raises(ValueError, match=message):
        attribute(clf, TEXTS, method=methods)


def test_all_methods_explain_the_same_weights():
    clf = tiny_classifier("bert")
    changed = threading.Event()

    def change():
        with clf.lock:
            clf.model.classifier.weight.data *= -1
            changed.set()

    thread = threading.Thread(target=change)
    with clf.lock:  # so that it waits for the lock when the explanation begins
        thread.start()
        results = attribute(clf, TEXTS, method=METHODS)
    thread.join()
    assert changed.is_set()
    first, second = results[:3], results[3:]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, rtol=1e-5)


@pytest.mark.parametrize("name", EXPLAINING)
def test_an_option_of_another_explainer_is_answered(clf, name):
    with pytest.raises(TypeError, match=f"option of attribute '{name}': "):
        attribute(clf, TEXTS, **{name: 1})


def test_the_methods_are_in_the_package_itself():
    assert bw.METHODS is bw.explain.METHODS
    assert bw.METHODS["attnlrp"].paper
