"""Errors for names that do not exist: each names the nearest one that does."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

P = ParamSpec("P")
R = TypeVar("R")


def unknown(
    kind: str, name: object, known: Iterable[str], elsewhere: Mapping[str, str] | None = None
) -> str:
    """Return a sentence that says that ``name`` is not a ``kind`` and suggests the nearest one.

    What ``name`` is called here stands in ``elsewhere`` if it is a name of another library's.
    """
    names = list(known)
    meant = (elsewhere or {}).get(str(name)) or _nearest(str(name), names)
    hint = f"did you mean {meant!r}?" if meant else f"choose one of {', '.join(map(repr, names))}."
    return f"Unknown {kind} {name!r}: {hint}"


def _nearest(name: str, known: list[str]) -> str | None:
    for each in known:
        words = each.split("_")
        if len(words) > 1 and name == "".join(word[:1] for word in words):
            return each  # "lr" for learning_rate
    alike = difflib.get_close_matches(name, known, n=1)
    return alike[0] if alike else max(_sharing(name, known), key=len, default=None)


def _sharing(name: str, known: list[str]) -> list[str]:
    """Return the names that are a part of ``name``, or of which it is one."""
    shortest = 3
    return [
        each for each in known
        if min(len(each), len(name)) >= shortest and (each in name or name in each)
    ]  # fmt: skip


def named_options(function: Callable[P, R]) -> Callable[P, R]:
    """Make an unknown keyword of ``function`` an error that names the nearest right one."""
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
