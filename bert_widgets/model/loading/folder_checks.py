"""Checks of a model's folder before anything in it is used: damage, other kinds of files, size."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = (".json", ".safetensors", ".txt", ".model", ".jinja")
_LARGEST_CONFIG = 1 << 24  # bytes
_LARGEST_JSON = 1 << 29
_MOST = {"layers": 1000, "labels": 1_000_000}
_LARGEST_INTEGER = 2**31
_SPARE = 50_000_000  # weights that a config may describe beyond those saved, such as a new head


def check_folder(where: str) -> None:
    """Refuse a folder whose files are damaged or are not what a model consists of.

    A folder without a manifest was written by another program; its content is not compared.

    Parameters
    ----------
    where
        A folder; a name on the Hub is not checked.

    Raises
    ------
    OSError
        If a file is not as it was saved, not a regular file, or too large.
    """
    folder = Path(where)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix in _READ:
            problem = manifest.kind_problem(path, links=True) or _too_large(path)
            if problem:
                msg = f"Cannot load {where!r}: {path.name} {problem}."
                raise OSError(msg)
    try:
        if (folder / manifest.NAME).exists():
            manifest.check(folder, manifest.required(folder, "model"), links=True)
    except manifest.DamagedError as error:
        msg = (
            f"Cannot load {where!r}: {error}; use another copy, or delete {manifest.NAME} if the "
            "change was intended."
        )
        raise OSError(msg) from error
    _check_numbers(folder)


def check_size(where: str, config: Any) -> None:  # noqa: ANN401
    """Refuse a config that describes many times more weights than the folder holds.

    Parameters
    ----------
    where
        A folder; a name on the Hub is not checked.
    config
        Its config.

    Raises
    ------
    ValueError
        If memory would be needed for weights that are not there.
    """
    saved = sum(path.stat().st_size for path in Path(where).glob("*.safetensors"))
    if not saved:
        return
    described = _weights(config)
    if described > 2 * saved + _SPARE:  # a weight takes a byte or more
        msg = (
            f"Cannot load {where!r}: its config describes a model of about {described:.1e} weights "
            f"and its files have {saved:,} bytes; use the config it was saved with."
        )
        raise ValueError(msg)


def _weights(config: Any) -> int:  # noqa: ANN401
    """Return about how many weights the encoder of a config has; parts it lacks count as none."""

    def number(name: str, otherwise: int = 0) -> int:
        value = getattr(config, name, None)
        return value if isinstance(value, int) and value > 0 else otherwise

    width = number("hidden_size")
    layers = min(number("num_hidden_layers"), number("num_hidden_groups", _MOST["layers"]))
    per_layer = 4 * width * width + 2 * width * number("intermediate_size")
    rows = sum(map(number, ("vocab_size", "max_position_embeddings", "type_vocab_size")))
    return (
        layers * per_layer + rows * number("embedding_size", width) + number("num_labels") * width
    )


def _too_large(path: Path) -> str:
    size, most = path.stat().st_size, {".safetensors": math.inf}.get(path.suffix, _LARGEST_JSON)
    if path.name == "config.json":
        most = _LARGEST_CONFIG
    return f"has {size:,} bytes, and {most:,} is the most it may have" if size > most else ""


def _check_numbers(folder: Path) -> None:
    """Refuse numbers in ``config.json`` that no model has."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_bytes())
        described = list(_numbers(config)) if isinstance(config, dict) else []
    except (OSError, ValueError, RecursionError):
        return  # reading it says what is wrong
    for name, number in described:
        most = _most(name)
        if not (math.isfinite(number) and abs(number) <= most):
            msg = (
                f"Cannot load {str(folder)!r}: {name} is {number:.6g} in its config.json, and "
                f"{most:,} is the most; use the config the model was saved with."
            )
            raise OSError(msg)


def _most(name: str) -> int:
    if name.endswith(("layers", "layer")):
        return _MOST["layers"]
    return _MOST["labels"] if name.endswith("labels") else _LARGEST_INTEGER


def _numbers(config: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in config.items():
        if isinstance(value, dict) and name not in ("id2label", "label2id"):
            yield from _numbers(value)
        elif isinstance(value, list | dict):
            yield f"the number of {name.removeprefix('id2')}s", len(value)
        elif isinstance(value, int):
            yield name, min(max(value, -(10**300)), 10**300)
        elif isinstance(value, float):
            yield name, value
