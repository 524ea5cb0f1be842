"""The state of a training panel: its traits, and what a page may make of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets as t

from ..shared.array_trait import Array
from ..shared.widget import Widget
from .overlay import TRAIN, VALID

STATES = ("ready", "running", "paused", "stopping", "stopped", "finished", "failed")
VIEWS = ("curves", "probes", "data", "classes", "notes")
_SIDES = 4  # of a box


class Number(t.TraitType[float, Any]):
    """A finite number; True and False are none."""

    info_text = "a finite number"

    def validate(self, obj: t.HasTraits | None, value: object) -> float:
        """Return ``value`` as a float, or raise ``TraitError``."""
        fits = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        # Whole numbers may be too large for a float.
        if not fits or not abs(value) < 1e300 or not math.isfinite(value):  # type: ignore[arg-type] # noqa: PLR2004
            self.error(obj, value)
        return float(value)  # type: ignore[arg-type]


class Place(t.TraitType[int, Any]):
    """A whole number that counts places; True and False are none."""

    info_text = "a whole number"

    def validate(self, obj: t.HasTraits | None, value: object) -> int:
        """Return ``value``, or raise ``TraitError``."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.error(obj, value)
        return value


class TrainingState(Widget):
    """The traits of `TrainingPanel`, which describes the public ones."""

    runs = t.List(t.Unicode()).tag(sync=True)
    shown = Place(0).tag(sync=True, page=True)
    view = t.Enum(VIEWS, default_value="curves").tag(sync=True, page=True)

    state = t.Enum(STATES, default_value="ready").tag(sync=True)
    step = t.Int().tag(sync=True)
    total_steps = t.Int().tag(sync=True)
    epoch = t.Float().tag(sync=True)
    epochs = t.Int().tag(sync=True)
    elapsed = t.Float().tag(sync=True)
    examples_per_second = t.Float(None, allow_none=True).tag(sync=True)
    seconds_left = t.Float(None, allow_none=True).tag(sync=True)
    memory = t.Float(None, allow_none=True).tag(sync=True)
    settings = t.List(t.List(t.Unicode())).tag(sync=True)
    problem = t.Unicode().tag(sync=True)
    stops_after_epoch = t.Bool(default_value=False).tag(sync=True)
    can_save = t.Bool(default_value=False).tag(sync=True)
    best_step = t.Int(None, allow_none=True).tag(sync=True)
    notes = t.List(t.List()).tag(sync=True)
    learning_rate = Number(0.0).tag(sync=True, page=True)

    _train = Array("float32", len(TRAIN))
    _train_columns = t.List(t.Unicode(), TRAIN).tag(sync=True)
    _valid = Array("float32", len(VALID))
    _valid_columns = t.List(t.Unicode(), VALID).tag(sync=True)

    fields = t.List(t.Dict()).tag(sync=True)
    values = t.Dict().tag(sync=True, page=True)
    finding = t.Bool(default_value=False).tag(sync=True)
    suggested_rate = t.Float(None, allow_none=True).tag(sync=True)
    _finder = Array("float32", 2)

    labels = t.List(t.Unicode()).tag(sync=True)
    _confusion = Array("int32")
    _per_class = Array("float32", 4)

    probes = t.List(t.Unicode()).tag(sync=True, page=True)
    frame = Place(None, allow_none=True).tag(sync=True, page=True)
    _film_probes = t.List(t.Unicode()).tag(sync=True)
    _film_counts = t.List(t.Int()).tag(sync=True)
    _film_offsets = Array("int32", 2)
    _film_steps = Array("int32")
    _film_scores = Array("float32")
    _film_probabilities = Array("float32")
    _film_targets = Array("int32")

    selected_count = t.Int().tag(sync=True)
    map_epochs = t.Float().tag(sync=True)
    map_size = t.Int().tag(sync=True)
    _map = Array("float32", 4)
    brush = t.List(Number()).tag(sync=True, page=True)
    _selected = t.List(t.List()).tag(sync=True)
    _suspects = t.List(t.List()).tag(sync=True)

    # While the panel itself shows how things stand, nothing is to be checked or done about it.
    _showing = True

    @t.validate("shown")
    def _check_shown(self, proposal: dict[str, Any]) -> int:
        return self._place("run", proposal["value"], len(self.runs))

    @t.validate("frame")
    def _check_frame(self, proposal: dict[str, Any]) -> int | None:
        value: int | None = proposal["value"]
        return None if value is None else self._place("frame", value, len(self._film_steps))

    @t.validate("brush")
    def _check_brush(self, proposal: dict[str, Any]) -> list[float]:
        box: list[float] = proposal["value"]
        if box and (len(box) != _SIDES or box[0] > box[1] or box[2] > box[3]):
            msg = (
                f"{box!r:.80} is no box of the data map; give variability from, to, confidence "
                "from, to, or nothing."
            )
            raise t.TraitError(msg)
        return box

    def _place(self, what: str, value: int, count: int) -> int:
        if not self._showing and not 0 <= value < count:
            places = f"use 0 to {count - 1}" if count else "there are none yet"
            msg = f"There is no {what} {value!r:.40}; {places}."
            raise t.TraitError(msg)
        return value
