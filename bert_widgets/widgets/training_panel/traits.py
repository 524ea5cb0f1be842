"""The traits of `TrainingPanel`."""

from __future__ import annotations

import traitlets as t

from ..shared.array_trait import Array
from ..shared.trait_types import Index, Number
from ..shared.widget import Widget
from .form import FIELDS
from .views.overlay import TRAIN, VALID

STATES = ("ready", "running", "paused", "stopping", "stopped", "finished", "failed")
VIEWS = ("curves", "probes", "data", "classes", "notes")


class TrainingTraits(Widget):
    """The traits of `TrainingPanel`, each with its documentation."""

    runs = t.List(t.Unicode()).tag(sync=True)
    """Names of all runs; unnamed ones with the settings in which the runs differ."""
    shown = Index(0).tag(sync=True, page=True)
    """Index of the run shown."""
    view = t.Enum(VIEWS, default_value="curves").tag(sync=True, page=True)
    """The open view."""

    state = t.Enum(STATES, default_value="ready").tag(sync=True)
    """State of the run shown."""
    step = t.Int().tag(sync=True)
    """Number of optimiser steps done."""
    total_steps = t.Int().tag(sync=True)
    """Number of optimiser steps in all."""
    epoch = t.Float().tag(sync=True)
    """Number of epochs done, with a fraction."""
    epochs = t.Int().tag(sync=True)
    """Number of epochs in all."""
    elapsed = t.Float().tag(sync=True)
    """Seconds of training and evaluation so far."""
    examples_per_second = t.Float(None, allow_none=True).tag(sync=True)
    """Texts trained on per second; None before the first step."""
    seconds_left = t.Float(None, allow_none=True).tag(sync=True)
    """Estimate of the seconds left; None before the first step."""
    memory = t.Float(None, allow_none=True).tag(sync=True)
    """Memory in use, in MB; None unless the run is going on or paused."""
    settings = t.List(t.List(t.Unicode())).tag(sync=True)
    """Names and values of the set-up, such as device and precision."""
    problem = t.Unicode().tag(sync=True)
    """Why the run paused by itself, for example because the disk is full; empty if it did not."""
    stops_after_epoch = t.Bool(default_value=False).tag(sync=True)
    """Whether the run will stop at the end of the current epoch."""
    can_save = t.Bool(default_value=False).tag(sync=True)
    """Whether a checkpoint can be written now."""
    best_step = t.Int(None, allow_none=True).tag(sync=True)
    """Step of the best evaluation so far."""
    notes = t.List(t.List()).tag(sync=True)
    """Step and sentence of each note, such as a checkpoint written; the latest is last."""
    learning_rate = Number(0.0).tag(sync=True, page=True)
    """Highest learning rate, above 0 and at most 1; settable until the run has ended."""

    _train = Array("float32", len(TRAIN))
    _train_columns = t.List(t.Unicode(), TRAIN).tag(sync=True)
    _valid = Array("float32", len(VALID))
    _valid_columns = t.List(t.Unicode(), VALID).tag(sync=True)

    values = t.Dict().tag(sync=True, page=True)
    """Hyper-parameters by name; settable, in whole or in part, until the run is started."""
    finding = t.Bool(default_value=False).tag(sync=True)
    """Whether the search for a learning rate is running."""
    suggested_rate = t.Float(None, allow_none=True).tag(sync=True)
    """Learning rate that the search suggests."""
    _fields = t.List(t.Dict(), FIELDS).tag(sync=True)
    _finder = Array("float32", 2)

    labels = t.List(t.Unicode()).tag(sync=True)
    """Names of the classes."""
    _confusion = Array("int32")
    _confused = Array("int32", 3)
    _one_label = t.Bool(default_value=True).tag(sync=True)
    _per_class = Array("float32", 4)

    probes = t.List(t.Unicode()).tag(sync=True, page=True)
    """Sentences that are predicted and explained as the model learns: at most 20, of at most 2,000
    characters each."""
    snapshot = Index(None, allow_none=True).tag(sync=True, page=True)
    """Index of the snapshot of the probes shown; None for the latest."""
    _probe_history_probes = t.List(t.Unicode()).tag(sync=True)
    _probe_history_counts = t.List(t.Int()).tag(sync=True)
    _probe_history_offsets = Array("int32", 2)
    _probe_history_steps = Array("int32")
    _probe_history_scores = Array("float32")
    _probe_history_probabilities = Array("float32")
    _probe_history_targets = Array("int32")

    brush = t.List(Number()).tag(sync=True, page=True)
    """Box drawn on the data map: variability from, to, confidence from, to; empty for no box."""
    selected_count = t.Int().tag(sync=True)
    """Number of training examples in the box; `selection` has them."""
    map_size = t.Int().tag(sync=True)
    """Number of training examples in all."""
    map_epochs = t.Float().tag(sync=True)
    """How many times each training example was seen, on average."""
    _map = Array("float32", 4)
    _selected = t.List(t.List()).tag(sync=True)
    _suspects = t.List(t.List()).tag(sync=True)
