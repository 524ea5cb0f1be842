"""What a page or Python may ask of a run: buttons, learning rate, form and probes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import traitlets as t

from ..._common.errors import reason
from .form import changes, values_of
from .search import search_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...training import Run, Trainer

COMMANDS = (
    "start", "pause", "resume", "stop", "stop_after_epoch", "save", "find_learning_rate",
    "cancel_search",
)  # fmt: skip
SEEN = {"command": "seen"}
"""What a page says when it has drawn a state: it asks for nothing but the next one."""

ENDED = ("stopped", "finished", "failed")


def obey(run: Run[Trainer], command: str) -> str:
    """Do what a button asks; return why it cannot be done, or an empty string.

    A button that makes no sense in the present state of the run does nothing.
    """
    search = search_of(run.trainer)
    if command == "find_learning_rate" and run.state != "ready":
        return "Find the learning rate before you start the run."
    if command == "start" and search.running:
        return "The search for a learning rate is running. Start the run when it has finished."
    if command == "cancel_search":
        search.cancel()
    elif run.state not in ENDED:
        try:
            if command == "find_learning_rate":
                search.start(run.trainer)
            else:
                getattr(run, command)()
        except Exception as error:  # noqa: BLE001 - shown to the user who pressed the button
            return reason(error)
    return ""


def set_learning_rate(run: Run[Trainer], rate: float) -> None:
    """Set the learning rate of a run, or raise ``TraitError``."""
    if run.state in ENDED:
        msg = "The run has ended; its learning rate can no longer be changed."
        raise t.TraitError(msg)
    with _as_trait_errors():
        run.learning_rate = rate


def set_values(run: Run[Trainer], values: dict[str, Any]) -> dict[str, Any]:
    """Set hyper-parameters of a run, or raise ``TraitError``; return all of them."""
    trainer = run.trainer
    changed = changes(trainer.hyperparameters, values)
    if changed:
        with _as_trait_errors():
            trainer.configure(**changed)
    return values_of(trainer.hyperparameters)


def set_probes(run: Run[Trainer], texts: list[str]) -> None:
    """Set the probes of a run, or raise ``TraitError``."""
    with _as_trait_errors():
        run.trainer.probes = texts


@contextlib.contextmanager
def _as_trait_errors() -> Iterator[None]:
    try:
        yield
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise t.TraitError(reason(error)) from error
