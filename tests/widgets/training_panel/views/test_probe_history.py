"""The page gets each snapshot of the probes, and a subset when there are many."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import traitlets as t
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets import TrainingPanel
from bert_widgets.training.records.probes import take_snapshot
from bert_widgets.widgets.training_panel.views.probe_history import probe_history, same_snapshot
from tests.models import tiny_classifier
from tests.widgets.pages import agrees, page_of
from tests.widgets.training import PROBES, trained, trainer


@pytest.fixture(scope="module")
def snapshot():
    return take_snapshot(tiny_classifier("bert"), PROBES, 0)


def snapshots(first, steps):
    scale = np.float32(1)
    taken = []
    for step in steps:
        scale = np.float32(1 + step)
        attributions = tuple(
            dataclasses.replace(a, scores=a.scores * scale) for a in first.attributions
        )
        taken.append(dataclasses.replace(first, step=step, attributions=attributions))
    return tuple(taken)


def test_a_run_without_probes_has_no_probe_history():
    shown = probe_history(())
    assert shown["_probe_history_probes"] == []
    assert all(len(value) == 0 for value in shown.values())


def test_arrays_have_the_layout_that_the_page_reads(snapshot):
    steps = [0, 3, 9]
    given_snapshots = snapshots(snapshot, steps)
    shown = probe_history(given_snapshots)
    words = sum(shown["_probe_history_counts"])
    scores = shown["_probe_history_scores"].reshape(len(steps), words)
    probabilities = shown["_probe_history_probabilities"].reshape(len(steps), len(PROBES), 2)
    targets = shown["_probe_history_targets"].reshape(len(steps), len(PROBES))
    assert shown["_probe_history_steps"].tolist() == steps
    for row, expected in enumerate(given_snapshots):
        start = 0
        for probe, (text, attribution) in enumerate(
            zip(PROBES, expected.attributions, strict=True)
        ):
            count = shown["_probe_history_counts"][probe]
            offsets = shown["_probe_history_offsets"][start : start + count]
            assert [text[a:b] for a, b in offsets.tolist()] == list(attribution.words)
            np.testing.assert_array_equal(scores[row, start : start + count], attribution.scores)
            np.testing.assert_array_equal(probabilities[row, probe], attribution.probabilities)
            assert targets[row, probe] == expected.targets[probe]
            start += count


def test_snapshots_of_other_probes_are_left_out(snapshot):
    other = dataclasses.replace(snapshot, texts=("other", "texts"), step=4)
    shown = probe_history((*snapshots(snapshot, [0]), other, *snapshots(snapshot, [5, 7])))
    assert shown["_probe_history_steps"].tolist() == [0, 5, 7]
    shown = probe_history((*snapshots(snapshot, [0]), other))
    assert shown["_probe_history_probes"] == ["other", "texts"]


@pytest.mark.exhaustive
def test_a_long_probe_history_keeps_its_ends_and_stays_small(snapshot):
    shown = probe_history(snapshots(snapshot, range(20_000)))
    steps = shown["_probe_history_steps"]
    assert (steps[0], steps[-1]) == (0, 19_999)
    assert len(set(np.diff(steps)[:-1])) == 1, "evenly thinned"
    size = sum(v.nbytes for v in shown.values() if isinstance(v, np.ndarray))
    assert 100_000 < size < 250_000
    longer = probe_history(snapshots(snapshot, range(20_100)))["_probe_history_steps"]
    assert set(steps[:-1]) <= set(longer), "those on show stay"


steps = st.lists(st.integers(0, 1000), max_size=9, unique=True).map(
    lambda values: np.array(sorted(values), np.int32)
)


@given(st.none() | st.integers(0, 12), steps, steps)
def test_the_displayed_step_stays_the_same(number, before, after):
    position = same_snapshot(number, before, after)
    if number is None or number >= len(before) or not len(after):
        assert position is None
    else:
        assert abs(after[position] - before[number]) == min(abs(after - before[number]))
    assert same_snapshot(number, before, before) == (
        number if number is not None and number < len(before) else None
    )


def test_the_page_can_show_existing_snapshots_only():
    run = trained(probes=PROBES)
    panel = TrainingPanel(run)
    page = page_of(panel)
    count = len(panel._probe_history_steps)
    assert count == len(run.history.probe_history) > 2
    page.tell(snapshot=1)
    panel._publish()
    assert panel.snapshot == 1
    page.tell(snapshot=count)
    assert panel.error == f"There is no snapshot {count}; use 0 to {count - 1}."
    page.tell(snapshot=True)
    assert "True" in panel.error
    assert panel.snapshot == 1
    with pytest.raises(t.TraitError, match="There is no snapshot -1"):
        panel.snapshot = -1
    page.tell(snapshot=None)
    assert agrees(panel)
    empty = TrainingPanel(trainer())
    page_of(empty).tell(snapshot=0)
    assert empty.error == "There is no snapshot 0; there are none yet."
