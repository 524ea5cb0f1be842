"""The traits of a training panel that are its trainer's own."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets as t

from ...training.records.probes import probe_texts
from ..shared.lock import widget_lock
from ..shared.widget import sentence
from .form import changes, values_of
from .traits import TrainingState

if TYPE_CHECKING:
    from ...training import Run, Trainer

ENDED = ("stopped", "finished", "failed")


class TrainingSettings(TrainingState):
    """To set learning rate, values or probes is to set those of the trainer on show.

    A subclass shows, in `_refresh`, what has become of it.
    """

    def __init__(self, **values: object) -> None:
        self._configuring = threading.Lock()
        super().__init__(**values)

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
        if self._showing or rate == run.learning_rate:
            return rate
        _changes(run, {"learning_rate": rate})
        if run.state in ENDED:
            msg = "The run has ended; its learning rate stays as it was."
            raise t.TraitError(msg)
        if _fresh(run):
            widget_lock.afterwards(partial(self._configure, run, {"learning_rate": rate}))
        else:
            run.learning_rate = rate
            widget_lock.afterwards(self._refresh)
        return rate

    @t.validate("values")
    def _set_values(self, proposal: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = proposal["value"]
        if self._showing:
            return values
        run = self.run
        changed = _changes(run, values)
        if changed and not _fresh(run):
            msg = "The run has begun; of its values only learning_rate can still be changed."
            raise t.TraitError(msg)
        widget_lock.afterwards(partial(self._configure, run, changed))
        return values_of(run.trainer.hyperparameters) | changed

    def _configure(self, run: Run[Trainer], changed: dict[str, Any]) -> None:
        """Change the hyper-parameters; it may take long and wait for the model."""
        refusal = ""
        with self._configuring:
            try:
                if changed:
                    run.trainer.configure(**changed)
            except Exception as error:  # noqa: BLE001 - whoever filled in the form sees it
                refusal = sentence(error)
        self._refresh()
        self.send_state("values")  # the page may hold but a part of them
        if refusal:
            self._refuse(refusal)

    @t.validate("probes")
    def _set_probes(self, proposal: dict[str, Any]) -> list[str]:
        texts: list[str] = proposal["value"]
        if not self._showing:
            try:
                self.run.trainer.probes = probe_texts(texts)
            except (TypeError, ValueError) as error:
                raise t.TraitError(sentence(error)) from error
            widget_lock.afterwards(self._refresh)
            widget_lock.afterwards(
                partial(self.send_state, "probes")
            )  # traitlets takes "a" for ["a"]
        return texts


def _changes(run: Run[Trainer], answer: dict[str, Any]) -> dict[str, Any]:
    try:
        return changes(run.trainer.hyperparameters, answer)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise t.TraitError(sentence(error)) from error


def _fresh(run: Run[Trainer]) -> bool:
    """Whether hyper-parameters may still be changed."""
    return run.state == "ready" and run.progress.step == 0
