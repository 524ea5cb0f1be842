"""`TokenHighlights`: how much each word of a text contributed to the prediction."""

from .widget import TokenHighlights

__all__ = ["TokenHighlights"]
