"""What all widgets share: bundle, errors, messages from the page, locking, export."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets as t

from ..._common.options import unknown
from .bundle import bundle_source
from .export import write_page
from .lock import widget_lock
from .trait_docs import document_traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_OF_THE_HOST = frozenset({*anywidget.AnyWidget.class_trait_names(), "_esm", "_anywidget_id"})
_LONGEST_SENTENCE = 300


class Widget(anywidget.AnyWidget):
    """A view whose state is its traits.

    The page may set only the traits tagged ``page=True``. A value that does not fit leaves the
    old one, which is sent back, and is named in `error`; nothing a page sends raises.
    """

    bundle: ClassVar[str]
    title: ClassVar[str]
    commands: ClassVar[tuple[str, ...]] = ()

    error = t.Unicode().tag(sync=True)
    """One sentence about what went wrong, shown in the widget; empty if nothing did."""

    _static = t.Bool(default_value=False).tag(sync=True)
    _esm = t.Unicode().tag(sync=True)

    _failure = ""  # what is wrong with the work itself; stays until the work succeeds
    _refusal = ""  # what was wrong with the page's last message

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**kwargs)
        document_traits(cls, anywidget.AnyWidget)

    @t.default("_esm")
    def _default_esm(self) -> str:
        return bundle_source(self.bundle)

    def open(self) -> None:
        """Open the connection to the page."""
        super().open()
        # ipykernel 7.4 sends what a page says to the subshell of whichever message the kernel last
        # dealt with, where it waits for the running cell, or is lost if the host has closed it.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = None  # noqa: SLF001 - it then goes where the page says

    def to_html(self, path: str | Path) -> None:
        """Write the widget as it stands to one interactive page that needs no network.

        Parameters
        ----------
        path
            The file; replaced if it is there.

        Examples
        --------
        >>> bw.TokenHighlights(clf, "not bad").to_html("not_bad.html")
        """
        write_page(path, [self], title=self.title)

    def saved_state(self) -> dict[str, Any]:
        """Return what a page without Python needs: this widget's own traits."""
        with widget_lock:
            return {**self.get_state(key=own_traits(type(self))), "_static": True}

    def fallback_html(self) -> str:
        """Return the state as plain HTML, for where no script runs."""
        raise NotImplementedError

    def fallback_text(self) -> str:
        """Return the state in a line or a few, for a terminal."""
        raise NotImplementedError

    def _obey(self, command: str) -> None:
        """Do what a button of the page asks; ``command`` is one of `commands`."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        static = {"text/html": self.fallback_html(), "text/plain": self.fallback_text()}
        return {**data, **static}, metadata

    # Every way to write a trait passes the lock: traitlets puts aside checks and notifications of
    # the whole object while it applies a page's update, so a thread that wrote meanwhile would
    # go unchecked and unheard.

    def __setattr__(self, name: str, value: object) -> None:
        with widget_lock:
            super().__setattr__(name, value)

    @contextlib.contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send the traits set inside in one message at the end."""
        with widget_lock, super().hold_sync():
            yield

    @contextlib.contextmanager
    def hold_trait_notifications(self) -> Iterator[None]:
        """Tell observers of the traits set inside at the end."""
        with widget_lock, super().hold_trait_notifications():
            yield

    def set_state(self, sync_data: object) -> None:
        """Take over what the page has set, as far as it may and fits."""
        with widget_lock.answering_page():
            if isinstance(sync_data, dict):
                refusals = [self._apply(name, value) for name, value in sync_data.items()]
            else:
                refusals = ["The page sent a state that is not a table of names and values."]
            self._refuse(next(filter(None, refusals), ""))

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Send traits, by default all, to the page."""
        with widget_lock:
            super().send_state(key)

    def _handle_custom_msg(self, content: object, buffers: Any) -> None:  # noqa: ANN401
        command = content.get("command") if isinstance(content, dict) else None
        with widget_lock:
            if not isinstance(command, str) or command not in self.commands:
                self._refuse(_not_a_command(command, self.commands))
                return
            self._refuse("")
            widget_lock.afterwards(partial(self._obey, command))
            super()._handle_custom_msg(content, buffers)

    def _apply(self, name: str, value: object) -> str:
        """Set one trait for the page; return what is wrong, if something is."""
        if name not in self.keys or not self.trait_metadata(name, "page"):
            problem = f"The page may not set {name!r}."
        else:
            try:
                super().set_state({name: value})
            except t.TraitError as error:
                problem = str(error)
            else:
                return ""
        if name in self.keys:
            self.send_state(name)
        return problem

    def _refuse(self, problem: str) -> None:
        self._refusal = problem
        self._tell()

    def _fail(self, problem: str) -> None:
        self._failure = problem
        self._tell()

    def _tell(self) -> None:
        self.error = shortened(self._refusal or self._failure)


def own_traits(widget: type[Widget]) -> list[str]:
    """Return the names of a widget's synced traits, without those that every widget has."""
    return sorted(name for name in widget.class_traits(sync=True) if name not in _OF_THE_HOST)


def sentence(error: BaseException) -> str:
    """Return the first line of what an exception says, or its name if it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def shortened(text: str, limit: int = _LONGEST_SENTENCE) -> str:
    """Cut a long text, with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _not_a_command(command: object, known: tuple[str, ...]) -> str:
    if known and isinstance(command, str):
        return unknown("command", shortened(command, 40), known)
    return "The page sent a message that is no command; reload it."
