"""How probabilities are written, the same in every sentence, table and rendering."""

from __future__ import annotations

_CERTAIN = 0.9995  # what would be rounded to 100.0%
_IMPOSSIBLE = 0.001


def percent(share: float) -> str:
    """Return a share of one as a percentage; only exactly 0 and 1 are written as 0.0% and 100.0%.

    Examples
    --------
    >>> percent(0.974), percent(0.99999), percent(0.00001)
    ('97.4%', '>99.9%', '<0.1%')
    """
    if 0 < share < _IMPOSSIBLE:
        return "<0.1%"
    if _CERTAIN <= share < 1:
        return ">99.9%"
    return f"{share:.1%}"
