"""A widget that shows what a model makes of a text, and follows edits of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from ._base import Widget, sentence
from ._gate import gate

if TYPE_CHECKING:
    from ..explain import Reading

LONGEST_TEXT = 100_000


class TextWidget(Widget):
    """A text, its words, the selected one, and a result that is computed anew when they change.

    A subclass says what the result depends on (`_inputs`), computes it (`_compute`) and turns it
    into trait values (`_shown`). Computing happens outside the gate: it may wait for the model.
    """

    text = t.Unicode().tag(sync=True)
    pair = t.Unicode().tag(sync=True)
    words = t.List(t.Unicode()).tag(sync=True)
    selected = t.Int(None, allow_none=True).tag(sync=True, page=True)
    editable = t.Bool(default_value=True).tag(sync=True)
    busy = t.Bool(default_value=False).tag(sync=True)

    _asked: tuple[Any, ...] | None = None  # inputs of the last computing; None in the constructor

    def __init__(self, result: Reading, **values: object) -> None:
        super().__init__(**values, **self._shown(result))
        self._asked = self._inputs()
        self._fail(_unread(result))

    def _inputs(self) -> tuple[Any, ...]:
        """Return what the result depends on."""
        raise NotImplementedError

    def _compute(self, *inputs: Any) -> Reading:  # noqa: ANN401
        """Return the result, or raise what is wrong."""
        raise NotImplementedError

    def _shown(self, result: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the values of the traits that show a result."""
        raise NotImplementedError

    def _refresh(self) -> None:
        """Compute the result and show it; on failure say why and keep the one before."""
        with gate:
            inputs = self._asked = self._inputs()
            self.busy = True
        failure, result = "", None
        try:
            result = self._compute(*inputs)
        except Exception as error:  # noqa: BLE001 - it is shown to whoever edits the text
            failure = sentence(error)
        except BaseException:
            self.busy = False
            raise
        with self.hold_sync(), self.hold_trait_notifications():
            if inputs != self._inputs():
                return  # changed on another thread, which computes it
            if result is not None:
                values = self._shown(result)
                self._set(values)
                failure = _unread(result)
                self._states_to_send.update(values)  # even equal ones: the page awaits an answer
            if self.selected is not None and self.selected >= len(self.words):
                self.selected = None
            self._fail(failure)
            self.busy = False

    def _set(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    @t.observe("text", "pair")
    def _follow_text(self, _change: object) -> None:
        if self._asked is not None:
            self.selected = None
            self._ask()

    def _ask(self) -> None:
        """Have the result computed if that is for other inputs than the last time."""
        if self._asked not in (None, self._inputs()):
            gate.afterwards(self._refresh)

    @t.validate("text", "pair")
    def _check_text(self, proposal: dict[str, Any]) -> str:
        text: str = proposal["value"]
        if not self.editable and self._asked is not None:
            msg = "This is a finished result; to edit the text, give the widget a classifier."
            raise t.TraitError(msg)
        problem = _unfit(text)
        if problem:
            raise t.TraitError(problem)
        return text

    @t.validate("selected")
    def _check_selected(self, proposal: dict[str, Any]) -> int | None:
        value: int | None = proposal["value"]
        if value is None:
            return None
        if isinstance(value, bool) or not 0 <= value < len(self.words):
            msg = f"There is no word {value!r}; {_numbers(self.words)}."
            raise t.TraitError(msg)
        return value


def check_text(text: object, pair: object) -> None:
    """Raise if a text, or the second one of a pair, is nothing that can be read."""
    for name, value in (("text", text), ("second text", pair)):
        if not isinstance(value, str):
            msg = f"The {name} must be a string, not {value!r:.80}."
            raise TypeError(msg)
        if _unfit(value):
            raise ValueError(_unfit(value))
    if not str(text).strip():
        msg = "There is no text to read; write at least one word."
        raise ValueError(msg)


def _unread(result: Reading) -> str:
    """Return what the page must say of a text that is longer than the model reads."""
    if not result.unread:
        return ""
    return f"The text is longer than the model reads; nothing is shown for {result.unread!r:.60}…"


def _unfit(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"The text has {len(text):,} characters; use at most {LONGEST_TEXT:,}."
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return "The text holds half of a character (a lone surrogate); paste it anew."
    return ""


def _numbers(words: list[str]) -> str:
    return f"use 0 to {len(words) - 1} or None" if words else "there are no words, so use None"
