"""What can be undone: the texts that were, and those that were taken back."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

State = TypeVar("State")

_DEEPEST = 100


class Steps(Generic[State]):
    """A line of states with a present one; going to a new one forgets those taken back.

    Attributes
    ----------
    present
        The state as it is.
    """

    def __init__(self, present: State) -> None:
        self.present = present
        self._past: deque[State] = deque(maxlen=_DEEPEST)
        self._future: deque[State] = deque(maxlen=_DEEPEST)

    @property
    def can_undo(self) -> bool:
        """Whether there is a state before."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a state was taken back."""
        return bool(self._future)

    def go_to(self, state: State) -> None:
        """Make ``state`` the present one, unless it is."""
        if state != self.present:
            self._past.append(self.present)
            self._future.clear()
            self.present = state

    def undo(self) -> State:
        """Go back one state, if there is one, and return the present one."""
        return self._step(self._past, self._future)

    def redo(self) -> State:
        """Go forth again, if there is where to, and return the present one."""
        return self._step(self._future, self._past)

    def _step(self, source: deque[State], kept: deque[State]) -> State:
        if source:
            kept.append(self.present)
            self.present = source.pop()
        return self.present
