"""The description of one hyper-parameter: what a form shows and what a value must be."""

from __future__ import annotations

import math
import numbers
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from .._common.options import unknown

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
