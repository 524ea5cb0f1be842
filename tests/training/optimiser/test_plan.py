"""A plan has each text once per epoch, in batches within the budget, given by the seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.text.batches import token_batches
from bert_widgets.training.optimiser.plan import Plan
from tests.training.small import epoch_ends

lengths = st.lists(st.integers(1, 40), min_size=1, max_size=60).map(
    lambda values: np.array(values, np.int32)
)
settings = st.fixed_dictionaries(
    {
        "epochs": st.integers(1, 4),
        "batch_tokens": st.integers(40, 90),
        "gradient_accumulation": st.integers(1, 5),
        "seed": st.integers(0, 2**32 - 1),
    }
)


@given(lengths, settings)
def test_each_text_is_seen_once_per_epoch(given_lengths, chosen):
    plan = Plan(given_lengths, **chosen)
    start = 0
    for epoch, end in enumerate(epoch_ends(plan)):
        steps = list(plan.steps(epoch))
        assert len(steps) == end - start
        assert sorted(np.concatenate(steps)) == list(range(len(given_lengths)))
        start = end
    assert start == len(plan)


@given(lengths, settings)
def test_a_step_has_the_requested_batches_within_the_budget(given_lengths, chosen):
    for rows in Plan(given_lengths, **chosen).steps(0):
        batches = list(token_batches(given_lengths[rows], chosen["batch_tokens"]))
        assert len(batches) <= chosen["gradient_accumulation"]
        for batch in batches:
            tokens = len(batch) * given_lengths[rows[batch]].max()
            assert tokens <= chosen["batch_tokens"]


@given(lengths, settings)
def test_a_plan_continues_from_the_number_of_steps_alone(given_lengths, chosen):
    plan, again = Plan(given_lengths, **chosen), Plan(given_lengths, **chosen)
    whole = [rows.tolist() for rows in plan.after(0)]
    assert len(whole) == len(plan)
    for step in range(len(plan) + 1):
        assert [rows.tolist() for rows in again.after(step)] == whole[step:]


@given(lengths, settings)
def test_epochs_grow_evenly_from_zero_to_all(given_lengths, chosen):
    plan = Plan(given_lengths, **chosen)
    epochs = [plan.epoch(step) for step in range(len(plan) + 1)]
    assert epochs[0] == 0
    assert epochs[-1] == chosen["epochs"]
    assert (np.diff(epochs) > 0).all()
    assert [epochs[end] for end in epoch_ends(plan)] == list(range(1, chosen["epochs"] + 1))


@given(lengths, settings)
def test_the_ends_of_epochs_are_known_in_any_order(given_lengths, chosen):
    plan = Plan(given_lengths, **chosen)
    last = epoch_ends(plan)[-1]
    for step in range(last, -1, -1):
        assert plan.between_epochs(step) == (step in epoch_ends(plan))
        assert plan.ended(step) == (step == last)
        assert plan.total(step) == last


def test_thousands_of_epochs_are_planned_when_they_are_reached():
    random = np.random.default_rng(0)
    many = random.integers(5, 60, 2000).astype(np.int32)
    options = {"batch_tokens": 512, "gradient_accumulation": 1, "seed": 0}
    plan, short = Plan(many, epochs=10_000, **options), Plan(many, epochs=40, **options)
    planned = []
    steps = plan.steps
    plan.steps = lambda epoch: planned.append(epoch) or steps(epoch)
    assert len(plan) / 10_000 == pytest.approx(len(short) / 40, rel=0.01)
    assert plan.epoch(5) > 0
    assert not plan.ended(5)
    assert max(planned) < 32
    exact = epoch_ends(short)
    assert short.total(exact[-1]) == exact[-1]
    assert abs(len(short) - exact[-1]) < 0.01 * exact[-1]
    assert len(list(short.after(exact[-2]))) == exact[-1] - exact[-2]


def test_epochs_and_seeds_differ():
    plans = [
        Plan(np.full(50, 5), epochs=2, batch_tokens=20, gradient_accumulation=1, seed=s)
        for s in (0, 1)
    ]
    orders = {tuple(np.concatenate(list(plan.steps(epoch)))) for plan in plans for epoch in (0, 1)}
    assert len(orders) == 4


def test_texts_of_similar_length_share_a_batch():
    random = np.random.default_rng(0)
    many = random.integers(5, 60, 2000).astype(np.int32)
    padded = sum(
        len(rows) * int(many[rows].max())
        for rows in Plan(many, epochs=1, batch_tokens=512, gradient_accumulation=1, seed=0).steps(0)
    )
    assert padded < 1.1 * many.sum()  # batches drawn at random would need 1.8 times as many
