"""Fine-tuning as an iterator of events or as a background run, with a history of measurements."""

from .checkpoints.files import CheckpointError
from .curves import plot_runs
from .hyperparameters import Hyperparameters
from .learning_rate_finder import RateSearch, find_learning_rate
from .progress import Progress
from .records.dynamics import Dynamics
from .records.history import Event, History, Note
from .records.probes import ProbeSnapshot
from .records.reporting import tensorboard
from .run import Run, runs
from .trainer import Trainer

__all__ = [
    "CheckpointError",
    "Dynamics",
    "Event",
    "History",
    "Hyperparameters",
    "Note",
    "ProbeSnapshot",
    "Progress",
    "RateSearch",
    "Run",
    "Trainer",
    "find_learning_rate",
    "plot_runs",
    "runs",
    "tensorboard",
]
