"""The classifier: load, predict, evaluate, save; and how its arithmetic is done."""

from .classifier import BertClassifier
from .evaluation import Evaluation
from .prediction import Prediction

__all__ = ["BertClassifier", "Evaluation", "Prediction"]
