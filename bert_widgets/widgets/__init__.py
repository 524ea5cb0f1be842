"""The widgets: interactive views of results, linked through their traits."""

from .attention_matrix.widget import AttentionMatrix
from .shared.export import Heading, write_page
from .token_highlights.widget import TokenHighlights
from .training_panel.panel import TrainingPanel

__all__ = ["AttentionMatrix", "Heading", "TokenHighlights", "TrainingPanel", "write_page"]
