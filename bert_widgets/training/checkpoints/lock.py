"""One training at a time writes to a folder: a file in the folder says which."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import uuid
import weakref
from typing import TYPE_CHECKING, Any

import psutil

from ...model.loading.manifest import kind_problem

if TYPE_CHECKING:
    from pathlib import Path

NAME = "in_use.json"
_LARGEST = 4096  # bytes
_APART = 60  # seconds by which two statements of when a process began may differ


class FolderLock:
    """The claim of one training to a folder; it ends with `release`, this object or the process.

    A claim of a process that is no longer there is taken over, as is one of another training of
    this process, which then cannot `take` it back.

    Parameters
    ----------
    folder
        The folder, which may be missing.

    Attributes
    ----------
    taken : bool
        Whether the folder was claimed, and not released since.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._id = uuid.uuid4().hex
        self.taken = False
        weakref.finalize(self, _remove, self._path, self._id, os.getpid())

    def take(self) -> str:
        """Claim the folder, or confirm the claim; return who else has it, in words, or nothing."""
        holder = _read(self._path)
        if holder.get("id") == self._id:
            return ""
        other = used_by(self._path.parent)
        if other:
            return other
        if holder and self.taken and holder["process"] == os.getpid():
            return "another training of this process, begun later"
        claim = {
            "id": self._id,
            "process": os.getpid(),
            "process_started": psutil.Process().create_time(),
            "host": socket.gethostname(),
            "folder": str(self._path.parent.resolve()),
            "since": time.strftime("%Y-%m-%d %H:%M"),
        }
        self._path.unlink(missing_ok=True)  # whatever it is
        self._path.write_text(json.dumps(claim), "ascii")
        self.taken = True
        return ""

    def release(self) -> None:
        """Give the folder up."""
        _remove(self._path, self._id, os.getpid())
        self.taken = False


def used_by(folder: Path) -> str:
    """Return which other process trains into a folder, in words; empty if none does."""
    holder = _read(folder / NAME)
    if not holder or holder["folder"] != str(folder.resolve()):  # of a folder that was copied
        return ""
    process, host = holder["process"], holder["host"]
    who = f"process {process} on {host!r:.80} since {holder['since']:.20}"
    if host != socket.gethostname():
        return f"{who}; if it has ended, delete {NAME!r} there"
    if process == os.getpid():
        return ""
    try:
        started = psutil.Process(process).create_time()
    except (psutil.Error, ValueError, OverflowError):
        return ""
    # Numbers of processes are used again.
    return who if abs(started - holder["process_started"]) < _APART else ""


def _read(path: Path) -> dict[str, Any]:
    """Return what a lock file says; nothing if it is missing or damaged."""
    if kind_problem(path, links=False):
        return {}
    with contextlib.suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        claim = json.loads(file.read(_LARGEST))
        kinds = {
            "id": str, "process": int, "process_started": float, "host": str, "folder": str,
            "since": str,
        }  # fmt: skip
        if isinstance(claim, dict) and all(
            isinstance(claim.get(name), kind) for name, kind in kinds.items()
        ):
            return claim
    return {}


def _remove(path: Path, identity: str, process: int) -> None:
    # A forked child ends without giving up what its parent holds.
    if os.getpid() == process and _read(path).get("id") == identity:
        with contextlib.suppress(OSError):
            path.unlink()
