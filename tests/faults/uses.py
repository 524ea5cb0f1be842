"""Everything public that computes with a classifier, found by itself."""

from __future__ import annotations

import functools
import inspect

import pandas as pd

import bert_widgets as bw
from bert_widgets import explain, training
from bert_widgets.explain import METHODS
from tests.faults.everything import TEXT

TEXTS = [TEXT, "The soup was bad", "The acting was never so good"]
LABELS = ["positive", "negative", "negative"]
LABELLED = list(zip(TEXTS, LABELS, strict=True))


def attributions(clf):
    return bw.attribute(clf, TEXTS[:2], method="input_x_gradient")


ARGUMENTS = {
    "texts": lambda _: TEXTS,
    "text": lambda _: TEXT,
    "data": lambda _: LABELLED,
    "frame": lambda _: pd.DataFrame({"text": TEXTS[:2]}),
    "layer": lambda _: 0,
    "head": lambda _: 1,
    "token": lambda _: 1,
    "attribution": lambda clf: attributions(clf)[0],
    "attributions": attributions,
    "trainer": lambda clf: bw.Trainer(clf, LABELLED * 4, batch_tokens=16),
}
"""An argument for each parameter that has no default; a new one needs an example here."""

OPTIONS = {
    "find_learning_rate": {"steps": 21},
    "evaluate_explanations": {"methods": ["saliency", "occlusion"], "samples": 10},
    "infidelity": {"samples": 3},
    "sensitivity": {"samples": 2},
}
"""What makes some of them quick."""

OTHER = {"save_pretrained", "merged"}
"""Methods of a classifier that compute nothing with the model: they have tests of their own."""


def use_of(function, name, clf, *before):
    """Call a function with examples of all that it cannot do without."""
    parameters = list(inspect.signature(function).parameters.values())[len(before) :]
    examples = {"clf": lambda clf: clf} | ARGUMENTS
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    options = {parameter: examples[parameter](clf) for parameter in needed}
    return function(*before, **options | OPTIONS.get(name, {}))


def functions():
    """Yield the public functions that take a classifier or a trainer."""
    for package in (bw, explain, training):
        for name in package.__all__:
            function = getattr(package, name)
            if inspect.isfunction(function):
                taken = inspect.signature(function).parameters
                if "clf" in taken or "trainer" in taken:
                    yield name, lambda clf, f=function, n=name: use_of(f, n, clf)


def methods():
    """Yield the public methods of a classifier."""
    for name, method in vars(bw.BertClassifier).items():
        if inspect.isfunction(method) and not name.startswith("_") and name not in OTHER:
            yield name, lambda clf, m=method, n=name: use_of(m, n, clf, clf)


def attributing(clf, method):
    return bw.attribute(clf, TEXTS[1], method=method)


def similar(clf, **options):
    return bw.Corpus(clf, TEXTS).similar(TEXT, 1, layer=0, **options)


USES = {
    **dict(functions()),
    **dict(methods()),
    "similar": similar,
    "similar by heads": functools.partial(similar, by="heads", heads=[0]),
    **{
        f"attribute by {method}": functools.partial(attributing, method=method)
        for method in METHODS
    },
}
