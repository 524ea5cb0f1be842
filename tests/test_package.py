"""The package as a whole: light to import, names that resolve, arrows that point one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bert_widgets

PACKAGE = Path(bert_widgets.__file__).parent
HEAVY = ("torch", "transformers", "pandas", "numpy", "ipywidgets", "anywidget", "captum")


def loaded_by(statement):
    """Return which heavy packages a fresh Python holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import bert_widgets") == []


def test_training_and_explaining_need_no_widgets():
    loaded = loaded_by("from bert_widgets import Trainer, attribute, attention_maps")
    assert "torch" in loaded
    assert not {"ipywidgets", "anywidget", "captum"} & set(loaded)


def test_every_public_name_resolves_and_is_documented():
    for name in bert_widgets.__all__:
        assert getattr(bert_widgets, name).__doc__, name
    assert set(bert_widgets.__all__) < set(dir(bert_widgets))


def test_a_name_that_is_not_there_names_the_nearest():
    with pytest.raises(AttributeError, match=r"'TokenHighlight'.*'TokenHighlights'"):
        _ = bert_widgets.TokenHighlight


LEVELS = {"widgets": 3, "training": 2, "explain": 1}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.name)
def test_imports_point_one_way(path):
    parts = path.relative_to(PACKAGE).parts
    if parts[0] == "demo" or parts == ("__init__.py",):
        return  # the demo shows the whole product, the package only names it
    level = LEVELS.get(parts[0], 0)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == len(parts):
            home = (node.module or "").split(".")[0]
            same = home == parts[0]
            assert same or LEVELS.get(home, 0) < max(level, 1), f"{path} imports {node.module}"
        assert not (isinstance(node, ast.ImportFrom) and "bert_widgets" in (node.module or ""))
