"""Undoing leads back along the states that were, and redoing forth again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.widgets.token_highlights.undo import Steps


@given(st.lists(st.integers(0, 3) | st.sampled_from(["undo", "redo"]), max_size=60))
def test_steps_are_a_line_with_a_place_on_it(actions):
    steps, line, place = Steps(-1), [-1], 0
    for action in actions:
        if action == "undo":
            place = max(place - 1, 0)
            assert steps.undo() == line[place]
        elif action == "redo":
            place = min(place + 1, len(line) - 1)
            assert steps.redo() == line[place]
        else:
            steps.go_to(action)
            if action != line[place]:
                line, place = [*line[: place + 1], action], place + 1
        assert steps.present == line[place]
        assert (steps.can_undo, steps.can_redo) == (place > 0, place < len(line) - 1)


def test_a_hundred_states_are_kept():
    steps = Steps(0)
    for state in range(1, 151):
        steps.go_to(state)
    undone = 0
    while steps.can_undo:
        steps.undo()
        undone += 1
    assert (undone, steps.present) == (100, 50)
