"""The folder of a run: who writes to it, its copy of the texts, and its whole checkpoints."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ...model.loading import manifest
from .files import CheckpointError, checkpoints, latest, write, write_data
from .lock import FolderLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ...data.text_data import TextData
    from ...model.loading.manifest import Entry, Section, Stamp

TRAIN, VALID = "train.jsonl", "valid.jsonl"
_TRAINER = "trainer.json"


class RunFolder:
    """The folder of a run, which may vanish or be emptied at any time.

    Parameters
    ----------
    path
        The folder, made when something is first written.
    train, valid
        The texts of the training.
    note
        Called with a sentence when the texts had to be written anew.

    Attributes
    ----------
    path : Path
        The folder.
    """

    def __init__(
        self,
        path: Path,
        train: TextData,
        valid: TextData | None,
        note: Callable[[str], None],
    ) -> None:
        self.path = path
        self._texts = {TRAIN: train, VALID: valid}
        self._note = note
        self._lock = FolderLock(path)
        self._entries: dict[str, Entry] = {}
        self._stamps: dict[str, Stamp] = {}

    def knows(self, entries: dict[str, Entry]) -> None:
        """Take note that the texts are there, as entered in a manifest that was checked."""
        self._entries = entries
        self._stamps = {name: manifest.stamp(self.path / name) for name in entries}

    def claim(self) -> None:
        """Claim the folder for a training that goes on, unless it cannot be written to yet.

        Raises
        ------
        CheckpointError
            If another training writes to it.
        """
        if not self._lock.taken:
            try:
                self.take()
            except CheckpointError:
                raise
            except OSError:
                pass  # the next checkpoint says it, if it is still so

    def take(self) -> None:
        """Claim the folder, or confirm the claim.

        Raises
        ------
        CheckpointError
            If another training writes to it.
        OSError
            If the folder cannot be made or written to.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        other = self._lock.take()
        if other:
            msg = (
                f"Another training writes to {str(self.path)!r} ({other}); stop one of the two, "
                "then continue."
            )
            raise CheckpointError(msg)

    def release(self) -> None:
        """Let another training use the folder."""
        self._lock.release()

    def save(self, step: int, fill: Callable[[Path], None]) -> Path:
        """Write a checkpoint with a manifest, and before it the texts if they are not there.

        Parameters
        ----------
        step
            Number of steps done.
        fill
            Writes the model, with its manifest, and the state of the training into a folder.

        Raises
        ------
        CheckpointError
            If it cannot be written, or another training writes to the folder.
        """

        def fill_all(folder: Path) -> None:
            self.take()
            self._store_texts()
            fill(folder)
            model = manifest.entries(folder, "model") or {}
            files = (path for path in sorted(folder.rglob("*")) if path.is_file())
            names = {path.relative_to(folder).as_posix() for path in files} - {
                *model,
                manifest.NAME,
            }
            state = {name: manifest.entry(folder / name) for name in sorted(names)}
            manifest.enter(folder, "training", state)
            manifest.enter(folder, "texts", self._entries)

        trains = self._lock.taken
        try:
            return write(self.path, step, fill_all)
        finally:
            if not trains:
                self.release()

    def _store_texts(self) -> None:
        """Write the texts unless they are there, just as they were when last seen."""
        lost = []
        for name, data in self._texts.items():
            path = self.path / name
            if data is None:  # left by a run that was killed before its first checkpoint
                path.unlink(missing_ok=True)
                continue
            if name in self._stamps and self._stamps[name] == manifest.stamp(path):
                continue
            if name in self._stamps:
                lost.append(name)
            write_data(path, data)
            self._entries[name] = manifest.entry(path)
            self._stamps[name] = manifest.stamp(path)
        if lost:
            self._note(
                f"{' and '.join(lost)} in {str(self.path)!r} had been removed or changed, and "
                "earlier checkpoints may be gone; what a resume needs was written anew."
            )


def newest_whole(folder: Path) -> tuple[Path, list[str]]:
    """Return the newest checkpoint whose files are all as they were saved.

    Returns
    -------
    checkpoint : Path
        The checkpoint.
    passed_over : list of str
        What is wrong with each newer one.

    Raises
    ------
    FileNotFoundError
        If there is no checkpoint.
    CheckpointError
        If all are damaged.
    """
    newest = latest(folder)
    passed_over: list[str] = []
    for checkpoint in reversed(checkpoints(folder)):
        try:
            check(checkpoint)
        except OSError as error:
            passed_over.append(f"{checkpoint.name} is damaged ({error})")
        else:
            return checkpoint, passed_over
    if not any(_of_a_trainer(path) for path in checkpoints(folder)):
        return newest, []  # of another program: reading it says what it is
    msg = (
        f"No checkpoint in {str(folder)!r} can be resumed: {'; '.join(passed_over)}. Train anew, "
        "or restore the folder from a copy."
    )
    raise CheckpointError(msg)


def _of_a_trainer(checkpoint: Path) -> bool:
    with contextlib.suppress(manifest.DamagedError):
        entered = manifest.entries(checkpoint, "training") is not None
        return entered or (checkpoint / _TRAINER).exists()
    return True


def check(checkpoint: Path) -> None:
    """Compare all files of a checkpoint, and the texts beside it, with its manifest.

    Raises
    ------
    DamagedError
        If anything is not as it was saved.
    """
    sections: dict[Section, Path] = {
        "model": checkpoint,
        "training": checkpoint,
        "texts": checkpoint.parent,
    }
    for section, folder in sections.items():
        manifest.check(folder, manifest.required(checkpoint, section))
