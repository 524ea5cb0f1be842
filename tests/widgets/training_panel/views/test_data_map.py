"""The data map shows how examples were learned; its box selects among all of them."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import traitlets as t
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets import Trainer, TrainingPanel
from bert_widgets.widgets.training_panel.views import data_map as _data_map
from bert_widgets.widgets.training_panel.views.data_map import DataWatch
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, page_of
from tests.widgets.training import DATA, ended, table, trained, trainer

EVERYTHING = [0.0, 1.0, 0.0, 1.0]


def test_the_map_is_that_of_the_dynamics():
    run = trained()
    panel = TrainingPanel(run)
    dynamics = run.trainer.dynamics
    expected = np.stack(
        [dynamics.variability, dynamics.confidence, dynamics.correctness, run.trainer.train.labels],
        1,
    )
    np.testing.assert_array_equal(table(page_of(panel), "_map", 4), expected.astype(np.float32))
    assert (panel.map_size, panel.map_epochs) == (len(DATA), 2)


def test_before_the_start_the_map_is_empty():
    panel = TrainingPanel(trainer())
    assert (panel.map_size, panel.map_epochs, len(panel._map)) == (len(DATA), 0, 0)
    assert (panel.selected_count, panel._suspects) == (0, [])
    panel.brush = EVERYTHING
    assert panel.selected_count == 0
    assert list(panel.selection.columns) == list(panel.run.trainer.dynamics.to_frame().columns)


@pytest.mark.parametrize("by_page", [True, False])
def test_the_box_selects_among_all_examples(by_page, monkeypatch):
    monkeypatch.setattr(_data_map, "_MOST_POINTS", 5)
    run = trained()
    panel = TrainingPanel(run)
    page = page_of(panel)
    assert len(panel._map) == 5
    everything = run.trainer.dynamics.to_frame()
    sides = st.floats(0, 1).map(lambda x: round(x, 2))
    low, high = everything["confidence"].min(), everything["confidence"].max()

    @settings(deadline=None, max_examples=25)
    @given(sides, sides, st.floats(low, high), st.floats(low, high))
    def brush(left, right, bottom, top):
        box = [*sorted([left, right]), *sorted([bottom, top])]
        if by_page:
            page.tell(brush=box)
        else:
            panel.brush = box
        expected = everything[
            everything["variability"].between(*box[:2]) & everything["confidence"].between(*box[2:])
        ]
        assert panel.selected_count == len(expected) == len(panel.selection)
        pd.testing.assert_frame_equal(panel.selection.sort_index(), expected)
        assert panel.selection["confidence"].is_monotonic_increasing
        listed = page.state["_selected"]
        assert [row[0] for row in listed] == panel.selection.index[:50].map(str).tolist()
        for row, text, label, confidence, variability, correctness in listed:
            line = everything.loc[int(row)]
            assert (text, label) == (line["text"], line["label"])
            assert [confidence, variability, correctness] == pytest.approx(
                line[["confidence", "variability", "correctness"]].tolist()
            )
        assert agrees(panel)

    brush()
    page.tell(brush=[])
    assert (panel.selected_count, len(panel.selection)) == (0, 0)


@pytest.mark.parametrize(
    "box", [[0, 1], [0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, True], ["0"] * 4, None]
)
def test_an_invalid_box_is_refused(box):
    panel = TrainingPanel(trained())
    page_of(panel).tell(brush=EVERYTHING)
    page_of(panel).tell(brush=box)
    assert panel.error
    assert panel.brush == EVERYTHING
    with pytest.raises(t.TraitError):
        panel.brush = box


def test_the_selection_follows_the_run_and_can_be_observed():
    panel = TrainingPanel(trainer())
    heard = []
    panel.observe(lambda change: heard.append((change.new, len(panel.selection))), "selected_count")
    panel.brush = EVERYTHING
    page_of(panel).press("start")
    panel.run.wait(PATIENCE)
    assert ended(panel)
    assert panel.selected_count == len(DATA)
    assert heard
    assert all(count == held for count, held in heard)
    np.testing.assert_array_equal(
        np.sort(panel.selection["confidence"]), np.sort(panel.run.trainer.dynamics.confidence)
    )


def test_long_texts_and_pairs_are_cut_short():
    data = pd.DataFrame({"text": ["a good film " * 200, "bad"] * 3, "other": ["soup\n", "<b>"] * 3,
                         "label": ["positive", "negative"] * 3})  # fmt: skip
    run = Trainer(tiny_classifier("bert"), data, epochs=1, pair="other").start().wait(PATIENCE)
    panel = TrainingPanel(run)
    panel.brush = EVERYTHING
    texts = {text for _, text, *_ in panel._selected}
    assert len(panel._selected) == 6
    assert {len(text) for text in texts} == {300, len("bad\n<b>")}
    assert "pair" in panel.selection.columns


def test_multi_label_data_has_a_map_and_no_suspects():
    clf = tiny_classifier("bert", problem_type="multi_label")
    labels = [["positive"], [], ["negative", "positive"]] * 4
    data = pd.DataFrame({"text": ["good", "soup", "good and bad"] * 4, "label": labels})
    run = Trainer(clf, data, data, epochs=1).start().wait(PATIENCE)
    panel = TrainingPanel(run)
    panel.brush = EVERYTHING
    assert len(panel._map) == 12
    assert panel._suspects == []
    assert {label for _, _, label, *_ in panel._selected} == {
        "positive", "", "negative, positive",
    }  # fmt: skip
    assert page_of(panel).state["_confusion"] == b""
    assert table(page_of(panel), "_per_class", 4).shape == (2, 4)


def test_likely_label_errors_are_listed():
    labels = np.where(np.arange(len(DATA)) == 5, "positive", DATA["label"])
    mine = Trainer(tiny_classifier("bert"), DATA.assign(label=labels))
    positive = np.where(DATA["label"] == "positive", 0.9, 0.2) + np.arange(len(DATA)) / 1000
    predicted = np.stack([1 - positive, positive], 1).astype(np.float32)
    mine.dynamics.record(np.arange(len(DATA)), predicted)
    errors = mine.dynamics.label_errors()
    assert 5 in errors["row"].tolist()
    listed = page_of(TrainingPanel(mine)).state["_suspects"]
    assert [[row, text, label, suggested] for row, text, label, suggested, _ in listed] == errors[
        ["row", "text", "label", "suggested"]
    ].astype({"row": str}).to_numpy().tolist()
    assert [score for *_, score in listed] == pytest.approx(errors["score"].tolist())


@contextlib.contextmanager
def held_after_step(run, after):
    """Stop a run at its first event after a step, until the block ends."""
    reached, go_on = threading.Event(), threading.Event()

    def wait_there():
        if run.progress.step > after:
            reached.set()
            assert go_on.wait(PATIENCE)

    unsubscribe = run.subscribe(wait_there)
    assert reached.wait(PATIENCE)
    yield
    unsubscribe()
    go_on.set()


def test_maps_of_a_running_training_take_a_bounded_share_of_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(_data_map, "time", SimpleNamespace(monotonic=lambda: now[0]))
    watch, run = DataWatch(), trainer(epochs=400).start()
    with held_after_step(run, 1):
        seen = watch.look(run)
        assert seen.step == run.progress.step
        now[0] += 5
        assert watch.look(run) is None, "there is no news"
    now[0] -= 4.5
    with held_after_step(run, seen.step):
        assert watch.look(run) is None, "it is too early"
        now[0] += 1
        seen = watch.look(run)
        assert seen.step == run.progress.step
    run.stop()
    run.wait(PATIENCE)
    if run.progress.step > seen.step:
        assert watch.look(run).step == run.progress.step, "the end is not missed"
    assert watch.look(run) is None


def test_slow_maps_are_made_less_often(monkeypatch):
    ticks = itertools.chain([0.0, 0.5], itertools.count(20.0, 0.1))  # a look takes half a second
    here = threading.current_thread()

    def monotonic():  # panels of other tests may still look
        return next(ticks) if threading.current_thread() is here else time.monotonic()

    monkeypatch.setattr(_data_map, "time", SimpleNamespace(monotonic=monotonic))
    watch, run = DataWatch(), trainer(epochs=400).start()
    with held_after_step(run, 1):
        first = watch.look(run)
    with held_after_step(run, first.step):
        tries = next(i for i in range(999) if watch.look(run) is not None)
        assert 295 <= tries <= 305, "for a hundredth of the time"
    run.stop()
    run.wait(PATIENCE)
