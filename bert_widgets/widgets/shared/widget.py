"""The base of all widgets: bundle, errors, messages from the page, locking, export."""

from __future__ import annotations

import contextlib
import gzip
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets as t

from ..._common._compat import answer_in_sender_subshell, open_widgets
from ..._common.options import unknown
from ..saving.bundle import bundle_source, bundle_version
from ..saving.export import write_page
from ..saving.static import Static
from .lock import widget_lock
from .page_values import is_message, same_types, value_problem
from .refused import PLACE, STYLE
from .replaced import note_display
from .trait_docs import document_traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_OF_THE_HOST = frozenset(
    {
        *anywidget.AnyWidget.class_trait_names(),
        *("_anywidget_id", "_esm", "_css", "_bundle_name", "_bundle_source"),
    }
)
_LONGEST_SENTENCE = 300
_NOT_A_MESSAGE = "Unrecognised message from the notebook page. Reload the page."


class Widget(anywidget.AnyWidget):
    """A view whose state is its traits.

    The page can set only the traits tagged ``page=True``. If it sets an invalid value, the old one
    is kept and sent back, and `error` says why. Nothing that a page sends raises an exception.
    """

    bundle: ClassVar[str]
    title: ClassVar[str]
    commands: ClassVar[tuple[str, ...]] = ()

    error = t.Unicode().tag(sync=True)
    """One sentence about what went wrong, shown in the widget; empty if nothing did."""

    _static = t.Bool(default_value=False).tag(sync=True)
    # The module that anywidget loads for each widget; it loads the bundle once in a page.
    _esm = t.Unicode().tag(sync=True)
    _css = t.Unicode(STYLE).tag(sync=True)
    _bundle_source = t.Bytes().tag(sync=True)  # gzipped: a notebook saves one for each widget
    _bundle_name = t.Unicode().tag(sync=True)

    _failure = ""  # why a computation failed; kept until one succeeds
    _refusal = ""  # why the page's last message was refused

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**kwargs)
        document_traits(cls, anywidget.AnyWidget)

    @t.default("_dom_classes")
    def _default_dom_classes(self) -> tuple[str, ...]:
        return (PLACE,)

    @t.default("_esm")
    def _default_esm(self) -> str:
        return bundle_source("bootstrap")

    @t.default("_bundle_source")
    def _default_bundle_source(self) -> bytes:
        return gzip.compress(bundle_source(self.bundle).encode(), mtime=0)

    @t.default("_bundle_name")
    def _default_bundle_name(self) -> str:
        # Pages may show widgets of several versions.
        return bundle_version(self.bundle)

    def open(self) -> None:
        """Open the connection to the page."""
        super().open()
        answer_in_sender_subshell(self.comm)

    def close(self) -> None:
        """Remove the widget from all pages for good."""
        if self.comm is None:
            return
        layout = self.layout
        super().close()
        if not any(getattr(other, "layout", None) is layout for other in open_widgets()):
            layout.close()

    def __del__(self) -> None:
        # An open widget is never collected, and closing it again would wait for the widget_lock: in
        # whichever thread collects garbage, in the middle of anything, even while it starts.
        pass

    def disconnect(self) -> None:
        """Remove the widget from all pages; displaying it again connects it again."""
        # JupyterLab keeps the models of closed widgets, with their present values and those before
        # the last update, so what is large is removed from both.
        large = [name for name, value in self.get_state().items() if isinstance(value, bytes)]
        without = dict.fromkeys(large)
        for _ in range(2):
            self._send({"method": "update", "state": without, "buffer_paths": []})
        self.close()
        del self._repr_mimebundle_  # `close` hides it with an attribute of that name

    def _connect(self) -> None:
        """Connect a widget that was disconnected."""
        self.layout.open()
        self.open()

    def to_html(self, path: str | Path) -> None:
        """Save the widget as it is now to one interactive page that needs no network.

        Parameters
        ----------
        path
            The file; an existing one is replaced.

        Examples
        --------
        >>> bw.TokenHighlights(clf, "not bad").to_html("not_bad.html")
        """
        write_page(path, [self], title=self.title)

    def static(self) -> Static:
        """Return the widget as it is now, without anything to click on, for a notebook to display.

        A documentation tool or a viewer that would show nothing in the place of a widget shows it.

        Returns
        -------
        Static
            The rendering, as `html` and as `text`.

        Examples
        --------
        >>> bw.TokenHighlights(clf, "not bad", method="attnlrp").static().text.splitlines()[0]
        'positive 99.5%: not +0.58  bad +0.40'
        """
        with widget_lock:
            return Static(self.fallback_html(), self.fallback_text())

    def saved_state(self) -> dict[str, Any]:
        """Return what a page without Python needs: the traits that are not the host's."""
        with widget_lock:
            return {**self.get_state(key=own_traits(type(self))), "_static": True}

    def fallback_html(self) -> str:
        """Return the state as plain HTML, for viewers that run no scripts."""
        raise NotImplementedError

    def fallback_text(self) -> str:
        """Return the state as a few lines of text, for a terminal."""
        raise NotImplementedError

    def _obey(self, command: str) -> None:
        """Carry out a command of the page, one of `commands`."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
        if self.comm is None:
            self._connect()
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        note_display(self)
        data, metadata = shown
        static = {"text/html": self.fallback_html(), "text/plain": self.fallback_text()}
        return {**data, **static}, metadata

    # Every way to write a trait takes the lock: while traitlets applies an update from the page, it
    # suspends validation and notification of the whole object, so a write from another thread
    # would be neither validated nor notified. What follows from a write is sent in the same
    # message: between two, a slow page would show a new text with the words of the old one.

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(getattr(type(self), name, None), t.TraitType):
            with widget_lock:
                super().__setattr__(name, value)
            return
        with self.hold_sync():
            super().__setattr__(name, value)

    @contextlib.contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send the traits set inside in one message at the end."""
        with widget_lock, super().hold_sync():
            yield

    @contextlib.contextmanager
    def hold_trait_notifications(self) -> Iterator[None]:
        """Notify observers of the traits set inside at the end, and send all in one message."""
        with self.hold_sync(), super().hold_trait_notifications():
            yield

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        if is_message(msg["content"].get("data")):
            super()._handle_msg(msg)
        else:
            with widget_lock:
                self._refuse(_NOT_A_MESSAGE)

    def set_state(self, sync_data: object) -> None:
        """Apply what the page has set, as far as it is allowed and valid."""
        with widget_lock.answering_page():
            if isinstance(sync_data, dict):
                refusals = [self._apply(name, value) for name, value in sync_data.items()]
            else:
                refusals = [
                    "The notebook page sent a state that is not a mapping of names to values."
                ]
            self._refuse(next(filter(None, refusals), ""))

    def get_state(
        self,
        key: str | Iterable[str] | None = None,
        drop_defaults: bool = False,  # noqa: ARG002, FBT001, FBT002 - as in ipywidgets
    ) -> dict[str, Any]:
        """Return the synced traits, by default all: those at their default too.

        The page knows no defaults. `ipywidgets.embed` would leave them out.
        """
        state: dict[str, Any] = super().get_state(key)
        return state

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
        """Set one trait for the page; return why that failed, or an empty string."""
        if name not in self.keys or not self.trait_metadata(name, "page"):
            problem = f"The notebook page cannot set {shortened(repr(name), 40)}."
        else:
            problem = value_problem(value) or self._set_from_page(name, value)
        if not problem:
            return ""
        if name in self.keys:
            self.send_state(name)
        return problem

    def _set_from_page(self, name: str, value: object) -> str:
        """Set a trait; return why that failed, or an empty string."""
        current = self.get_state(name)[name]
        if value == current and not same_types(value, current):
            # traitlets would see no change, and store it unchecked.
            return (
                f"{name!r} cannot be {shortened(str(value), 40)}: True and False are not numbers."
            )
        try:
            super().set_state({name: value})
        except t.TraitError as error:
            return str(error)
        return ""

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


def shortened(text: str, limit: int = _LONGEST_SENTENCE) -> str:
    """Truncate a long text with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _not_a_command(command: object, known: tuple[str, ...]) -> str:
    if known and isinstance(command, str):
        return unknown("command", shortened(command, 40), known)
    return "Unrecognised command from the notebook page. Reload the page."
