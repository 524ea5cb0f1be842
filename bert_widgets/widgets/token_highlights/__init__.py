"""`TokenHighlights`: how much each word of a text pushed the prediction."""

from .widget import TokenHighlights

__all__ = ["TokenHighlights"]
