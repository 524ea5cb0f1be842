"""Fine-tuning: an iterator of events, a background run, a history."""

from .history import Event, History
from .run import Progress, Run
from .trainer import Trainer

__all__ = ["Event", "History", "Progress", "Run", "Trainer"]
