"""The package as a whole: light to import, names that resolve."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bert_widgets

HEAVY = (
    "torch", "transformers", "pandas", "numpy", "ipywidgets", "anywidget", "captum", "matplotlib"
)  # fmt: skip


def loaded_by(statement):
    """Return which heavy packages a fresh Python holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import bert_widgets") == []


@pytest.mark.process
def test_the_exporter_that_jupyterlab_loads_at_its_start_is_light():
    assert loaded_by("from bert_widgets.widgets.saving.notebook_page import NotebookPage") == []


@pytest.mark.process
def test_a_name_imports_no_package_above_its_own():
    order = ("data", "model", "explain", "training", "widgets")
    code = f"""
import sys, bert_widgets
for name in ("TextData", "Prediction", "Corpus", "Trainer"):
    getattr(bert_widgets, name)
    print(*[package for package in {order} if "bert_widgets." + package in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [" ".join(order[:count]) for count in (1, 2, 3, 4)]


def test_type_checkers_see_the_public_names():
    """A checker reads imports that Python does not run; ``__all__`` is what Python has."""
    tree = ast.parse(Path(bert_widgets.__file__).read_text("utf-8"))
    (block,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    names = [name.name for node in block.body for name in node.names]
    assert sorted(names) == sorted(bert_widgets.__all__)


@pytest.mark.process
def test_training_and_explaining_need_no_widgets():
    loaded = loaded_by("from bert_widgets import Trainer, attribute, attention_maps")
    assert "torch" in loaded
    assert not {"ipywidgets", "anywidget", "captum", "matplotlib"} & set(loaded)


def test_every_public_name_resolves_and_is_documented():
    for name in bert_widgets.__all__:
        assert getattr(bert_widgets, name).__doc__, name
    assert set(bert_widgets.__all__) < set(dir(bert_widgets))


def test_an_unknown_name_suggests_the_nearest_public_name():
    with pytest.raises(AttributeError, match=r"'TokenHighlight'.*'TokenHighlights'"):
        _ = bert_widgets.TokenHighlight
