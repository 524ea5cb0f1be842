"""Confusion and per-class measures are those of the latest evaluation."""

from __future__ import annotations

import numpy as np

from bert_widgets import TrainingPanel
from bert_widgets.model.evaluation import evaluate
from bert_widgets.widgets.training_panel.views.classes import by_class
from tests.widgets.pages import page_of
from tests.widgets.training import table, trained


def evaluation(classes):
    labels = np.arange(3 * classes) % classes
    probabilities = np.random.default_rng(0).dirichlet(np.ones(classes), len(labels))
    return evaluate(probabilities, labels, tuple(f"class {i}" for i in range(classes)))


def test_the_page_has_the_numbers_of_the_latest_evaluation():
    run = trained()
    page = page_of(TrainingPanel(run))
    latest = run.history.evaluation
    assert page.state["labels"] == list(run.trainer.clf.labels)
    assert table(page, "_confusion", 2).tolist() == latest.confusion.tolist()
    shown = table(page, "_per_class", 4)
    np.testing.assert_allclose(shown, latest.to_frame().to_numpy(), rtol=1e-6)


def test_many_classes_have_no_matrix():
    for classes in (2, 30, 31):
        shown = by_class(evaluation(classes))
        assert len(shown["_confusion"]) == (classes**2 if classes <= 30 else 0)
        assert shown["_per_class"].shape == (classes, 4)


def test_confused_pairs_are_those_of_the_evaluation():
    for classes in (2, 31):
        measured = evaluation(classes)
        label, predicted, count = by_class(measured)["_confused"].T
        pairs = measured.confused()
        names = np.array(measured.classes)
        assert names[label].tolist() == pairs["label"].tolist()
        assert names[predicted].tolist() == pairs["predicted"].tolist()
        assert count.tolist() == pairs["count"].tolist()


def test_only_the_most_frequent_pairs_are_sent():
    measured = evaluation(200)
    sent = by_class(measured)["_confused"]
    assert len(sent) == 300 < len(measured.confused())
    assert sent[:, 2].sum() == measured.confused()["count"].head(300).sum()


def test_labels_of_multi_label_data_are_not_confused():
    labels = np.array([[1, 0, 1], [0, 0, 1]])
    shown = by_class(evaluate(labels * 0.8, labels, ("a", "b", "c")))
    assert (shown["_one_label"], len(shown["_confused"]), len(shown["_confusion"])) == (False, 0, 0)
    np.testing.assert_array_equal(shown["_per_class"][1], [np.nan, np.nan, np.nan, 0])


def test_before_an_evaluation_there_is_nothing():
    shown = by_class(None)
    assert [len(shown[name]) for name in ("_confusion", "_confused", "_per_class")] == [0, 0, 0]
