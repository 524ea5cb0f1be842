"""Fine-tune a BERT classifier in a notebook, watch it learn, and see why it predicts what it does.

The names load on first use: ``import bert_widgets`` imports neither torch nor transformers.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ._version import __version__ as __version__

if TYPE_CHECKING:
    from . import demo
    from .data.text_data import TextData
    from .explain import (
        AttentionMaps,
        Attribution,
        Corpus,
        attention_maps,
        attribute,
        evaluate_explanations,
        head_effects,
        query_key,
    )
    from .model.classifier import BertClassifier
    from .model.evaluation import Evaluation
    from .model.prediction import Prediction
    from .training import (
        Dynamics,
        History,
        Hyperparameters,
        Run,
        Trainer,
        find_learning_rate,
        runs,
        tensorboard,
    )
    from .widgets import AttentionMatrix, TokenHighlights, TrainingPanel


_HOMES = {
    "BertClassifier": "model",
    "Prediction": "model",
    "TextData": "data",
    "Evaluation": "model",
    "Attribution": "explain",
    "Corpus": "explain",
    "AttentionMaps": "explain",
    "attention_maps": "explain",
    "attribute": "explain",
    "evaluate_explanations": "explain",
    "head_effects": "explain",
    "query_key": "explain",
    "Dynamics": "training",
    "History": "training",
    "Hyperparameters": "training",
    "Run": "training",
    "Trainer": "training",
    "find_learning_rate": "training",
    "runs": "training",
    "tensorboard": "training",
    "AttentionMatrix": "widgets",
    "TokenHighlights": "widgets",
    "TrainingPanel": "widgets",
}

__all__ = [
    "AttentionMaps",
    "AttentionMatrix",
    "Attribution",
    "BertClassifier",
    "Corpus",
    "Dynamics",
    "Evaluation",
    "History",
    "Hyperparameters",
    "Prediction",
    "Run",
    "TextData",
    "TokenHighlights",
    "Trainer",
    "TrainingPanel",
    "attention_maps",
    "attribute",
    "demo",
    "evaluate_explanations",
    "find_learning_rate",
    "head_effects",
    "query_key",
    "runs",
    "tensorboard",
]


def __getattr__(name: str) -> object:
    if name == "demo":
        return importlib.import_module(".demo", __name__)
    if name in _HOMES:
        value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value
    from ._common.options import unknown

    raise AttributeError(unknown("name in bert_widgets", name, __all__))


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
