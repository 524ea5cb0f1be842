"""`TrainingPanel`: live curves and controls of a training."""

from .panel import TrainingPanel

__all__ = ["TrainingPanel"]
