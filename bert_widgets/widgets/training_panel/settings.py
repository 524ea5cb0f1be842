"""The traits of a training panel that are its trainer's own."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets as t

from ..shared.lock import widget_lock
from ..shared.widget import sentence
from .form import changes, values_of
from .traits import TrainingState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...training import Run, Trainer

ENDED = ("stopped", "finished", "failed")


class TrainingSettings(TrainingState):
    """To set learning rate, values or probes is to set those of the trainer on show.

    A subclass shows, in `_refresh`, what has become of it.
    """

    @property
    def run(self) -> Run[Trainer]:
        """The run on show."""
        raise NotImplementedError

    def _refresh(self) -> None:
        """Show the runs as they are now."""
        raise NotImplementedError

    @t.validate("learning_rate")
    def _set_learning_rate(self, proposal: dict[str, Any]) -> float:
        rate: float = proposal["value"]
        run = self.run
        if not self._showing and rate != run.learning_rate:
            if run.state in ENDED:
                msg = "The run has ended; its learning rate can no longer be changed."
                raise t.TraitError(msg)
            with _refused():
                run.learning_rate = rate
            widget_lock.afterwards(self._refresh)
        return rate

    @t.validate("values")
    def _set_values(self, proposal: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = proposal["value"]
        if self._showing:
            return values
        trainer = self.run.trainer
        changed = changes(trainer.hyperparameters, values)
        if changed:
            with _refused():
                trainer.configure(**changed)
        widget_lock.afterwards(self._refresh)
        widget_lock.afterwards(partial(self.send_state, "values"))  # the page may hold only a part
        return values_of(trainer.hyperparameters)

    @t.validate("probes")
    def _set_probes(self, proposal: dict[str, Any]) -> list[str]:
        texts: list[str] = proposal["value"]
        if not self._showing:
            with _refused():
                self.run.trainer.probes = texts
            widget_lock.afterwards(self._refresh)
            # traitlets turns "a" into ["a"], which the page must be told.
            widget_lock.afterwards(partial(self.send_state, "probes"))
        return texts


@contextlib.contextmanager
def _refused() -> Iterator[None]:
    """Turn errors of a trainer into errors of a trait."""
    try:
        yield
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise t.TraitError(sentence(error)) from error
