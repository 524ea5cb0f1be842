"""The tutorials run from top to bottom and are saved with the outputs of a single run."""

from __future__ import annotations

import re

import nbformat
import pytest

from tests.notebooks import (
    NOTEBOOKS,
    WIDGET,
    as_saved,
    code_cells,
    executed,
    is_progress_bar,
    outputs,
)

EACH_NOTEBOOK = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
LIVE_WIDGETS = {
    "01_quickstart": 4,
    "02_train_and_watch": 3,
    "03_attention": 3,
    "05_which_explanation_is_true": 3,
}
TRAINING = {"01_quickstart", "02_train_and_watch", "05_which_explanation_is_true"}


@EACH_NOTEBOOK
@pytest.mark.tutorial
def test_runs_in_any_folder_with_a_static_rendering_of_every_widget(path, tmp_path):
    notebook = executed(path, tmp_path)

    assert not failures(notebook)
    shown = [output for output in outputs(notebook) if not is_progress_bar(output)]
    live = [output.data for output in shown if WIDGET in output.get("data", {})]
    assert len(live) == LIVE_WIDGETS[path.stem]
    for data in live:
        assert "bert_widgets" in data["text/html"]
        assert data["text/plain"]
    assert not list(tmp_path.iterdir()), "the tutorial leaves files behind"
    static = "".join(data["text/html"] for data in live)
    finished = ">finished<" in static
    assert finished == (path.stem in TRAINING), "a panel displayed after wait() shows the end"


@EACH_NOTEBOOK
def test_saved_outputs_come_from_one_run_in_order(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    cells = code_cells(notebook)

    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not failures(notebook)
    rendered = [o.data["text/html"] for o in outputs(notebook) if "text/html" in o.get("data", {})]
    assert sum("bert_widgets:" in html for html in rendered) == LIVE_WIDGETS[path.stem]
    assert any(">finished<" in html for html in rendered) == (path.stem in TRAINING)


@EACH_NOTEBOOK
def test_saved_notebook_does_not_depend_on_a_machine(path):
    notebook = nbformat.read(path, 4)

    assert as_saved(nbformat.read(path, 4)) == notebook
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert all(cell.metadata == {} for cell in notebook.cells)
    streams = {output.name for output in outputs(notebook) if output.output_type == "stream"}
    assert streams <= {"stdout"}, "no warnings and no progress bars"
    folders = r"/(home|root|tmp|Users|work|opt|usr)/|[A-Z]:\\\\"
    assert not re.search(folders, path.read_text("utf-8"))


def failures(notebook):
    return [output for output in outputs(notebook) if output.output_type == "error"]
