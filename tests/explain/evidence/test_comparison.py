from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bert_widgets.explain import Method, attribute
from bert_widgets.explain.attribution import attribute as attribution
from bert_widgets.explain.attribution.problem import Scores
from bert_widgets.explain.evidence import comparison
from bert_widgets.explain.evidence.comparison import evaluate_explanations
from bert_widgets.explain.evidence.faithfulness import faithfulness
from bert_widgets.explain.evidence.rationales import plausibility
from tests.models import tiny_classifier

FRAME = pd.DataFrame(
    {
        "text": ["The film was so bad", "never a good story again", "so <b>delightful</b>"],
        "label": ["negative", "positive", "positive"],
        "marked": [[0, 0, 0, 0.5, 1], [0, 0, 1, 0, 0], [0, 1]],
    },
    index=[7, 3, 5],
)
METHODS_HERE = ["integrated_gradients", "input_x_gradient"]


def test_each_text_has_the_measures_of_its_own_attribution() -> None:
    clf = tiny_classifier("bert")
    report = evaluate_explanations(
        clf, FRAME, methods=METHODS_HERE, label="label", rationale="marked"
    )
    assert list(report.per_text["method"].unique()) == [*METHODS_HERE, "random baseline"]
    part = report.per_text.set_index(["method", "text"]).loc["input_x_gradient"]
    assert list(part.index) == [7, 3, 5]
    assert list(part["target"]) == list(FRAME["label"])
    attributions = [
        attribute(clf, text, method="input_x_gradient", target=label)[0]
        for text, label in zip(FRAME["text"], FRAME["label"], strict=True)
    ]
    alone = faithfulness(clf, attributions)
    np.testing.assert_allclose(
        part["comprehensiveness"], [f.comprehensiveness for f in alone], atol=1e-4
    )
    np.testing.assert_allclose(part["sufficiency"], [f.sufficiency for f in alone], atol=1e-4)
    np.testing.assert_allclose(part["deletion"], [f.deletion.area for f in alone], atol=1e-4)
    np.testing.assert_allclose(part["insertion"], [f.insertion.area for f in alone], atol=1e-4)
    agreeing = plausibility(attributions, list(FRAME["marked"]))
    np.testing.assert_allclose(part["auprc"], agreeing.auprc)
    row = report.table.loc["input_x_gradient"]
    assert row["comprehensiveness", "mean"] == pytest.approx(part["comprehensiveness"].mean())
    assert row["token_f1", "mean"] == pytest.approx(agreeing.token_f1.mean())
    assert row["iou_f1", "mean"] == pytest.approx(agreeing.iou_f1)
    assert row["seconds", "mean"] > 0


def test_the_table_is_sorted_and_repeats_with_the_seed() -> None:
    clf = tiny_classifier("roberta")
    first, again, other = (
        evaluate_explanations(clf, FRAME, methods=METHODS_HERE, seed=seed).table.drop(
            columns="seconds", level=0
        )
        for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(first, again)
    assert first["comprehensiveness", "mean"].is_monotonic_decreasing
    assert not first.loc["random baseline"].equals(other.loc["random baseline"])
    assert "auprc" not in first
    for measure in first.columns.get_level_values(0):
        part = first[measure]
        assert (part["low"] <= part["mean"] + 1e-9).all()
        assert (part["mean"] <= part["high"] + 1e-9).all()


def test_the_interval_narrows_at_lower_confidence() -> None:
    clf = tiny_classifier("bert")
    tables = [
        evaluate_explanations(clf, FRAME, methods=METHODS_HERE[1:], confidence=c).table
        for c in (0.5, 0.99)
    ]
    narrow, wide = (t["comprehensiveness"]["high"] - t["comprehensiveness"]["low"] for t in tables)
    assert (narrow < wide).all()


def test_intervals_cover_the_true_mean_at_their_confidence() -> None:
    from bert_widgets.explain.evidence.report import summary

    random = np.random.default_rng(0)
    held = 0
    for seed in range(100):
        drawn = pd.DataFrame({"method": "m", "comprehensiveness": random.exponential(size=60)})
        part = summary(drawn, 0.9, seed).loc["m", "comprehensiveness"]
        held += part["low"] < 1 < part["high"]
    assert 80 <= held <= 97


def test_pairs_and_several_labels() -> None:
    clf = tiny_classifier("bert", labels=("funny", "sad", "long"), problem_type="multi_label")
    frame = FRAME.assign(other=["so bad", "good", "boring"])
    report = evaluate_explanations(
        clf, frame, methods=METHODS_HERE[1:], pair="other", removal="mask", baseline="mask"
    )
    pairs = list(zip(frame["text"], frame["other"], strict=True))
    expected = clf.predict(pairs).probabilities.max(1)
    np.testing.assert_allclose(report.per_text["probability"], [*expected] * 2, atol=1e-5)


def test_an_unsupported_method_is_left_out_unless_requested(
    monkeypatch,
) -> None:
    def refuse(_problem):
        msg = "This model is too round; use a square one."
        raise ValueError(msg)

    def by_length(problem):
        return [Scores(np.arange(len(e), dtype=np.float32)) for e in problem.encodings]

    two = (("square", refuse), ("long", by_length))
    methods = {name: Method(name, name, "", (), "", function) for name, function in two}
    monkeypatch.setattr(comparison, "METHODS", methods)
    monkeypatch.setattr(attribution, "METHODS", methods)
    clf = tiny_classifier("bert")
    report = evaluate_explanations(clf, FRAME)
    assert report.refused == {"square": "This model is too round; use a square one."}
    assert set(report.table.index) == {"long", "random baseline"}
    with pytest.raises(ValueError, match="too round"):
        evaluate_explanations(clf, FRAME, methods=["long", "square"])


def test_the_report_is_shown_without_pyplot() -> None:
    import sys

    clf = tiny_classifier("bert")
    report = evaluate_explanations(clf, FRAME, methods=METHODS_HERE, rationale="marked")
    loaded = "matplotlib.pyplot" in sys.modules
    figure = report.plot()
    assert ("matplotlib.pyplot" in sys.modules) == loaded
    assert len(figure.axes) == 9
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(
        report.table.index
    )
    assert figure._repr_png_().startswith(b"\x89PNG")
    mean = report.table.loc["random baseline", ("auprc", "mean")]
    for shown in (report._repr_html_(), repr(report)):
        assert "3 texts" in shown
        assert f"{mean:.3f} [" in shown


def test_the_name_of_a_method_does_not_control_the_terminal(monkeypatch) -> None:
    from bert_widgets.explain import METHODS

    monkeypatch.setitem(METHODS, "\x1b[31mred", METHODS["saliency"])
    report = evaluate_explanations(tiny_classifier("bert"), FRAME, methods=["\x1b[31mred"])
    assert "\x1b" not in repr(report)
    assert r"\x1b[31mred" in repr(report)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["integrated_gradient"]}, "did you mean 'integrated_gradients'"),
        ({"text": "txt"}, "Unknown column 'txt': did you mean 'text'"),
        ({"rationale": "votes"}, "Unknown column 'votes'"),
        ({"methods": []}, "There is nothing to compare"),
        ({"removal": "erase"}, "Unknown removal 'erase'"),
    ],
)
def test_invalid_input_raises_one_sentence(options, message) -> None:
    arguments = {"methods": ["input_x_gradient"]} | options
    with pytest.raises(ValueError, match=message):
        evaluate_explanations(tiny_classifier("bert"), FRAME, **arguments)
    with pytest.raises(ValueError, match="0 texts"):
        evaluate_explanations(tiny_classifier("bert"), FRAME.head(0))
