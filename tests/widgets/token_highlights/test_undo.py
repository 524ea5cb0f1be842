"""Undo returns to earlier states, and redo to later ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.widgets.token_highlights.undo import UndoStack


@given(st.lists(st.integers(0, 3) | st.sampled_from(["undo", "redo"]), max_size=60))
def test_undo_stack_is_a_list_of_states_with_a_position(actions):
    stack, line, position = UndoStack(-1), [-1], 0
    for action in actions:
        if action == "undo":
            position = max(position - 1, 0)
            assert stack.undo() == line[position]
        elif action == "redo":
            position = min(position + 1, len(line) - 1)
            assert stack.redo() == line[position]
        else:
            stack.push(action)
            if action != line[position]:
                line, position = [*line[: position + 1], action], position + 1
        assert stack.present == line[position]
        assert (stack.can_undo, stack.can_redo) == (position > 0, position < len(line) - 1)


def test_a_hundred_states_are_kept():
    stack = UndoStack(0)
    for state in range(1, 151):
        stack.push(state)
    undone = 0
    while stack.can_undo:
        stack.undo()
        undone += 1
    assert (undone, stack.present) == (100, 50)
