"""A widget that shows a result for a text and computes it again when the text changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets as t

from ..._common._compat import send_always
from ..._common.characters import has_lone_surrogate
from ...model.weights_version import weights_of
from .lock import widget_lock
from .task_queue import TaskQueue
from .trait_types import Index
from .widget import Widget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...explain import Reading
    from ...model.classifier import BertClassifier
    from ..saving.static import Static
    from .task_queue import Task

LONGEST_TEXT = 100_000
_PATIENCE = 1.0  # seconds that a cell's output may wait for results


class TextWidget(Widget):
    """A text, its words, the selected word, and results that follow when the text changes.

    Results for what Python sets are there before its next line runs; results for what the page
    sets are computed in the background.

    Parameters
    ----------
    clf
        The classifier; None for a stored result.
    result
        The result shown first: that of the first task that has ``at_once``.
    traits_of
        Returns the trait values that show such a result.
    tasks
        What is computed when the traits change.
    **values
        The other traits.
    """

    text = t.Unicode().tag(sync=True, settable=True)
    """The text. Set it to have another one read."""

    pair = t.Unicode().tag(sync=True, settable=True)
    """The second text of a pair; empty for a single text."""

    words = t.List(t.Unicode()).tag(sync=True)
    """The words of the text, or the other units that it is divided into."""

    selected = Index(None, allow_none=True).tag(sync=True, page=True)
    """The index of the selected word. Link it with other widgets that show the same text."""

    editable = t.Bool(default_value=True).tag(sync=True)
    """Whether there is a classifier that can read another text."""

    busy = t.Bool(default_value=False).tag(sync=True)
    """Whether the result for the current text and choices is still being computed."""

    _tasks: TaskQueue | None = None  # None in the constructor

    def __init__(
        self,
        clf: BertClassifier | None,
        result: Reading,
        traits_of: Callable[[Any], dict[str, Any]],
        tasks: Sequence[Task],
        **values: object,
    ) -> None:
        self._clf = clf
        self._result = result
        self._traits_of = traits_of
        super().__init__(**values, **traits_of(result))
        # All results depend on the weights of the model.
        basis = (lambda: None) if clf is None else partial(weights_of, clf)
        queue = TaskQueue(self, tasks, self._follow, basis)
        with widget_lock:
            self._tasks = queue
            queue.skip(queue.first)
            queue.ask()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until everything that was asked for is displayed.

        Parameters
        ----------
        timeout
            The most seconds to wait; None waits as long as it takes.

        Returns
        -------
        bool
            Whether everything is displayed.

        Raises
        ------
        RuntimeError
            If called by an observer: nothing is computed before it returns.

        Examples
        --------
        >>> highlights.wait(5)  # doctest: +SKIP
        True
        """
        return self._tasks is None or self._tasks.wait(timeout)

    def close(self) -> None:
        """Close the widget and stop what is computed for its page."""
        if self._tasks is not None:
            self._tasks.rest()
        super().close()

    def static(self) -> Static:
        """Return the widget without anything to click on, once everything asked for is displayed.

        Returns
        -------
        Static
            The rendering, as `html` and as `text`; a notebook displays it.
        """
        if not widget_lock.held:
            self.wait()
        return super().static()

    def saved_state(self) -> dict[str, Any]:
        """Return what a page without Python needs, once everything asked for is displayed."""
        if not widget_lock.held:
            self.wait()
        return super().saved_state()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
        if not widget_lock.held:
            self.wait(_PATIENCE)  # for the static rendering
        return super()._repr_mimebundle_(**kwargs)

    def _show(self, result: Any) -> None:  # noqa: ANN401
        self._result = result
        values = self._traits_of(result)
        self._set(values)
        send_always(self, values)  # the page is waiting for an answer
        if self.selected is not None and self.selected >= len(self.words):
            self.selected = None

    def _set(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def _follow(self) -> None:
        """Show what is being computed and what has failed."""
        if self._tasks is not None:
            self.busy = self._tasks.pending(self._tasks.first)
            self._fail(self._tasks.failure() or _unread(self._result))

    def _ask(self) -> None:
        """Compute whatever the traits ask for now."""
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
        self._check_editable("edit the text")
        problem = unfit(text)
        if problem:
            raise t.TraitError(problem)
        return text

    @t.validate("selected")
    def _check_selected(self, proposal: dict[str, Any]) -> int | None:
        value: int | None = proposal["value"]
        if value is None:
            return None
        if not 0 <= value < len(self.words):
            msg = f"There is no word {value!r}; {_valid_indices(self.words)}."
            raise t.TraitError(msg)
        return value

    def _check_editable(self, wish: str) -> None:
        """Raise if there is no classifier, which is needed to do ``wish``."""
        if not self.editable and self._tasks is not None:
            msg = f"This widget shows a stored result. Pass a classifier to {wish}."
            raise t.TraitError(msg)


def check_text(text: object, pair: object) -> None:
    """Raise if a text, or the second one of a pair, cannot be read."""
    for name, value in (("text", text), ("second text", pair)):
        if not isinstance(value, str):
            shown = " ".join(repr(value).split())
            hint = "; give the second text of a pair as pair=" if isinstance(value, tuple) else ""
            msg = f"The {name} must be a string, not {shown:.80}{hint}."
            raise TypeError(msg)
        if unfit(value):
            raise ValueError(unfit(value))
    if not str(text).strip():
        msg = "The text is empty; write at least one word."
        raise ValueError(msg)


def _unread(result: Reading) -> str:
    """Return a sentence about the part of a text that the model does not read; empty if none."""
    if not result.unread:
        return ""
    beginning = result.unread.strip()[:50]
    return (
        f"The text is longer than the model can read; the part from “{beginning}…” on is not used."
    )


def unfit(text: str) -> str:
    """Return why a text cannot be accepted; empty if it can."""
    if len(text) > LONGEST_TEXT:
        return f"The text has {len(text):,} characters; use at most {LONGEST_TEXT:,}."
    if has_lone_surrogate(text):
        return "The text contains half a character (a lone surrogate). Paste it again."
    return ""


def _valid_indices(words: list[str]) -> str:
    return f"use 0 to {len(words) - 1} or None" if words else "there are no words, so use None"
