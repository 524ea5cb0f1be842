"""Everything that a page can reach, found by itself: widgets, their traits and their commands."""

from __future__ import annotations

import inspect

import pandas as pd

import bert_widgets as bw
from bert_widgets.widgets.shared.widget import Widget
from tests.models import tiny_classifier

TEXT = "The film was not good"
DATA = pd.DataFrame({"text": [TEXT, "bad soup"] * 8, "label": ["positive", "negative"] * 8})

WIDGETS = [
    public
    for public in (getattr(bw, name) for name in bw.__all__)
    if isinstance(public, type) and issubclass(public, Widget)
]


class Examples:
    """A model that a run trains, and an argument for each parameter of a public class.

    A widget with a parameter of another name needs an example here.
    """

    def __init__(self):
        self.clf = self.clf_or_attribution = tiny_classifier("bert")
        self.text = TEXT
        self.trainer = bw.Trainer(self.clf, DATA, DATA, epochs=10_000, probes=[TEXT])
        self.run = self.runs = self.trainer.start()

    def make(self, widget):
        """Make a widget from examples of what it cannot do without."""
        parameters = inspect.signature(widget).parameters.values()
        needed = [p.name for p in parameters if p.default is p.empty or p.name == "text"]
        return widget(**{name: getattr(self, name) for name in needed})

    def close(self):
        self.run.stop()
        self.run.wait(60)


def page_traits(widget):
    """The traits that the page of a widget may set, with values of their kind."""
    return {
        name: values_like(getattr(widget, name), widget)
        for name in widget.trait_names(sync=True, page=True)
    }


def values_like(current, widget):
    """Values of the type of a trait's value, of which some are valid."""
    if isinstance(current, bool):
        return [True, False]
    if isinstance(current, str):
        return [current, "", *getattr(widget, "labels", []), "A better film", "The soup"]
    if isinstance(current, int | float):
        return [current, 0, 1, 2, -1, 0.5, 1e-4]
    if isinstance(current, list):
        return [current, [], [0], [1, 2], [[0, 1]], [[0, 4]], ["The soup"], [0.0, 0.5, 0.0, 0.5]]
    if isinstance(current, dict):
        return [current, {}, {"word": 1, "action": "mask"}, {"epochs": 2}, {"seed": 3}]
    return [None, 0, 1, 2]
