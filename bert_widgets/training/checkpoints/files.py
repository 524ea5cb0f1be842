"""Checkpoints that are whole or not there, in plain formats: safetensors, JSON, JSON lines."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.text_data import TextData

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT = 2
_NAME = re.compile(r"checkpoint-(\d+)(?:\.(\d+))?")


class CheckpointError(OSError):
    """A checkpoint could not be written; the run lives on in memory."""


def write(folder: Path, step: int, fill: Callable[[Path], None]) -> Path:
    """Write a checkpoint so that a crash at any moment leaves the earlier ones whole.

    Everything is written to a hidden folder, forced to the disk and renamed. The latest two
    checkpoints stay.

    Parameters
    ----------
    folder
        The run's; made if missing.
    step
        Steps done.
    fill
        Writes the files into the folder it is given.

    Returns
    -------
    Path
        The checkpoint: ``checkpoint-STEP``, or ``checkpoint-STEP.N`` if that is there already.

    Raises
    ------
    CheckpointError
        If the disk is full, the folder cannot be written to, or the like.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        final = _free_name(folder, step)
        _atomically(final, fill)
        # A process that was killed while it wrote has left its hidden folder.
        for old in (*_all(folder)[:-_KEPT], *folder.glob(".partial-*")):
            shutil.rmtree(old, ignore_errors=True)
    except Exception as error:
        # The libraries written in Rust raise exceptions of their own, even a bare `Exception`.
        if not isinstance(error, OSError) and "(os error " not in str(error):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        msg = (
            f"The checkpoint at step {step} could not be written to {str(folder)!r} ({reason}); "
            "nothing is lost: make room or mend the folder, then go on."
        )
        raise CheckpointError(msg) from error
    return final


def latest(folder: Path) -> Path:
    """Return the newest checkpoint of a run's folder.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    found = _all(folder)
    if not found:
        what = "holds no checkpoint" if folder.is_dir() else "does not exist"
        msg = f"The folder {str(folder)!r} {what}; give the folder of a run that has saved one."
        raise FileNotFoundError(msg)
    return found[-1]


def write_data(path: Path, data: TextData) -> None:
    """Write labelled texts as JSON lines: first the classes, then [text, label(, pair)] a line."""
    columns = [data.texts, data.label_names(), *([] if data.pairs is None else [data.pairs])]

    def fill(partial: Path) -> None:
        with partial.open("w", encoding="ascii") as file:
            file.write(json.dumps({"classes": data.classes, "multi_label": data.multi_label}))
            file.writelines(f"\n{json.dumps(row)}" for row in zip(*columns, strict=True))

    path.parent.mkdir(parents=True, exist_ok=True)
    _atomically(path, fill)


def read_data(path: Path) -> TextData:
    """Read what `write_data` wrote."""
    with path.open(encoding="ascii") as file:
        head = json.loads(next(file))
        rows = [json.loads(line) for line in file]
    classes = tuple(head["classes"])
    numbers = {name: number for number, name in enumerate(classes)}
    labels: np.ndarray[Any, Any]
    if head["multi_label"]:
        labels = np.zeros((len(rows), len(classes)), np.float32)
        for i, row in enumerate(rows):
            labels[i, [numbers[name] for name in row[1]]] = 1
    else:
        labels = np.array([numbers[row[1]] for row in rows], np.int64)
    pairs = tuple(row[2] for row in rows) if rows and len(rows[0]) > 2 else None  # noqa: PLR2004
    return TextData(tuple(row[0] for row in rows), pairs, labels, classes)


def _atomically(final: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a file or folder, force it to the disk and give it its name."""
    with tempfile.TemporaryDirectory(
        prefix=".partial-", dir=final.parent, ignore_cleanup_errors=True
    ) as aside:
        partial = Path(aside) / final.name
        fill(partial)
        _force_to_disk(partial)
        partial.replace(final)
    _force_to_disk(final.parent, deep=False)


def _force_to_disk(path: Path, *, deep: bool = True) -> None:
    inside = sorted(path.rglob("*")) if deep and path.is_dir() else []
    for each in (*inside, path):
        with contextlib.suppress(PermissionError):  # Windows opens no folder
            # Windows forces only what it may write to the disk.
            handle = os.open(each, os.O_RDONLY if each.is_dir() else os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _free_name(folder: Path, step: int) -> Path:
    taken = [_order(path)[1] for path in _all(folder) if _order(path)[0] == step]
    return folder / (f"checkpoint-{step}" + (f".{max(taken) + 1}" if taken else ""))


def _all(folder: Path) -> list[Path]:
    """Return the checkpoints, oldest first."""
    there = folder.iterdir() if folder.is_dir() else ()
    return sorted((path for path in there if _NAME.fullmatch(path.name)), key=_order)


def _order(path: Path) -> tuple[int, int]:
    found = _NAME.fullmatch(path.name)
    return (int(found[1]), int(found[2] or 0)) if found else (-1, 0)
