"""What may be chosen in `TokenHighlights`: plain functions that check one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets as t

from ..._common.options import unknown
from ...explain.attribution.baselines import BASELINES
from ...explain.attribution.method_table import METHODS
from ...explain.attribution.targets import OUTPUTS
from ...explain.attribution.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAMES: dict[str, Iterable[str]] = {
    "output": OUTPUTS,
    "baseline": BASELINES,
    "unit": (*UNITS, "spans"),
    "method": METHODS,
}
"""The traits whose value is one of some names, with these names."""

_MOST_SPANS = 100


def check_name(trait: str, value: str, labels: Sequence[str]) -> str:
    """Return a name if it exists; traits that are not in `NAMES` take a label.

    Raises
    ------
    traitlets.TraitError
        If it does not exist.
    """
    known = NAMES.get(trait, labels)
    if value not in known:
        raise t.TraitError(unknown(trait, value, known))
    return value


def check_spans(spans: Sequence[object], texts: tuple[str, str]) -> list[list[int]]:
    """Return spans as [start, end, segment].

    Raises
    ------
    traitlets.TraitError
        If there are too many, or one is not a span of the texts.
    """
    if len(spans) > _MOST_SPANS:
        msg = f"There are {len(spans)} spans; use at most {_MOST_SPANS}."
        raise t.TraitError(msg)
    return [_check_span(span, texts) for span in spans]


def _check_span(span: object, texts: tuple[str, str]) -> list[int]:
    numbers = [*span] if isinstance(span, list | tuple) else []
    numbers += [0] * (len(numbers) == 2)  # noqa: PLR2004 - the segment is that of the first text
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in numbers)
    if len(numbers) == 3 and whole and numbers[2] in (0, 1):  # noqa: PLR2004
        start, end, segment = numbers
        if 0 <= start < end <= len(texts[segment]):
            return numbers
    msg = (
        f"{span!r:.60} is not a span of the text; use [start, end] in characters, "
        "or [start, end, 1] for a span of the second text."
    )
    raise t.TraitError(msg)
