"""Notebooks with outputs as JupyterLab saves them."""

from __future__ import annotations

import nbformat
from IPython.core.formatters import DisplayFormatter
from ipywidgets import Widget

from bert_widgets.widgets.saving.saved_outputs import STATE


def notebook_of(*shown, keep=True):
    """Return a notebook whose cells show objects, with the state of all widgets or of none."""
    cells = []
    for obj in shown:
        data, metadata = DisplayFormatter().format(obj)
        output = nbformat.v4.new_output("display_data", data, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell("shown", outputs=[output]))
    notebook = nbformat.v4.new_notebook(cells=cells)
    if keep:
        notebook.metadata.widgets = {STATE: Widget.get_manager_state(drop_defaults=True)}
    return nbformat.from_dict(notebook)


def state_of(notebook, widget):
    """Return what a notebook has saved of a widget."""
    return notebook.metadata.widgets[STATE]["state"][widget.model_id]
