"""What a user chooses of a text's highlights: what is explained, how, and what is shown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from ..._common.options import unknown
from ...explain.attribution.baselines import BASELINES
from ...explain.attribution.method_table import METHODS
from ...explain.attribution.targets import OUTPUTS
from ...explain.attribution.units import UNITS
from ..shared.text_widget import TextWidget
from .questions import Question
from .what_if import check_edit

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_SPANS = 100
_KNOWN: dict[str, Iterable[str]] = {
    "output": OUTPUTS,
    "baseline": BASELINES,
    "unit": (*UNITS, "spans"),
    "method": METHODS,
}
_CHOICES = ("target", "chosen_target", "against", *_KNOWN, "spans", "compare", "by_layer", "edit")


class HighlightChoices(TextWidget):
    """The traits that a page may set, each checked as it comes; see `TokenHighlights`."""

    text = t.Unicode().tag(sync=True, page=True)
    pair = t.Unicode().tag(sync=True, page=True)
    editing = t.Bool(default_value=False).tag(sync=True, page=True)
    labels = t.List(t.Unicode()).tag(sync=True)
    target = t.Unicode().tag(sync=True, page=True)
    chosen_target = t.Unicode().tag(sync=True, page=True)
    against = t.Unicode().tag(sync=True, page=True)
    output = t.Unicode("logit").tag(sync=True, page=True)
    method = t.Unicode().tag(sync=True, page=True)
    _methods = t.List(t.List()).tag(sync=True)
    baseline = t.Unicode("pad").tag(sync=True, page=True)
    _baselines = t.List(t.List(t.Unicode())).tag(sync=True)
    unit = t.Unicode("words").tag(sync=True, page=True)
    spans: t.List[list[int]] = t.List().tag(sync=True, page=True)
    compare = t.Bool(default_value=False).tag(sync=True, page=True)
    by_layer = t.Bool(default_value=False).tag(sync=True, page=True)
    edit = t.Dict().tag(sync=True, page=True)

    def _question(self) -> Question:
        """Return what the choices ask."""
        return Question(
            text=self.text,
            pair=self.pair,
            target=self.chosen_target or None,
            against=self.against if self.chosen_target else "",
            output=self.output,
            baseline=self.baseline,
            unit=self.unit,
            spans=tuple((start, end, segment) for start, end, segment in self.spans),
            method=self.method,
        )

    @t.observe("text", "pair")
    def _drop_spans(self, _change: object) -> None:
        if self._tasks is not None and self.unit == "spans":
            self.unit = "words"
        if self._tasks is not None:
            self.spans = []

    @t.observe(*_CHOICES)
    def _follow_choice(self, change: dict[str, Any]) -> None:
        if self._tasks is None:
            return
        name, value = change["name"], change["new"]
        if name == "target" and (self.chosen_target or value != self._shown_target()):
            self.chosen_target = value
        elif name == "chosen_target":
            # A label may be let go again before its scores have come.
            self.target = value or self._shown_target()
        elif name == "against" and value:
            self.chosen_target = self.target
            self.output = "logit"
        elif name == "output" and value == "probability":
            self.against = ""
        elif name in ("unit", "spans"):
            self.selected = None
        if name in ("target", "chosen_target") and (
            not self.chosen_target or self.against == self.target
        ):
            self.against = ""
        self._ask()

    def _shown_target(self) -> str:
        """Return the label that the scores on show explain."""
        raise NotImplementedError

    @t.validate("target", "chosen_target", "against", *_KNOWN)
    def _check_choice(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, str(proposal["value"])
        if self._tasks is None or (name in ("against", "chosen_target") and not value):
            return value
        known = _KNOWN.get(name, self.labels)
        if value not in known:
            raise t.TraitError(unknown(name, value, known))
        self._check_editable(f"to choose a {name}")
        return value

    @t.validate("compare", "by_layer")
    def _check_wish(self, proposal: dict[str, Any]) -> bool:
        if proposal["value"]:
            self._check_editable("to see more of it")
        return bool(proposal["value"])

    @t.validate("spans")
    def _check_spans(self, proposal: dict[str, Any]) -> list[list[int]]:
        spans = proposal["value"]
        if spans:
            self._check_editable("to choose spans")
        if len(spans) > _MOST_SPANS:
            msg = f"There are {len(spans)} spans; draw at most {_MOST_SPANS}."
            raise t.TraitError(msg)
        return [_span(span, (self.text, self.pair)) for span in spans]

    @t.validate("edit")
    def _check_edit(self, proposal: dict[str, Any]) -> dict[str, Any]:
        edit = check_edit(proposal["value"], len(self.words))
        if edit:
            self._check_editable("to ask what would be if")
        return edit


def _span(span: object, texts: tuple[str, str]) -> list[int]:
    """Return start, end and segment of a span, or raise what is wrong with it."""
    numbers = [*span] if isinstance(span, list | tuple) else []
    numbers += [0] * (len(numbers) == 2)  # noqa: PLR2004 - of the first text
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in numbers)
    if len(numbers) == 3 and whole and numbers[2] in (0, 1):  # noqa: PLR2004
        start, end, segment = numbers
        if 0 <= start < end <= len(texts[segment]):
            return numbers
    msg = (
        f"{span!r:.60} is no span of the text; give [start, end] in characters, "
        "or [start, end, 1] for one of the second text."
    )
    raise t.TraitError(msg)
