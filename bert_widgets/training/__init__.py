"""Fine-tuning: an iterator of events, a background run, a history."""

from .checkpoint import CheckpointError
from .dynamics import Dynamics
from .finder import RateSearch, find_learning_rate
from .history import Event, History, Note
from .hyperparameters import Hyperparameters
from .probes import Frame
from .progress import Progress
from .reporting import tensorboard
from .run import Run, runs
from .trainer import Trainer

__all__ = [
    "CheckpointError",
    "Dynamics",
    "Event",
    "Frame",
    "History",
    "Hyperparameters",
    "Note",
    "Progress",
    "RateSearch",
    "Run",
    "Trainer",
    "find_learning_rate",
    "runs",
    "tensorboard",
]
