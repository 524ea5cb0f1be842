"""Short trainings for the tests of widgets, and the state that a page has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bert_widgets import Trainer
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE

DATA = pd.DataFrame(
    {
        "text": ["The film was good", "bad soup", "a boring story", "gorgeous"] * 8,
        "label": ["positive", "negative", "negative", "positive"] * 8,
    }
)
PROBES = ["not a good film", "The café was bad, wasn't it?"]


def trainer(**options):
    options = {"epochs": 2, "batch_tokens": 32, "precision": "fp32", **options}
    return Trainer(options.pop("clf", None) or tiny_classifier("bert"), DATA, DATA, **options)


def trained(**options):
    """Train to the end; return the run."""
    return trainer(**options).start().wait(PATIENCE)


def table(page, name, columns=0):
    """Return the rows of an array trait, or, without columns, a dict of named columns."""
    kind = "<i4" if name in INTEGERS else "<f4"
    if columns:
        return np.frombuffer(page.state[name], kind).reshape(-1, columns)
    names = page.state[f"{name}_columns"]
    rows = np.frombuffer(page.state[name], kind).reshape(-1, len(names))
    return dict(zip(names, rows.T, strict=True))


INTEGERS = (
    "_confusion",
    "_probe_history_offsets",
    "_probe_history_steps",
    "_probe_history_targets",
)


def ended(panel):
    """Wait until the panel has shown the last of its runs."""
    return panel._publisher.wait(PATIENCE)
