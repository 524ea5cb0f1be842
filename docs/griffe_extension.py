"""What griffe, which reads the sources for the reference, does not see in them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import griffe
import traitlets

from bert_widgets.widgets.shared.trait_docs import type_name

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reference(griffe.Extension):
    """Gives parameters their own defaults, and traits their types."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:  # noqa: ANN401
        """Correct every function and class of a package."""
        for member in _members(pkg):
            if member.is_class and ".widgets." in member.path:
                _type_traits(member)
            if member.is_class or member.is_function:
                _separate_parameters(member)


def _members(parent: griffe.Object) -> Iterator[griffe.Object]:
    for member in parent.members.values():
        if not member.is_alias:
            yield member
            yield from _members(member)


def _type_traits(documented: griffe.Class) -> None:
    """Begin the text on a trait with what it holds, and leave out how it is made."""
    module, _, name = documented.path.rpartition(".")
    traits = getattr(importlib.import_module(module), name, None)
    for attribute in documented.attributes.values():
        trait = getattr(traits, attribute.name, None)
        if isinstance(trait, traitlets.TraitType) and not attribute.is_alias:
            attribute.value = None
            if attribute.docstring:
                text = attribute.docstring.value
                attribute.docstring.value = f"*{type_name(trait)}*\n\n{text}"
            attribute.labels -= {"class-attribute", "instance-attribute"}


def _separate_parameters(documented: griffe.Class | griffe.Function) -> None:
    """Undo that for an entry ``method, output`` both get type and default of the first."""
    parameters = documented.parameters
    for section in documented.docstring.parsed if documented.docstring else ():
        if section.kind is griffe.DocstringSectionKind.parameters:
            for entry in section.value:
                if entry.name in parameters:
                    entry.annotation = parameters[entry.name].annotation
                    entry.value = parameters[entry.name].default
