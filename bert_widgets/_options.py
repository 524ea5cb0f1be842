"""Errors for names that do not exist: each names the nearest one that does."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

P = ParamSpec("P")
R = TypeVar("R")


def unknown(kind: str, name: object, known: Iterable[str]) -> str:
    """Return one sentence that says ``name`` is no ``kind`` and which one may have been meant."""
    names = list(known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(map(repr, names))}."
    return f"Unknown {kind} {name!r}: {hint}"


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
