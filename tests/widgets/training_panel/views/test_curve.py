"""A thinned curve keeps its spikes, its ends and its mean, and never grows beyond its bound."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.widgets.training_panel.views.curve import Curve

MOST = 40  # small, so that short curves are thinned often
LOSS, NORM = 1, 2


def curve_of(rows, sizes=(), most=MOST):
    """Add rows in chunks of the given sizes, then the rest."""
    curve = Curve([LOSS, NORM], columns=3, most_rows=most)
    start = 0
    for size in sizes:
        curve.add(rows[start : start + size])
        start += size
    curve.add(rows[start:])
    return curve


def table(losses, norms=None):
    losses = np.asarray(losses, float)
    norms = np.ones(len(losses)) if norms is None else np.asarray(norms, float)
    return np.stack([np.arange(1.0, len(losses) + 1), losses, norms], 1)


losses = st.floats(-1e6, 1e6, width=32) | st.just(np.nan) | st.sampled_from([0.0, 1.0])
tables = st.lists(st.tuples(losses, losses), min_size=1, max_size=700).map(
    lambda pairs: table(*np.array(pairs).T)
)


@given(tables, st.lists(st.integers(0, 90), max_size=12))
def test_the_kept_rows_depend_on_the_data_alone(rows, sizes):
    whole, chunked = curve_of(rows), curve_of(rows, sizes)
    np.testing.assert_array_equal(whole.rows(), chunked.rows())
    np.testing.assert_array_equal(whole.means(), chunked.means())
    single = curve_of(rows, [1] * len(rows))
    np.testing.assert_array_equal(whole.rows(), single.rows())
    np.testing.assert_array_equal(whole.means(), single.means())


@given(tables)
def test_kept_rows_are_original_ordered_bounded_and_include_both_ends(rows):
    kept_rows = curve_of(rows).rows()
    steps = kept_rows[:, 0].astype(int)
    assert len(kept_rows) <= MOST
    assert (np.diff(steps) > 0).all()
    assert (steps[0], steps[-1]) == (1, len(rows))
    np.testing.assert_array_equal(kept_rows, rows[steps - 1])
    if len(rows) <= MOST - 2:
        assert len(kept_rows) == len(rows), "a curve that fits is whole"


@given(tables, st.data())
def test_every_spike_above_all_its_neighbours_survives(rows, data):
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from([LOSS, NORM]))
    height = data.draw(st.sampled_from([2e6, -2e6]))
    rows[row, column] = height
    kept_rows = curve_of(rows, [row, 1]).rows()
    assert height in kept_rows[kept_rows[:, 0] == row + 1, column]


@given(tables)
def test_extremes_of_every_stretch_survive(rows):
    """Whatever rows are dropped, others nearby are at least as extreme."""
    curve = curve_of(rows)
    kept_rows, width = curve.rows(), curve._width
    for column in (LOSS, NORM):
        for start in range(0, len(rows), width):
            true = rows[start : start + width, column]
            inside = (kept_rows[:, 0] > start) & (kept_rows[:, 0] <= start + width)
            if not np.isnan(true).all():
                shown = kept_rows[inside, column]
                assert np.nanmax(shown) == np.nanmax(true)
                assert np.nanmin(shown) == np.nanmin(true)


@given(tables)
def test_means_are_those_of_all_rows_in_the_bucket(rows):
    curve = curve_of(rows)
    kept_rows, width = curve.rows(), curve._width
    for row, mean in zip(kept_rows, curve.means(), strict=True):
        start = (int(row[0]) - 1) // width * width
        values = rows[start : start + width, LOSS]
        values = values[~np.isnan(values)]
        if len(values):
            assert mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-6)
        else:
            assert np.isnan(mean)
        if len(rows) <= MOST - 2:
            np.testing.assert_array_equal(mean, row[LOSS])


def test_an_empty_curve_has_no_rows():
    curve = curve_of(table([]))
    assert curve.rows().shape == (0, 3)
    assert curve.means().shape == (0,)


@pytest.mark.exhaustive
def test_a_million_rows_stay_small_and_the_last_chunk_costs_what_the_first_did():
    random = np.random.default_rng(0)
    rows = table(random.random(1_000_000), random.random(1_000_000))
    spikes = np.arange(100) * 9_973 + 17
    rows[spikes, LOSS] = 50 + np.arange(100)
    curve = Curve([LOSS, NORM], columns=3, most_rows=8000)
    costs = []
    for chunk in np.array_split(rows, 2000):
        began = time.perf_counter()
        curve.add(chunk)
        curve.rows(), curve.means()
        costs.append(time.perf_counter() - began)
    kept_rows = curve.rows()
    assert len(kept_rows) <= 8000
    assert kept_rows[kept_rows[:, LOSS] >= 50, 0].astype(int).tolist() == (spikes + 1).tolist()
    early, late = np.median(costs[100:300]), np.median(costs[-200:])
    assert late < 3 * early
    assert late < 0.02


def test_buckets_have_one_row_then_eight_then_twice_as_many_each_time():
    curve = Curve([LOSS], columns=3, most_rows=MOST)
    widths = [curve._width]
    for row in table(np.arange(3000.0)):
        curve.add(row[None])
        if curve._width != widths[-1]:
            widths.append(curve._width)
    assert widths[:5] == [1, 8, 16, 32, 64]
