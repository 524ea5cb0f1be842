"""A griffe extension: parameters that share one entry of a docstring keep their own defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator


class OwnDefaults(griffe.Extension):
    """For an entry ``method, output``, griffe takes type and default of the first name for both."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:  # noqa: ANN401
        """Correct every function and class of a package."""
        for documented in _documented(pkg):
            parameters = getattr(documented, "parameters", ())
            for section in documented.docstring.parsed if documented.docstring else ():
                if section.kind is griffe.DocstringSectionKind.parameters:
                    for entry in section.value:
                        if entry.name in parameters:
                            entry.annotation = parameters[entry.name].annotation
                            entry.value = parameters[entry.name].default


def _documented(parent: griffe.Object) -> Iterator[griffe.Object]:
    for member in parent.members.values():
        if not member.is_alias:
            yield member
            yield from _documented(member)
