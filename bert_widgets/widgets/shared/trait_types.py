"""Types of traits that refuse True and False, which Python counts as numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets as t


class Number(t.TraitType[float, Any]):
    """A finite number."""

    info_text = "a finite float"

    def validate(self, obj: t.HasTraits | None, value: object) -> float:
        """Return ``value`` as a float, or raise ``TraitError``."""
        fits = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        # Whole numbers may be too large for a float.
        if not fits or not abs(value) < 1e300 or not math.isfinite(value):  # type: ignore[arg-type] # noqa: PLR2004
            self.error(obj, value)
        return float(value)  # type: ignore[arg-type]


class Index(t.TraitType[int, Any]):
    """The index of an item."""

    info_text = "a whole number"

    def validate(self, obj: t.HasTraits | None, value: object) -> int:
        """Return ``value`` as an int, or raise ``TraitError``."""
        if not isinstance(value, int | np.integer) or isinstance(value, bool):
            self.error(obj, value)
        return int(value)
