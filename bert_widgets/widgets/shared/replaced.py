"""Widgets of a notebook cell that is run again: the ones it showed before are disconnected.

ipywidgets keeps every widget, in the kernel and in the page, until it is closed. A cell that is run
again and again would leave one more of them each time.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any, ClassVar, Protocol

from IPython.core.getipython import get_ipython


class Displayed(Protocol):
    """A widget that a cell can display."""

    bundle: ClassVar[str]

    def disconnect(self) -> None:
        """Remove the widget from all pages."""


_displayed: list[weakref.ref[Displayed]] = []
_of_cells: dict[str, list[weakref.ref[Displayed]]] = {}
_shells: weakref.WeakSet[Any] = weakref.WeakSet()


def note_display(widget: Displayed) -> None:
    """Note that the running cell displays a widget."""
    shell = get_ipython()
    if shell is None or threading.current_thread() is not threading.main_thread():
        return
    if shell not in _shells:
        _shells.add(shell)
        shell.events.register("pre_run_cell", _before_cell)
        shell.events.register("post_run_cell", _after_cell)
    _displayed.append(weakref.ref(widget))


def _before_cell(_info: object) -> None:
    _displayed.clear()  # by a callback between two cells


def _after_cell(result: Any) -> None:  # noqa: ANN401 - IPython has no types for it
    displayed = _displayed.copy()
    _displayed.clear()
    cell = result.info.cell_id
    if cell is None:  # a console, or a notebook that does not name its cells
        return
    old = [shown for shown in _of_cells.get(cell, []) if shown not in displayed]
    _of_cells[cell] = displayed
    elsewhere = {shown for cell_shown in _of_cells.values() for shown in cell_shown}
    bundles = {widget.bundle for shown in displayed if (widget := shown()) is not None}
    for shown in old:
        widget = shown()
        if widget is None or shown in elsewhere:
            continue
        if widget.bundle in bundles:
            widget.disconnect()
        else:  # the cell failed, or shows something else; the name may still be in use
            _of_cells[cell].append(shown)
