"""String literals under traits become the traits' help and part of their class's docstring."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from functools import cache

import traitlets as t

from ..._common._compat import element_trait

_LATER_SECTION = re.compile(
    r"^(Methods|Raises|Warns|See Also|Notes|References|Examples)\n-+$", re.MULTILINE
)
_TYPES: dict[type, str] = {
    t.Unicode: "str",
    t.Bool: "bool",
    t.Int: "int",
    t.Float: "float",
    t.Dict: "dict",
    t.List: "list",
}


def document_traits(cls: type[t.HasTraits], host: type[t.HasTraits]) -> None:
    """Set the help of a class's traits and list the public ones in the class's docstring.

    A trait is documented by a string literal under its assignment, like an attribute in Sphinx. A
    trait that a subclass defines again keeps its documentation unless it has a new one. Without
    source, or for a class that is not at the top level of its module, nothing is done.

    Parameters
    ----------
    cls
        The class. The traits of its bases are documented too.
    host
        The base whose own traits, and those of its bases, are left alone.
    """
    docs: dict[str, str] = {}
    traits: dict[str, t.TraitType[object, object]] = {}
    for base in reversed(cls.__mro__):
        if base in host.__mro__:
            continue
        defined = {
            name: value for name, value in vars(base).items() if isinstance(value, t.TraitType)
        }
        docs |= _literals(base.__module__).get(base.__qualname__, {})
        traits |= defined
        for name, trait in defined.items():
            if name in docs:
                trait.help = docs[name]
                trait.metadata["help"] = docs[name]
    entries = [
        f"{name} : {type_name(trait)}\n{textwrap.indent(docs[name], '    ')}"
        for name, trait in traits.items()
        if name in docs and not name.startswith("_")
    ]
    if entries and cls.__doc__:
        cls.__doc__ = _with_attributes(inspect.cleandoc(cls.__doc__), "\n".join(entries))


@cache
def _literals(module: str) -> dict[str, dict[str, str]]:
    """Return by class and attribute the string literals under assignments in a module's source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, SyntaxError, TypeError):
        return {}
    return {node.name: _of_class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(node: ast.ClassDef) -> dict[str, str]:
    docs: dict[str, str] = {}
    for statement, following in zip(node.body, node.body[1:], strict=False):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        literal = following.value if isinstance(following, ast.Expr) else None
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
            text = inspect.cleandoc(literal.value)
            docs |= {target.id: text for target in targets if isinstance(target, ast.Name)}
    return docs


def type_name(trait: t.TraitType[object, object]) -> str:
    """Return in words what a trait holds, and whether users may set it, in Python or the page."""
    settable = trait.metadata.get("page") or trait.metadata.get("settable")
    return (
        _value_name(trait)
        + (" or None" if trait.allow_none else "")
        + (", settable" if settable else "")
    )


def _value_name(trait: t.TraitType[object, object]) -> str:
    if isinstance(trait, t.Enum):
        return f"{{{', '.join(map(repr, trait.values or ()))}}}"
    for kind, name in _TYPES.items():
        if isinstance(trait, kind):
            element = element_trait(trait) if kind is t.List else None
            if isinstance(element, t.TraitType) and not isinstance(element, t.Any):
                return f"{name} of {_value_name(element)}"
            return name
    return re.sub(r"^(a|an) ", "", trait.info_text)


def _with_attributes(doc: str, entries: str) -> str:
    """Put entries at the end of a docstring's section of attributes, which is made if missing."""
    later = _LATER_SECTION.search(doc)
    position = later.start() if later else len(doc)
    before, after = doc[:position].rstrip(), doc[position:]
    if "\nAttributes\n-" not in before:
        before += "\n\nAttributes\n----------"
    return f"{before}\n{entries}\n\n{after}".rstrip() + "\n"
