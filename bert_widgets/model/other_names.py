"""What other libraries call options and methods of a classifier, and what there is here."""

from __future__ import annotations

from .._common.options import ALL_CORES

ATTRIBUTES = {
    "attribute": "call bert_widgets.attribute(clf, texts).",
    "classes": "the label names are clf.labels.",
    "explain": "call bert_widgets.attribute(clf, texts), or show TokenHighlights(clf, text).",
    "fine_tune": "call Trainer(clf, train, valid).start().",
    "fit": "to train it call Trainer(clf, train, valid).start().",
    "predict_proba": "call clf.predict(texts).probabilities.",
    "save": "call clf.save_pretrained(folder).",
    "score": "call clf.evaluate(data), which measures accuracy, F1 and more.",
}
"""Attributes that other classifiers have, and what to do instead."""

_LOADS = "BertClassifier.from_pretrained(name_or_folder) loads a model with its tokenizer."
CONSTRUCTION = _LOADS
"""How to make a classifier."""

CLASS_ATTRIBUTES = dict.fromkeys(
    ("from_checkpoint", "from_folder", "from_hub", "from_path", "load", "load_model"), _LOADS
)
"""Attributes of other classes of models, and what to do instead."""

LOADING = {
    "id2label": "give the names in their order, labels=[...].",
    "num_labels": "give the names of the labels, labels=[...], or labels=data, a TextData.",
}
"""Options of other functions that load a checkpoint, and what to do instead."""

PREDICTING = ALL_CORES | {
    "batch_size": "texts run in batches of as many tokens as suit the device; leave it out.",
    "device": "the classifier predicts where it is; move it with clf.to(device).",
    "max_length": "texts of any length are read, in windows of window= tokens; nothing is cut.",
    "threshold": "compare the probabilities, clf.predict(texts).probabilities, with it.",
    "top_k": "see clf.predict(texts).probabilities, or to_frame() for all of them by name.",
    "truncation": "texts of any length are read, in windows of window= tokens; nothing is cut.",
}
"""Options of other functions that predict, and what to do instead."""
