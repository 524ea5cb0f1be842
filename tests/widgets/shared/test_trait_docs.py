"""Traits are documented where they are defined, and `help` shows it."""

from __future__ import annotations

import inspect
import py_compile
import subprocess
import sys
import zipfile

import anywidget
import pytest
import traitlets as t

from bert_widgets import AttentionMatrix, TokenHighlights, TrainingPanel
from bert_widgets.widgets.shared.array_trait import Array
from bert_widgets.widgets.shared.trait_docs import document_traits

HOST = set(anywidget.AnyWidget.class_trait_names())


class Base(t.HasTraits):
    """A base."""

    size = t.Int(None, allow_none=True).tag(sync=True, page=True)
    """How large
    it is."""

    name = t.Unicode().tag(sync=True)
    """Its name."""

    bare = t.Int()


class Kind(Base):
    """A kind.

    Parameters
    ----------
    x
        Something.

    Examples
    --------
    >>> kind = Kind()
    """

    name = t.Unicode().tag(sync=True, page=True)
    names: t.List[str] = t.List(t.Unicode()).tag(sync=True)
    """All names."""

    choice = t.Enum(("a", "b"))
    """One of two."""

    values = Array("float32", 2)
    """Some values."""

    _side = t.Int()
    """Only for the page."""


document_traits(Kind, t.HasTraits)


def test_docstrings_become_help():
    assert Kind.size.help == Kind.size.metadata["help"] == "How large\nit is."
    assert Kind.name.help == "Its name."
    assert Kind._side.help == "Only for the page."
    assert Kind.bare.help == ""


def test_class_docstring_lists_public_traits():
    assert (
        Kind.__doc__
        == inspect.cleandoc("""
        A kind.

        Parameters
        ----------
        x
            Something.

        Attributes
        ----------
        size : int or None, settable
            How large
            it is.
        name : str, settable
            Its name.
        names : list of str
            All names.
        choice : {'a', 'b'}
            One of two.
        values : float32 array of shape (n, 2)
            Some values.

        Examples
        --------
        >>> kind = Kind()
    """)
        + "\n"
    )
    assert Base.__doc__ == "A base."


def test_own_attributes_section_comes_first():
    class Own(Kind):
        """Own.

        Attributes
        ----------
        run : Run
            The run.
        """

    document_traits(Own, t.HasTraits)
    assert "Attributes\n----------\nrun : Run\n    The run.\nsize : int or None" in Own.__doc__
    assert Own.__doc__.count("Attributes\n") == 1


def test_traits_of_the_host_are_left_alone():
    before = Base.__doc__, Base.size.help

    class Sub(Base):
        """A subclass."""

    document_traits(Sub, Base)
    assert Sub.__doc__ == "A subclass."
    assert (Base.__doc__, Base.size.help) == before


def test_class_without_docstring_gets_help_only():
    class Bare(Base):
        pass

    document_traits(Bare, t.HasTraits)
    assert Bare.__doc__ is None


@pytest.mark.process
@pytest.mark.parametrize("source", [True, False])
def test_zipped_packages(tmp_path, source):
    code = 'import traitlets as t\nclass Z(t.HasTraits):\n    """Z."""\n    a = t.Int()\n    "A."\n'
    script = tmp_path / "zipped_module.py"
    script.write_text(code)
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        if source:
            file.write(script, script.name)
        else:
            compiled = py_compile.compile(str(script), str(tmp_path / "compiled.pyc"))
            file.write(compiled, "zipped_module.pyc")
    script.unlink()
    run = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "import traitlets, zipped_module\n"
        "from bert_widgets.widgets.shared.trait_docs import document_traits\n"
        "document_traits(zipped_module.Z, traitlets.HasTraits)\n"
        "print(zipped_module.Z.a.help, zipped_module.Z.__doc__)"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stdout.strip().startswith("A. Z." if source else "Z.")
    assert ("a : int" in done.stdout) == source


@pytest.mark.parametrize("widget", [TokenHighlights, AttentionMatrix, TrainingPanel])
def test_every_public_synced_trait_has_documentation(widget):
    missing = [
        name
        for name, trait in widget.class_traits(sync=True).items()
        if not name.startswith("_") and name not in HOST and not trait.help
    ]
    assert not missing
    assert "error : str" in widget.__doc__
