"""The manifest of a saved folder: size and checksum of each file, to notice damage on loading."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path, PurePosixPath
from typing import Any, Literal

NAME = "bert_widgets_manifest.json"

Section = Literal["model", "training", "texts"]
Entry = tuple[int, str]
"""Size in bytes and SHA-256, as hexadecimal digits."""

Stamp = tuple[int, int, int, int] | None

_LARGEST = 1 << 24  # bytes of a manifest
_FILES = 10_000
_UNREADABLE = f"{NAME} cannot be read"


class DamagedError(OSError):
    """A file is not as it was saved."""


def entry(path: Path) -> Entry:
    """Return size and checksum of a file."""
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), checksum


def stamps(folder: Path) -> dict[str, Stamp]:
    """Return what changes with each file of a folder when it is written again."""
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    return {path.name: stamp(path) for path in files if path.name != NAME}


def stamp(path: Path) -> Stamp:
    """Return what changes with a file when it is written again; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def enter_written(folder: Path, before: dict[str, Stamp]) -> None:
    """Enter the model's files, those written since the `stamps` before, in the manifest."""
    try:
        known = entries(folder, "model") or {}
    except DamagedError:
        known = {}
    names = [n for n, now in stamps(folder).items() if n in known or before.get(n) != now]
    enter(folder, "model", {name: entry(folder / name) for name in sorted(names)})


def enter(folder: Path, section: Section, entries: dict[str, Entry]) -> None:
    """Replace a section of a folder's manifest; one that cannot be read is begun anew."""
    try:
        sections = _sections(folder) or {}
    except DamagedError:
        sections = {}
    (folder / NAME).write_text(json.dumps(sections | {section: entries}, indent=1), "ascii")


def entries(folder: Path, section: Section) -> dict[str, Entry] | None:
    """Return a section of a folder's manifest, None if there is none.

    Raises
    ------
    DamagedError
        If the manifest cannot be read.
    """
    sections = _sections(folder) or {}
    if section not in sections:
        return None
    try:
        return {
            _inside(name): (int(size), str(checksum))
            for name, (size, checksum) in sections[section].items()
        }
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise DamagedError(_UNREADABLE) from error


def required(folder: Path, section: Section) -> dict[str, Entry]:
    """Return a section of a folder's manifest.

    Raises
    ------
    DamagedError
        If the manifest cannot be read, or has no such section.
    """
    entered = entries(folder, section)
    if not entered:
        msg = f"{NAME} is missing or incomplete"
        raise DamagedError(msg)
    return entered


def check(folder: Path, entries: dict[str, Entry], *, links: bool = False) -> None:
    """Compare files with their entries.

    Parameters
    ----------
    folder
        The folder in which they are.
    entries
        Size and checksum by name.
    links
        Whether a file may be a link to one elsewhere, as in the cache of the Hugging Face Hub.

    Raises
    ------
    DamagedError
        If a file is missing, of another kind, of another size or of another content.
    """
    for name, (size, _) in entries.items():  # cheap checks of all come first
        path = folder / name
        problem = kind_problem(path, links=links)
        if not problem and path.stat().st_size != size:
            problem = f"has {path.stat().st_size:,} bytes instead of {size:,}"
        if problem:
            msg = f"{name} {problem}"
            raise DamagedError(msg)
    for name, expected in entries.items():
        if entry(folder / name) != expected:
            msg = f"{name} has changed since it was saved: its checksum is another one"
            raise DamagedError(msg)


def kind_problem(path: Path, *, links: bool) -> str:
    """Return what is wrong with a file before anything of it is read; empty if nothing is."""
    try:
        if not links and path.is_symlink():
            return "is a link instead of a file"
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return "is missing"
    return "" if stat.S_ISREG(mode) else "is not a regular file"


def _sections(folder: Path) -> dict[str, Any] | None:
    path = folder / NAME
    if not path.exists() and not path.is_symlink():
        return None
    if kind_problem(path, links=True) or path.stat().st_size > _LARGEST:
        raise DamagedError(_UNREADABLE)
    try:
        sections = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DamagedError(_UNREADABLE) from error
    if not isinstance(sections, dict) or sum(map(_length, sections.values())) > _FILES:
        raise DamagedError(_UNREADABLE)
    return sections


def _length(section: object) -> int:
    return len(section) if isinstance(section, dict) else _FILES


def _inside(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or PurePosixPath(name).is_absolute() or Path(name).is_absolute():
        raise ValueError(name)
    return name
