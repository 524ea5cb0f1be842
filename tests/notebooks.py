"""The tutorials: executing them, and the form in which they are saved.

``python -m tests.notebooks`` executes each one and saves it anew, with its outputs.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


def executed(path, folder):
    """Return the notebook as a new kernel in ``folder`` leaves it; an error in a cell raises."""
    notebook = nbformat.read(path, 4)
    client = NotebookClient(
        notebook,
        timeout=300,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
    )
    return client.execute()


def as_saved(notebook):
    """Return the notebook without what belongs to one machine or kernel.

    A reader without that kernel would get "model not found" for a live view; without one, every
    front end shows the static rendering that lies beside it. Progress bars have none and go.
    """
    for cell in code_cells(notebook):
        cell.outputs = [each for each in cell.outputs if not is_progress_bar(each)]
    for output in outputs(notebook):
        output.get("data", {}).pop(WIDGET, None)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def is_progress_bar(output):
    """Whether it is what a slow machine shows of long work: plain text, or a bare widget."""
    if output.output_type == "stream":
        # A bar that is done is overwritten with blanks.
        return not output.text.strip() or "%|" in output.text
    data = output.get("data", {})
    return WIDGET in data and "text/html" not in data and "%|" in data["text/plain"]


def outputs(notebook):
    return [each for cell in code_cells(notebook) for each in cell.outputs]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def main():
    for path in NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(as_saved(executed(path, folder)), path)


if __name__ == "__main__":
    main()
