"""A widget that shows what a model makes of a text, and follows edits of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from ...model.weights_version import weights_of
from .lock import widget_lock
from .task_queue import Task, TaskQueue
from .widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...explain import Reading
    from ...model.classifier import BertClassifier

LONGEST_TEXT = 100_000
_PATIENCE = 1.0  # seconds that a cell's output may wait for answers


class TextWidget(Widget):
    """A text, its words, the selected one, and answers that follow when they change.

    A subclass says in `_parts` what is computed, and in `_shown` how a result is put in traits.
    What Python sets is answered before its next line runs, what a page sets in the background.
    """

    text = t.Unicode().tag(sync=True)
    """The text. Set it to have another one read."""

    pair = t.Unicode().tag(sync=True)
    """The second text of a pair; empty for a single text."""

    words = t.List(t.Unicode()).tag(sync=True)
    """The words of the text, or the other units that it is divided into."""

    selected = t.Int(None, allow_none=True).tag(sync=True, page=True)
    """The index of the selected word. Link it with other widgets that show the same text."""

    editable = t.Bool(default_value=True).tag(sync=True)
    """Whether there is a classifier that can read another text."""

    busy = t.Bool(default_value=False).tag(sync=True)
    """Whether the result for the current text and choices is still being computed."""

    _clf: BertClassifier | None  # None where a finished result is shown
    _result: Reading  # what is on show
    _tasks: TaskQueue | None = None  # None in the constructor

    def __init__(self, result: Reading, **values: object) -> None:
        self._result = result
        super().__init__(**values, **self._shown(result))
        answers = TaskQueue(self, self._parts(), self._follow, self._basis)
        with widget_lock:
            self._tasks = answers
            answers.skip(answers.first)
            answers.ask()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all that was asked is on show.

        Parameters
        ----------
        timeout
            The most seconds to wait; None waits as long as it takes.

        Returns
        -------
        bool
            Whether all is on show.

        Raises
        ------
        RuntimeError
            In an observer, before which nothing can come.

        Examples
        --------
        >>> highlights.wait(5)  # doctest: +SKIP
        True
        """
        return self._tasks is None or self._tasks.wait(timeout)

    def close(self) -> None:
        """Take the widget away, and stop what it computes."""
        if self._tasks is not None:
            self._tasks.close()
        super().close()

    def saved_state(self) -> dict[str, Any]:
        """Return what a page without Python needs, once all that was asked is on show."""
        if not widget_lock.held:
            self.wait()
        return super().saved_state()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
        if not widget_lock.held:
            self.wait(_PATIENCE)  # for the static rendering
        return super()._repr_mimebundle_(**kwargs)

    def _parts(self) -> Sequence[Task]:
        """Return what is computed; the first part is the one that puts a result on show."""
        raise NotImplementedError

    def _basis(self) -> object:
        """Return what all answers rest on besides what is asked: the weights of the model."""
        return None if self._clf is None else weights_of(self._clf)

    def _shown(self, result: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the values of the traits that show a result."""
        raise NotImplementedError

    def _show(self, result: Reading) -> None:
        self._result = result
        values = self._shown(result)
        self._set(values)
        self._states_to_send.update(values)  # even equal ones: the page awaits an answer
        if self.selected is not None and self.selected >= len(self.words):
            self.selected = None

    def _set(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def _follow(self) -> None:
        """Say what is being computed and what has failed."""
        if self._tasks is not None:
            self.busy = self._tasks.pending(self._tasks.first)
            self._fail(self._tasks.failure() or _unread(self._result))

    def _ask(self) -> None:
        """Have answered what the traits ask now."""
        if self._tasks is not None:
            self._tasks.ask()

    @t.observe("text", "pair")
    def _follow_text(self, _change: object) -> None:
        if self._tasks is not None:
            self.selected = None
            self._ask()

    @t.validate("text", "pair")
    def _check_text(self, proposal: dict[str, Any]) -> str:
        text: str = proposal["value"]
        self._check_editable("to edit the text")
        problem = unfit(text)
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

    def _check_editable(self, wish: str) -> None:
        """Refuse what takes a classifier, if there is none."""
        if not self.editable and self._tasks is not None:
            msg = f"This is a finished result; {wish}, give the widget a classifier."
            raise t.TraitError(msg)


def check_text(text: object, pair: object) -> None:
    """Raise if a text, or the second one of a pair, is nothing that can be read."""
    for name, value in (("text", text), ("second text", pair)):
        if not isinstance(value, str):
            given = " ".join(repr(value).split())
            hint = "; give the second text of a pair as pair=" if isinstance(value, tuple) else ""
            msg = f"The {name} must be a string, not {given:.80}{hint}."
            raise TypeError(msg)
        if unfit(value):
            raise ValueError(unfit(value))
    if not str(text).strip():
        msg = "There is no text to read; write at least one word."
        raise ValueError(msg)


def _unread(result: Reading) -> str:
    """Return what the page must say of a text that is longer than the model reads."""
    if not result.unread:
        return ""
    return f"The text is longer than the model reads; nothing is shown for {result.unread!r:.60}…"


def unfit(text: str) -> str:
    """Return why a text cannot be taken from a page; empty if it can."""
    if len(text) > LONGEST_TEXT:
        return f"The text has {len(text):,} characters; use at most {LONGEST_TEXT:,}."
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return "The text holds half of a character (a lone surrogate); paste it anew."
    return ""


def _numbers(words: list[str]) -> str:
    return f"use 0 to {len(words) - 1} or None" if words else "there are no words, so use None"
