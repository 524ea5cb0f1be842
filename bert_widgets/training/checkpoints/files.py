"""Checkpoints that are written completely or not at all, in plain formats: safetensors, JSON."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.text_data import TextData

if TYPE_CHECKING:
    from collections.abc import Callable

_CHECKPOINTS_KEPT = 2
_FROM_THE_SYSTEM = re.compile(r"\(os error |\bOs \{ code: ")  # the latter in safetensors 0.5.0
_NAME = re.compile(r"checkpoint-([0-9]+)(?:\.([0-9]+))?")


class CheckpointError(OSError):
    """A checkpoint could not be written or read; a run that writes is still complete in memory."""


def write(folder: Path, step: int, fill: Callable[[Path], None]) -> Path:
    """Write a checkpoint so that a crash at any moment leaves the earlier ones intact.

    Everything is written to a hidden folder, forced to the disk and renamed. The latest two
    checkpoints are kept.

    Parameters
    ----------
    folder
        Folder of the run, created if missing.
    step
        Number of steps done.
    fill
        Function that writes the files into a folder.

    Returns
    -------
    Path
        The checkpoint: ``checkpoint-STEP``, or ``checkpoint-STEP.N`` if that exists.

    Raises
    ------
    CheckpointError
        If it cannot be written, for example because the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        final = _free_name(folder, step)
        _atomically(final, fill)
        # A process that was killed while writing has left its hidden folder.
        for old in (*_superseded(folder), *folder.glob(".partial-*")):
            shutil.rmtree(old, ignore_errors=True)
    except CheckpointError:
        raise
    except Exception as error:
        # Libraries written in Rust raise other exceptions, even a bare `Exception`.
        if not isinstance(error, OSError) and not _FROM_THE_SYSTEM.search(str(error)):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        msg = (
            f"The checkpoint at step {step} could not be written to {str(folder)!r} ({reason}); "
            "no data is lost: free disk space or fix the folder, then continue."
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
    there = checkpoints(folder)
    if not there:
        problem = "contains no checkpoint" if folder.is_dir() else "does not exist"
        msg = f"The folder {str(folder)!r} {problem}; give the folder of a run that has saved one."
        raise FileNotFoundError(msg)
    return there[-1]


def write_data(path: Path, data: TextData) -> None:
    """Write labelled texts as JSON lines: the classes, then one [text, label(, pair)] per line.

    Rows with other names than numbers keep them as texts.
    """
    columns = [data.texts, data.label_names(), *([] if data.pairs is None else [data.pairs])]

    def fill(partial: Path) -> None:
        with partial.open("w", encoding="ascii") as file:
            rows = [row if isinstance(row, int | str) else str(row) for row in data.rows]
            head = {"classes": data.classes, "multi_label": data.multi_label, "rows": rows}
            file.write(json.dumps(head))
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
    names = tuple(head.get("rows", ()))
    return TextData(tuple(row[0] for row in rows), pairs, labels, classes, names)


def _atomically(final: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a file or folder, force it to the disk and rename it."""
    with tempfile.TemporaryDirectory(
        prefix=".partial-", dir=final.parent, ignore_cleanup_errors=True
    ) as hidden:
        partial = Path(hidden) / final.name
        fill(partial)
        _force_to_disk(partial)
        partial.replace(final)
    _force_to_disk(final.parent, deep=False)


def _force_to_disk(path: Path, *, deep: bool = True) -> None:
    children = sorted(path.rglob("*")) if deep and path.is_dir() else []
    for entry in (*children, path):
        with contextlib.suppress(PermissionError):  # Windows cannot open folders
            # On Windows fsync needs a file that is open for writing.
            handle = os.open(entry, os.O_RDONLY if entry.is_dir() else os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _free_name(folder: Path, step: int) -> Path:
    taken = [_order(path)[1] for path in checkpoints(folder) if _order(path)[0] == step]
    return folder / (f"checkpoint-{step}" + (f".{max(taken) + 1}" if taken else ""))


def checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of a folder, oldest first."""
    entries = folder.iterdir() if folder.is_dir() else ()
    named = (path for path in entries if _NAME.fullmatch(path.name) and path.is_dir())
    return sorted(named, key=_order)


def _superseded(folder: Path) -> list[Path]:
    """Return the checkpoints older than the latest that are kept, none of which is empty."""
    newest_first = reversed(checkpoints(folder))
    filled = (path for path in newest_first if any(path.iterdir()))
    list(islice(filled, _CHECKPOINTS_KEPT))
    return list(newest_first)


def _order(path: Path) -> tuple[int, int]:
    match = _NAME.fullmatch(path.name)
    return (int(match[1]), int(match[2] or 0)) if match else (-1, 0)
