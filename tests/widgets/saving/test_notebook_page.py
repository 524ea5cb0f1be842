"""A saved notebook becomes one page: its widgets can be used, and it is trusted with nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import ipywidgets
import nbformat
import pytest
from IPython.display import HTML

from bert_widgets.cli import main
from bert_widgets.widgets.saving.bundle import bundle_source
from bert_widgets.widgets.saving.notebook_page import NotebookPage
from bert_widgets.widgets.saving.saved_outputs import (
    DAMAGED,
    MOUNT,
    NOT_SAVED,
    OTHER_VERSION,
    STATE,
)
from tests.widgets.saved import notebook_of, state_of
from tests.widgets.saving.test_export import EVIL, widgets
from tests.widgets.shared.test_widget import highlights, matrix

ROOT = Path(__file__).parents[3]


def exported(notebook, **options):
    html, resources = NotebookPage(**options).from_notebook_node(notebook)
    data = re.findall(r'<script id="bw-page" type="application/json">(.*?)</script>', html)
    return html, resources["bert_widgets"], [json.loads(part) for part in data]


def test_widgets_have_their_state_and_each_bundle_is_there_once():
    shown = widgets()
    notebook = notebook_of(*shown, shown[0])
    html, page, [data] = exported(notebook)
    assert page["count"] == 4
    assert data["bundles"] == {widget.bundle: bundle_source(widget.bundle) for widget in shown}
    for widget, saved in zip([*shown, shown[0]], data["widgets"], strict=True):
        assert html.count(f'id="{saved["mount"]}"') == 1
        kept = state_of(notebook, widget)
        assert saved["bundle"] == widget.bundle
        assert (
            saved["state"].items()
            >= {
                name: value
                for name, value in kept["state"].items()
                if name not in {"_css", "_esm", "_static"}
            }.items()
        )
        assert saved["state"]["_static"]
        assert [buffer["data"] for buffer in saved["buffers"]] == [
            buffer["data"] for buffer in kept["buffers"] if buffer["path"] != ["_bundle_source"]
        ]
    assert data["widgets"][0]["state"]["text"] == EVIL
    assert "_bundle_source" not in html


def test_nothing_is_loaded_and_no_other_code_than_ours_is_on_the_page():
    html, _, [data] = exported(notebook_of(*widgets()))
    assert re.findall(r"<script[^>]*>", html) == [
        '<script id="bw-page" type="application/json">',
        '<script type="module">',
    ]
    assert "<link" not in html
    assert not re.search(r"\ssrc=", html)
    assert "default-src 'none'" in html
    assert html.index("default-src 'none'") < html.index("bw-page") < html.index("<style")
    assert EVIL in json.dumps(data, ensure_ascii=False).replace('\\"', '"')


def test_a_widget_in_a_container_is_shown():
    widget = highlights()
    box = ipywidgets.VBox([ipywidgets.HBox([ipywidgets.Label("text"), widget])])
    _, page, [data] = exported(notebook_of(box))
    assert page["count"] == 1
    assert data["widgets"][0]["state"]["text"] == widget.text


def test_other_widgets_and_outputs_have_their_fallback():
    notebook = notebook_of(ipywidgets.IntSlider(7), HTML("<em>fine</em>"))
    notebook.cells[1].outputs[0].data[MOUNT] = ["<b>"]
    html, page, data = exported(notebook)
    assert (page["count"], page["notes"], data) == (0, [], [])
    assert "IntSlider(value=7)" in html
    assert "<em>fine</em>" in html
    assert "<script" not in html


def test_without_its_state_a_widget_is_static_and_says_what_to_do():
    widget = highlights()
    html, page, data = exported(notebook_of(widget, keep=False))
    assert (page["count"], page["notes"], data) == (0, [NOT_SAVED], [])
    assert html.index(NOT_SAVED) < html.index("bert_widgets: token highlights")


def test_the_state_of_another_version_is_not_read():
    widget, current = highlights(), matrix()
    notebook = notebook_of(widget, current)
    state_of(notebook, widget)["state"]["_bundle_name"] = f"token_highlights-{'0' * 64}"
    html, page, [data] = exported(notebook)
    assert page["notes"] == [OTHER_VERSION]
    assert html.index(OTHER_VERSION) < html.index("bert_widgets: token highlights")
    assert [saved["bundle"] for saved in data["widgets"]] == ["attention_matrix"]


def test_damaged_state_leaves_the_static_rendering():
    widget = highlights()
    notebook = notebook_of(widget)
    saved = state_of(notebook, widget)
    whole = {"encoding": "base64", "path": ["scores"], "data": "AAAA"}
    wrong = {"data": ["<script>", 1, None], "encoding": ["hex", None], "path": [["s", 0], [0], 1]}
    kept = saved["buffers"]
    changed = [[whole | {key: value}] for key, values in wrong.items() for value in values]
    for buffers in (1, ["scores"], [{}], *changed):
        saved["buffers"] = buffers
        html, page, _ = exported(notebook)
        assert (page["count"], page["notes"]) == (0, [DAMAGED])
        assert DAMAGED in html
    saved["buffers"] = kept
    for value in (float("nan"), "\ud800"):
        saved["state"]["badge"] = value
        assert exported(notebook)[1]["notes"] == [DAMAGED]
    saved["state"]["badge"] = ""
    assert exported(notebook)[1]["count"] == 1


def test_a_state_that_is_none_counts_as_not_saved():
    notebook = notebook_of(highlights(), keep=False)
    for saved in (None, 1, [], {"state": []}, {"state": {"a": 1}}):
        notebook.metadata.widgets = {STATE: saved}
        assert exported(notebook)[1]["notes"] == [NOT_SAVED]


def test_a_container_that_holds_itself_ends():
    widget = highlights()
    box = ipywidgets.VBox([widget])
    notebook = notebook_of(box)
    state_of(notebook, box)["state"]["children"].append(f"IPY_MODEL_{box.model_id}")
    assert exported(notebook)[1]["count"] == 1


def test_no_output_can_pose_as_the_data_of_the_page():
    fake = HTML('<script id="bw-page" type="application/json">{"fake": 1}</script>')
    html, _, data = exported(notebook_of(fake, highlights()))
    assert [sorted(part) for part in data] == [["bundles", "links", "widgets"], ["fake"]]
    assert html.index('"bundles"') < html.index("fake")


def test_markup_is_sanitised_if_nbconvert_is_told_to():
    notebook = notebook_of(highlights())
    notebook.cells[0].outputs[0].data["text/html"] += "<script>alert(1)</script><img onerror=a>"
    cleaned, page, _ = exported(notebook, sanitize_html=True)
    assert page["count"] == 1
    for source, harmful in ((exported(notebook)[0], True), (cleaned, False)):
        assert ("<script>alert" in source) == harmful
        assert ("<img" in source) == harmful


def test_the_command_writes_the_page_beside_the_notebook(tmp_path, capsys):
    nbformat.write(notebook_of(highlights()), tmp_path / "one.ipynb")
    assert main(["html", str(tmp_path / "one.ipynb")]) == 0
    assert "widgets to click on: 1, static: 0." in capsys.readouterr().out
    assert (tmp_path / "one.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    nbformat.write(notebook_of(highlights(), keep=False), tmp_path / "two.ipynb")
    assert main(["html", str(tmp_path / "two.ipynb"), "--output", str(tmp_path / "out")]) == 0
    assert NOT_SAVED in capsys.readouterr().out
    assert NOT_SAVED in (tmp_path / "out").read_text("utf-8")


def test_the_command_refuses_what_is_no_notebook(tmp_path, capsys, monkeypatch):
    (tmp_path / "text.ipynb").write_text("{")
    nbformat.write(notebook_of(), tmp_path / "good.ipynb")
    missing, good = str(tmp_path / "no.ipynb"), str(tmp_path / "good.ipynb")
    for wrong in ([str(tmp_path / "text.ipynb")], [missing], [good, "--output", f"{missing}/out"]):
        assert main(["html", *wrong]) == 1
        assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setitem(sys.modules, "nbformat", None)
    assert main(["html", good]) == 1
    assert 'pip install "bert-widgets[nbconvert]"' in capsys.readouterr().err


@pytest.mark.process
def test_nbconvert_knows_the_exporter_by_its_name(tmp_path):
    """As an installation enters it from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entered = tmp_path / "entered-0.dist-info"
    entered.mkdir()
    (entered / "METADATA").write_text("Metadata-Version: 2.1\nName: entered\nVersion: 0\n")
    points = project["entry-points"]["nbconvert.exporters"]
    lines = [f"{name} = {value}\n" for name, value in points.items()]
    (entered / "entry_points.txt").write_text("".join(["[nbconvert.exporters]\n", *lines]))
    nbformat.write(notebook_of(highlights()), tmp_path / "one.ipynb")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "nbconvert", "--to", "bert_widgets", "one.ipynb"]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, check=True)
    assert '"mount": "bw-widget-0"' in (tmp_path / "one.html").read_text("utf-8")
