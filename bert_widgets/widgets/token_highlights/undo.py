"""The states that can be undone and redone."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

State = TypeVar("State")

_MOST_STATES = 100


class UndoStack(Generic[State]):
    """Up to 100 earlier states, the present one, and those that were undone.

    Attributes
    ----------
    present
        The current state.
    """

    def __init__(self, present: State) -> None:
        self.present = present
        self._past: deque[State] = deque(maxlen=_MOST_STATES)
        self._future: deque[State] = deque(maxlen=_MOST_STATES)

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a state was undone."""
        return bool(self._future)

    def push(self, state: State) -> None:
        """Make a new state the present one and forget those that were undone.

        Nothing happens if it is the present one already.
        """
        if state != self.present:
            self._past.append(self.present)
            self._future.clear()
            self.present = state

    def undo(self) -> State:
        """Go back one state, if there is one, and return the present one."""
        return self._move(self._past, self._future)

    def redo(self) -> State:
        """Return to the state undone last, if there is one, and return the present one."""
        return self._move(self._future, self._past)

    def _move(self, source: deque[State], destination: deque[State]) -> State:
        if source:
            destination.append(self.present)
            self.present = source.pop()
        return self.present
