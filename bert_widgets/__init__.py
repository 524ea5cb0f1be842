"""Fine-tune a BERT classifier in a notebook, watch it learn, and see why it predicts what it does.

``import bert_widgets`` imports neither torch nor transformers: the package that defines a name is
imported when the name is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ._common.version import __version__ as __version__

if TYPE_CHECKING:
    from . import demo
    from .data import TextData
    from .explain import (
        METHODS,
        AttentionMaps,
        Attribution,
        Attributions,
        Corpus,
        attention_maps,
        attribute,
        evaluate_explanations,
        head_effects,
        query_key,
    )
    from .model import BertClassifier, Evaluation, Prediction
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

__all__ = [
    "METHODS",
    "AttentionMaps",
    "AttentionMatrix",
    "Attribution",
    "Attributions",
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

# In the order in which they import one another: looking for a name imports no more than what its
# own package needs.
_PACKAGES = ("data", "model", "explain", "training", "widgets")

_LOADS = "BertClassifier.from_pretrained(name_or_folder) loads a model with its tokenizer."
_READS = "TextData.from_(source) reads labelled texts."
_TRAINS = "Trainer(clf, train, valid) trains a classifier; TrainingPanel(trainer) shows it."
_EXPLAINS = "attribute(clf, texts) explains predictions; TokenHighlights(clf, text) shows one."
_INSTEAD = {
    **dict.fromkeys(("load", "load_model", "from_pretrained", "pipeline"), _LOADS),
    **dict.fromkeys(("Dataset", "load_dataset", "read", "read_csv"), _READS),
    **dict.fromkeys(("fine_tune", "finetune", "fit", "train"), _TRAINS),
    **dict.fromkeys(("Explainer", "explain", "plot", "show", "visualize"), _EXPLAINS),
    "evaluate": "clf.evaluate(data) measures accuracy, F1 and more.",
    "predict": "clf.predict(texts) returns labels and probabilities.",
}


if not TYPE_CHECKING:  # a type checker would take every name for defined

    def __getattr__(name: str) -> object:
        if name == "demo":
            return importlib.import_module(".demo", __name__)
        if name in __all__:
            for package in _PACKAGES:
                home = importlib.import_module(f".{package}", __name__)
                if name in home.__all__:
                    globals()[name] = getattr(home, name)
                    return globals()[name]
        from ._common.options import unknown

        raise AttributeError(unknown("name in bert_widgets", name, __all__, instead=_INSTEAD))


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
