"""Execute the tutorials and save them with their outputs: ``python -m tests.notebooks``."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


def executed(path, folder):
    """Return the notebook after a new kernel in ``folder`` has run it; errors in cells raise."""
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
    """Return the notebook without parts that depend on the machine or kernel.

    Without the kernel a live view would show "model not found". If the live view is removed, every
    front end shows the static rendering next to it. Progress bars have no static rendering and are
    removed too.
    """
    for cell in code_cells(notebook):
        streams = [o for o in cell.outputs if "text" in o or not is_progress_bar(o)]
        cell.outputs = joined_streams(streams)
        for output in cell.outputs:
            if "text" in output:  # a bar is drawn over the one before it
                output.text = re.sub(r"[^\n]*\r(?!\n)", "", output.text)
        cell.outputs = [
            output
            for output in cell.outputs
            if not is_progress_bar(output) and output.get("text", "shown").strip()
        ]
    for output in outputs(notebook):
        output.get("data", {}).pop(WIDGET, None)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def joined_streams(outputs):
    """Return the outputs with each run of texts of one stream as a single one."""
    joined = []
    for output in outputs:
        if joined and "text" in output and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def is_progress_bar(output):
    """Say whether the output is a progress bar (text or a widget), as slow machines show it."""
    if output.output_type == "stream":
        # A finished bar is overwritten with blanks.
        return not output.text.strip() or "%|" in output.text
    data = output.get("data", {})
    if output.output_type == "display_data" and not data:  # what a finished one leaves
        return True
    return WIDGET in data and "text/html" not in data and "%|" in data["text/plain"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def main():
    for path in NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(as_saved(executed(path, folder)), path)


if __name__ == "__main__":
    main()
