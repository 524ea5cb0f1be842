"""The run that a folder holds: whether there is one, and reading it to continue."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, NamedTuple

from .checkpoints import state as saving
from .checkpoints.files import latest, read_data
from .checkpoints.lock import used_by
from .checkpoints.run_folder import TRAIN, VALID, newest_whole
from .job import Job, job_of
from .records.history import History
from .records.probes import without_invalid
from .run import check_folder_free

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from ..data.text_data import TextData
    from ..model.classifier import BertClassifier
    from .records.reporting import Reporter


class SavedRun(NamedTuple):
    """A saved run, read from its newest whole checkpoint.

    Attributes
    ----------
    checkpoint
        The folder of the checkpoint.
    job, state
        What the training works on, and where it stands.
    weights
        The weights to put in a classifier that was given; None if one was loaded.
    """

    checkpoint: Path
    job: Job
    state: saving.Saved
    weights: dict[str, torch.Tensor] | None


def read_run(
    folder: Path,
    clf: BertClassifier | None,
    *,
    device: str,
    reporters: tuple[Reporter, ...],
) -> SavedRun:
    """Read a saved run; the parameters, errors and warnings are those of `Trainer.resume`.

    The weights of a classifier that was given are not changed yet, since more may fail.
    """
    _check_unused(folder)
    checkpoint, passed_over = newest_whole(folder)
    history = History()
    state = saving.read(checkpoint, history)
    for problem in passed_over:
        sentence = f"{problem}; the training continues from {checkpoint.name}."
        history.note(state.position.step, sentence)
        warnings.warn(sentence, stacklevel=3)
    weights = None if clf is None else saving.read_weights(checkpoint, clf)
    if clf is None:
        clf = saving.load(checkpoint, device=device)
    probes, dropped = without_invalid(state.probes, clf)
    for sentence in dropped:
        history.note(state.position.step, sentence)
    job = job_of(
        clf,
        _read_texts(folder / TRAIN),
        _read_texts(folder / VALID) if VALID in state.texts else None,
        folder=folder,
        name=state.name,
        probes=probes,
        reporters=reporters,
        history=history,
    )
    saving.set_frozen(clf, state.frozen)
    return SavedRun(checkpoint, job, state, weights)


def unused_folder(folder: Path) -> Path:
    """Return a folder for a new run.

    Raises
    ------
    ValueError
        If a run has been saved there.
    RuntimeError
        If another training writes to it.
    """
    _check_unused(folder)
    with contextlib.suppress(FileNotFoundError):
        checkpoint = latest(folder)
        msg = (
            f"The folder {str(folder)!r} already contains a run ({checkpoint.name}); continue it "
            f"with Trainer.resume({str(folder)!r}), or give another folder."
        )
        raise ValueError(msg)
    return folder


def _check_unused(folder: Path) -> None:
    """Raise a RuntimeError if another training writes to the folder."""
    check_folder_free(folder)
    other = used_by(folder)
    if other:
        msg = (
            f"Another training writes to the folder {str(folder)!r} ({other}); stop it first, or "
            "give another folder."
        )
        raise RuntimeError(msg)


def _read_texts(path: Path) -> TextData:
    try:
        return read_data(path)
    except Exception as error:
        raise saving.unreadable(path, error) from error
