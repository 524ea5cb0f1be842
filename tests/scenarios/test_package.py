"""The package as a whole: light to import, names that resolve."""

from __future__ import annotations

import subprocess
import sys

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


def test_training_and_explaining_need_no_widgets():
    loaded = loaded_by("from bert_widgets import Trainer, attribute, attention_maps")
    assert "torch" in loaded
    assert not {"ipywidgets", "anywidget", "captum", "matplotlib"} & set(loaded)


def test_every_public_name_resolves_and_is_documented():
    for name in bert_widgets.__all__:
        assert getattr(bert_widgets, name).__doc__, name
    assert set(bert_widgets.__all__) < set(dir(bert_widgets))


def test_a_name_that_is_not_there_names_the_nearest():
    with pytest.raises(AttributeError, match=r"'TokenHighlight'.*'TokenHighlights'"):
        _ = bert_widgets.TokenHighlight
