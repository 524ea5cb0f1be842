"""What a page sends is checked here before anything else reads it."""

from __future__ import annotations

from typing import TypeGuard

from ..._common.characters import has_lone_surrogate

_MOST_LEVELS = 10
_MOST_ITEMS = 100_000
_MOST_CHARACTERS = 200_000
_LARGEST_NUMBER = 1e300
_METHODS = ("update", "request_state", "custom")


def is_message(data: object) -> TypeGuard[dict[str, object]]:
    """Return whether the data of a message is what a widget's page sends: without binary parts."""
    if not isinstance(data, dict) or data.get("method") not in _METHODS:
        return False
    return not data.get("buffer_paths")


def value_problem(value: object) -> str:
    """Return why a value from a page cannot be read; empty if it can.

    Values that can be read are those of JSON, without what fails later: half characters, numbers
    that are not finite, and structures too deep or too large to be meant.
    """
    items = characters = 0
    level = [value]
    for _ in range(_MOST_LEVELS):
        problem = next(filter(None, map(_leaf_problem, level)), "")
        if problem:
            return problem
        characters += sum(len(item) for item in level if isinstance(item, str))
        level = [part for item in level for part in _parts(item)]
        items += len(level)
        if items > _MOST_ITEMS:
            return f"The notebook page sent more than {_MOST_ITEMS:,} values at once."
        if characters > _MOST_CHARACTERS:
            return f"The notebook page sent more than {_MOST_CHARACTERS:,} characters at once."
        if not level:
            return ""
    return f"The notebook page sent values nested in more than {_MOST_LEVELS} levels."


def same_types(value: object, other: object) -> bool:
    """Return whether two equal values of JSON have True and False at the same places.

    Python takes True for the number 1, so ``{"epochs": True} == {"epochs": 1}``.
    """
    if isinstance(value, dict) and isinstance(other, dict):
        return all(same_types(value[name], other[name]) for name in value)
    if isinstance(value, list) and isinstance(other, list):
        return all(map(same_types, value, other))
    return isinstance(value, bool) == isinstance(other, bool)


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _leaf_problem(value: object) -> str:
    if isinstance(value, str) and has_lone_surrogate(value):
        return "The text contains half a character (a lone surrogate). Paste it again."
    if isinstance(value, int | float) and not abs(value) < _LARGEST_NUMBER:
        return "The notebook page sent a number that is too large or not finite."
    if not isinstance(value, str | int | float | list | dict | None):
        return f"The notebook page sent a value of type {type(value).__name__}."
    return ""
