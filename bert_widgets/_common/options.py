"""Error messages for unknown names, which suggest the nearest known one."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

P = ParamSpec("P")
R = TypeVar("R")

_MOST_NAMES = 30


def unknown(
    kind: str, name: object, known: Iterable[str], elsewhere: Mapping[str, str] | None = None
) -> str:
    """Return a sentence that says that ``name`` is not a ``kind`` and suggests the nearest one.

    ``elsewhere`` maps names that other libraries use to the names used here.
    """
    names = list(known)
    meant = (elsewhere or {}).get(str(name)) or _nearest(str(name), names)
    hint = f"did you mean {meant!r}?" if meant else f"choose one of {listed(names)}."
    return f"Unknown {kind} {name!r}: {hint}"


def listed(names: Sequence[object]) -> str:
    """Return names as a sentence lists them; of more than 30, the first ones and their number."""
    shown = ", ".join(repr(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


def _nearest(name: str, known: list[str]) -> str | None:
    for candidate in known:
        words = candidate.split("_")
        if len(words) > 1 and name == "".join(word[:1] for word in words):
            return candidate  # "lr" for learning_rate
    similar = difflib.get_close_matches(name, known, n=1)
    return similar[0] if similar else max(_overlapping(name, known), key=len, default=None)


def _overlapping(name: str, known: list[str]) -> list[str]:
    """Return the known names that contain ``name`` or are contained in it."""
    shortest = 3
    return [
        candidate for candidate in known
        if min(len(candidate), len(name)) >= shortest and (candidate in name or name in candidate)
    ]  # fmt: skip


def named_options(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap ``function`` so that an unknown keyword raises an error that suggests the nearest."""
    known = [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.kind is not p.POSITIONAL_ONLY and p.name not in ("self", "cls")
    ]

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if name not in known:
                owner = function.__qualname__.removesuffix(".__init__")
                raise TypeError(unknown(f"option of {owner}", name, known))
        return function(*args, **kwargs)

    return checked
