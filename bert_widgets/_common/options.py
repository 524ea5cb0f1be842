"""Error messages for unknown names, which suggest the nearest known one."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

P = ParamSpec("P")
R = TypeVar("R")

_MOST_NAMES = 30
_BOUND = ("self", "cls")

ALL_CORES = dict.fromkeys(
    ("num_proc", "num_workers", "n_jobs", "workers", "dataloader_num_workers"),
    "all cores are used without it; leave it out, or limit them with torch.set_num_threads.",
)
"""Names that other libraries use for a number of processes, and what to do instead."""


def unknown(
    kind: str,
    name: object,
    known: Iterable[str],
    elsewhere: Mapping[str, str] | None = None,
    instead: Mapping[str, str] | None = None,
) -> str:
    """Return a sentence that says that ``name`` is not a ``kind`` and suggests the nearest one.

    ``elsewhere`` maps names that other libraries use to the names used here, and ``instead`` those
    for which there is no name here to what to do.
    """
    names = list(known)
    if instead and str(name) in instead:
        return f"Unknown {kind} {name!r}: {instead[str(name)]}"
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


@overload
def named_options(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def named_options(*, instead: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def named_options(
    function: Callable[P, R] | None = None, /, *, instead: Mapping[str, str] | None = None
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Wrap ``function`` so that an unknown keyword raises an error that suggests the nearest.

    ``instead`` says what to do for keywords that other libraries have, as for `unknown`. An
    argument without a name that needs one raises an error that lists the names.
    """
    if function is None:
        return functools.partial(_with_named_options, instead=instead)
    return _with_named_options(function, instead=None)


def _with_named_options(
    function: Callable[P, R], instead: Mapping[str, str] | None
) -> Callable[P, R]:
    parameters = list(inspect.signature(function).parameters.values())
    known = [p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY and p.name not in _BOUND]
    unnamed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    by_name = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    owner = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if name not in known:
                raise TypeError(unknown(f"option of {owner}", name, known, instead=instead))
        if by_name and len(args) > len(unnamed):
            msg = (
                f"{owner} takes {short(args[len(unnamed)])} only with a name: one of "
                f"{', '.join(f'{name}=' for name in by_name)}."
            )
            raise TypeError(msg)
        return function(*args, **kwargs)

    return checked


def short(value: object) -> str:
    """Return a value as Python writes it, cut to 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004
