"""What other libraries call options and methods of a classifier, and what there is here."""

from __future__ import annotations

from .._common.options import ALL_CORES

ATTRIBUTES = {
    "classes": "the label names are clf.labels.",
    "fit": "to train it call Trainer(clf, train, valid).start().",
    "predict_proba": "call clf.predict(texts).probabilities.",
    "save": "call clf.save_pretrained(folder).",
    "score": "call clf.evaluate(data), which measures accuracy, F1 and more.",
}
"""Attributes that other classifiers have, and what to do instead."""

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
