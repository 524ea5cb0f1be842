"""The widgets: views of results, linked by their traits."""

from ._export import Heading, write_page
from .attention_matrix import AttentionMatrix
from .token_highlights import TokenHighlights
from .training_panel import TrainingPanel

__all__ = ["AttentionMatrix", "Heading", "TokenHighlights", "TrainingPanel", "write_page"]
