"""Attributes that other libraries have: asking for one is answered by what there is instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class OtherNames:
    """A class that knows what other libraries call its attributes.

    A subclass sets ``_other_names``: from such a name to what to do instead. Methods are answered
    rather than added, so that each thing keeps one name.
    """

    _other_names: ClassVar[Mapping[str, str]] = {}

    if not TYPE_CHECKING:  # a type checker would take every attribute for defined

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401
            advice = self._other_names.get(name)
            if advice is not None:
                msg = f"A {type(self).__name__} has no {name!r}: {advice}"
                raise AttributeError(msg)
            inherited = getattr(super(), "__getattr__", None)
            if inherited is not None:
                return inherited(name)
            return self.__getattribute__(name)  # raises the error of a property, or the usual one
