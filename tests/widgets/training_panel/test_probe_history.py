"""The film of the probes is what was seen of them, frame by frame."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import traitlets as t
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets import TrainingPanel
from bert_widgets.training.records.probes import look
from bert_widgets.widgets.training_panel.probe_history import film, same_frame
from tests.models import tiny_classifier
from tests.widgets.pages import agrees, page_of
from tests.widgets.training import PROBES, trained, trainer


@pytest.fixture(scope="module")
def frame():
    return look(tiny_classifier("bert"), PROBES, 0)


def frames(first, steps):
    scale = np.float32(1)
    made = []
    for step in steps:
        scale = np.float32(1 + step)
        attributions = tuple(
            dataclasses.replace(a, scores=a.scores * scale) for a in first.attributions
        )
        made.append(dataclasses.replace(first, step=step, attributions=attributions))
    return tuple(made)


def test_a_run_without_probes_has_no_film():
    shown = film(())
    assert shown["_film_probes"] == []
    assert all(len(value) == 0 for value in shown.values())


def test_every_number_stands_where_the_page_looks_for_it(frame):
    steps = [0, 3, 9]
    given_frames = frames(frame, steps)
    shown = film(given_frames)
    words = sum(shown["_film_counts"])
    scores = shown["_film_scores"].reshape(len(steps), words)
    probabilities = shown["_film_probabilities"].reshape(len(steps), len(PROBES), 2)
    targets = shown["_film_targets"].reshape(len(steps), len(PROBES))
    assert shown["_film_steps"].tolist() == steps
    for row, each in enumerate(given_frames):
        at = 0
        for probe, (text, attribution) in enumerate(zip(PROBES, each.attributions, strict=True)):
            count = shown["_film_counts"][probe]
            offsets = shown["_film_offsets"][at : at + count]
            assert [text[a:b] for a, b in offsets.tolist()] == list(attribution.words)
            np.testing.assert_array_equal(scores[row, at : at + count], attribution.scores)
            np.testing.assert_array_equal(probabilities[row, probe], attribution.probabilities)
            assert targets[row, probe] == each.targets[probe]
            at += count


def test_frames_of_other_probes_are_left_out(frame):
    other = dataclasses.replace(frame, texts=("other", "texts"), step=4)
    assert film((*frames(frame, [0]), other, *frames(frame, [5, 7])))["_film_steps"].tolist() == [
        0, 5, 7,
    ]  # fmt: skip
    assert film((*frames(frame, [0]), other))["_film_probes"] == ["other", "texts"]


def test_a_long_film_keeps_its_ends_and_stays_small(frame):
    shown = film(frames(frame, range(20_000)))
    steps = shown["_film_steps"]
    assert (steps[0], steps[-1]) == (0, 19_999)
    assert len(set(np.diff(steps)[:-1])) == 1, "evenly thinned"
    size = sum(v.nbytes for v in shown.values() if isinstance(v, np.ndarray))
    assert 100_000 < size < 250_000
    longer = film(frames(frame, range(20_100)))["_film_steps"]
    assert set(steps[:-1]) <= set(longer), "frames do not come and go"


steps = st.lists(st.integers(0, 1000), max_size=9, unique=True).map(
    lambda values: np.array(sorted(values), np.int32)
)


@given(st.none() | st.integers(0, 12), steps, steps)
def test_the_same_step_stays_on_show(number, before, after):
    found = same_frame(number, before, after)
    if number is None or number >= len(before) or not len(after):
        assert found is None
    else:
        assert abs(after[found] - before[number]) == min(abs(after - before[number]))
    assert same_frame(number, before, before) == (
        number if number is not None and number < len(before) else None
    )


def test_the_page_turns_to_frames_that_exist():
    run = trained(probes=PROBES)
    panel = TrainingPanel(run)
    page = page_of(panel)
    count = len(panel._film_steps)
    assert count == len(run.history.frames) > 2
    page.tell(frame=1)
    panel._publish()
    assert panel.frame == 1
    page.tell(frame=count)
    assert panel.error == f"There is no frame {count}; use 0 to {count - 1}."
    page.tell(frame=True)
    assert "True" in panel.error
    assert panel.frame == 1
    with pytest.raises(t.TraitError, match="There is no frame -1"):
        panel.frame = -1
    page.tell(frame=None)
    assert agrees(panel)
    empty = TrainingPanel(trainer())
    page_of(empty).tell(frame=0)
    assert empty.error == "There is no frame 0; there are none yet."
