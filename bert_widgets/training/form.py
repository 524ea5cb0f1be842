"""A hyper-parameter is described once: its form, its help and the check of its values follow."""

from __future__ import annotations

import dataclasses
import math
import numbers
import textwrap
from dataclasses import KW_ONLY, dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from .._common.options import unknown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = Literal["integer", "number", "choice", "flag"]


@dataclass(frozen=True)
class Field:
    """One hyper-parameter as a form shows it.

    Attributes
    ----------
    name, label, help
        The attribute of `Hyperparameters`, its label, and its explanation.
    kind
        ``"integer"``, ``"number"``, ``"choice"`` or ``"flag"``.
    least, above, most
        Bounds of a number: at least, more than, at most; None where there is none.
    choices
        The values of a choice.
    optional
        Whether None is allowed.
    """

    name: str
    label: str
    help: str
    kind: Kind
    _: KW_ONLY
    least: float | None = None
    above: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    def checked(self, value: object) -> Any:  # noqa: ANN401 - depends on the kind
        """Return ``value`` as a plain Python value, or raise ``ValueError`` in one sentence."""
        if value is None and self.optional:
            return None
        if self.kind == "choice":
            if value not in self.choices:
                raise ValueError(unknown(self.name, value, self.choices))
            return value
        if self.kind == "flag":
            if not isinstance(value, bool):
                msg = f"{self.name}={value!r} is not valid; it must be True or False."
                raise ValueError(msg)
            return value
        number: Any = value
        number_type = numbers.Integral if self.kind == "integer" else numbers.Real
        if isinstance(value, bool) or not isinstance(value, number_type):
            fits = False
        else:
            fits = self._is_within_bounds(number)
        if not fits:
            msg = f"{self.name}={value!r} is not valid; it must be {self._limits()}."
            raise ValueError(msg)
        return int(number) if self.kind == "integer" else float(number)

    def _is_within_bounds(self, value: float) -> bool:
        return (
            abs(value) < math.inf
            and (self.least is None or value >= self.least)
            and (self.above is None or value > self.above)
            and (self.most is None or value <= self.most)
        )

    def _limits(self) -> str:
        bounds = (("at least", self.least), ("above", self.above), ("at most", self.most))
        limits = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
        return f"{'a whole' if self.kind == 'integer' else 'a'} number {limits}".strip()


def setting(  # noqa: PLR0913 - the parts of a description
    default: object,
    label: str,
    help: str,  # noqa: A002 - the name of the form's field
    *,
    unset: str = "",
    details: str = "",
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
) -> Any:  # noqa: ANN401 - stands for a value of any type, as `dataclasses.field` does
    """Describe a hyper-parameter; its kind and choices follow from its annotation.

    Parameters
    ----------
    default
        Its default value.
    label, help
        Its name and one or two sentences, in the form.
    unset
        What no value means: None in Python, an empty input in the form.
    details
        Sentences that only the docstring has.
    least, above, most
        Bounds, as in `Field`.
    """
    bounds = {"least": least, "above": above, "most": most}
    description = {"label": label, "help": help, "unset": unset, "details": details}
    return dataclasses.field(default=default, metadata={**description, "bounds": bounds})


def form_of(settings: type[DataclassInstance]) -> tuple[Field, ...]:
    """Return the form of a dataclass whose fields are made with `setting`, in their order."""
    hints = get_type_hints(settings)
    fields = []
    for attribute in dataclasses.fields(settings):
        described = attribute.metadata
        kind, choices, optional = _kind(hints[attribute.name])
        explanation = described["help"]
        if described["unset"]:
            explanation += f" {'None' if choices else 'Empty'}: {described['unset']}."
        fields.append(
            Field(
                attribute.name,
                described["label"],
                explanation,
                kind,
                choices=choices,
                optional=optional,
                **({} if choices else described["bounds"]),
            )
        )
    return tuple(fields)


def attributes_section(settings: type[DataclassInstance]) -> str:
    """Return the section of the class's docstring that describes each field."""
    lines = ["Attributes", "----------"]
    for attribute in dataclasses.fields(settings):
        described = attribute.metadata
        unset = f"None: {described['unset']}." if described["unset"] else ""
        text = " ".join(filter(None, (described["help"], described["details"], unset)))
        lines.append(attribute.name)
        lines += textwrap.wrap(text, 92, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def _kind(hint: object) -> tuple[Kind, tuple[str, ...], bool]:
    """Return kind, choices and whether None is allowed for an annotation."""
    kinds: dict[object, Kind] = {int: "integer", float: "number", bool: "flag"}
    if hint in kinds:
        return kinds[hint], (), False
    args = get_args(hint)
    if all(isinstance(choice, str) for choice in args):
        return "choice", args, False
    kind, choices, _ = _kind(args[0])
    return kind, choices, NoneType in args
