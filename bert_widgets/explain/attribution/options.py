"""The options of `attribute` as one object, from the caller to the method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .units import check_unit

if TYPE_CHECKING:
    from ...model.forward.precision import Precision
    from .baselines import Baseline
    from .targets import Label
    from .units import Unit


@dataclass(frozen=True, kw_only=True)
class AttributionOptions:
    """How texts are to be explained.

    Values that are wrong for every model are refused here; the others by `check_options`.

    Attributes
    ----------
    method, target, output, unit, baseline, layer, tolerance, precision, samples, seed
        As for `attribute`. Spans are kept as tuples (start, end, segment).

    Raises
    ------
    ValueError
        If the unit, the tolerance or the number of samples is invalid.
    """

    method: str = "integrated_gradients"
    target: Label | tuple[Label, Label] | None = None
    output: str = "logit"
    unit: Unit = "words"
    baseline: Baseline = "pad"
    layer: int | None = None
    tolerance: float = 0.01
    precision: Precision = "auto"
    samples: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.tolerance > 0:
            msg = (
                f"A tolerance of {self.tolerance!r} cannot be met; use a number above 0, "
                "such as 0.01."
            )
            raise ValueError(msg)
        if self.samples is not None and self.samples < 1:
            msg = f"samples={self.samples!r} is invalid; use at least 1, or None for the default."
            raise ValueError(msg)
        check_unit(self.unit)
        if not isinstance(self.unit, str):
            spans = tuple((*span, 0) if len(span) == 2 else tuple(span) for span in self.unit)  # noqa: PLR2004
            object.__setattr__(self, "unit", spans)

    @property
    def unit_name(self) -> str:
        """The name of the unit; ``"spans"`` for spans."""
        return self.unit if isinstance(self.unit, str) else "spans"

    @property
    def baseline_name(self) -> str:
        """The name of the baseline; ``"custom"`` for an array."""
        return self.baseline if isinstance(self.baseline, str) else "custom"
