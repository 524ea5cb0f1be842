"""`TokenHighlights`: the words of a prediction, with their evidence."""

from .widget import TokenHighlights

__all__ = ["TokenHighlights"]
