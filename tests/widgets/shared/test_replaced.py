"""A cell that is run again disconnects the widgets that it showed before, and no others."""

from __future__ import annotations

import ipywidgets
import pytest
from IPython.core.interactiveshell import InteractiveShell

import bert_widgets as bw
from bert_widgets._common._compat import open_widgets

TEXT = "The acting is not bad."


@pytest.fixture
def run(monkeypatch):
    """Run code as a cell of a notebook; return the names that it defines."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.display_formatter.active_types = ["text/plain", "text/html"]
    shell.display_formatter.ipython_display_formatter.enabled = True
    shell.user_ns.update(bw=bw, clf=bw.demo.classifier(), TEXT=TEXT)
    monkeypatch.setattr(shell.display_pub, "publish", lambda *_, **__: None)

    def run_cell(code, cell_id="first"):
        shell.run_cell(code, store_history=True, cell_id=cell_id).raise_error()
        return shell.user_ns

    yield run_cell
    InteractiveShell.clear_instance()


SHOWN = "w = bw.TokenHighlights(clf, TEXT)\ndisplay(w)"


def test_what_a_cell_shows_anew_is_disconnected(run):
    old = run(SHOWN)["w"]
    before = len(open_widgets())
    for _ in range(3):
        new = run(SHOWN)["w"]
    assert old.comm is None
    assert new.comm is not None
    assert len(open_widgets()) == before


def test_same_widget_shown_again_stays(run):
    widget = run(SHOWN)["w"]
    run("display(w)", "second")
    run("display(w)", "second")
    assert widget.comm is not None


def test_widget_that_another_cell_shows_stays(run):
    widget = run(SHOWN)["w"]
    run("display(w)", "second")
    run(SHOWN)
    assert widget.comm is not None
    run(SHOWN, "second")
    assert widget.comm is None


def test_cell_that_fails_or_shows_something_else_disconnects_nothing(run):
    widget = run(SHOWN)["w"]
    with pytest.raises(ZeroDivisionError):
        run("1 / 0")
    run("print(w.selected)")
    assert widget.comm is not None
    run(SHOWN)
    assert widget.comm is None


def test_consoles_do_not_name_cells(run):
    widget = run(SHOWN, None)["w"]
    run(SHOWN, None)
    assert widget.comm is not None


def test_disconnected_widget_answers_python_and_comes_back(run):
    old = run(SHOWN)["w"]
    run(SHOWN)
    old.text = "A dreadful bore."
    assert old.words == ["A", "dreadful", "bore", "."]
    assert old.target == "negative"
    assert old.wait(60)
    assert old.comm is None

    data, _ = old._repr_mimebundle_()
    assert old.comm is not None
    assert old.layout.comm is not None
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == old.model_id


def test_layout_that_another_widget_has_stays_open(run):
    old = run(SHOWN)["w"]
    other = ipywidgets.HTML(layout=old.layout)
    run(SHOWN)
    assert old.comm is None
    assert other.layout.comm is not None


def test_panel_follows_its_run_again(run):
    code = (
        "data = bw.TextData.from_(bw.demo.sentences(40)[['text', 'label']])\n"
        "trainer = bw.Trainer(clf, data, epochs=1)\n"
        "p = bw.TrainingPanel(trainer)\ndisplay(p)"
    )
    old = run(code)["p"]
    new = run(code)["p"]
    assert [old.comm is None, new.comm is None] == [True, False]
    old.run.trainer.start().wait()
    old._repr_mimebundle_()
    assert old._publisher.wait(60)
    assert old.state == "finished"


def test_closed_widget_leaves_nothing_open():
    before = open_widgets()
    widget = bw.TokenHighlights(bw.demo.classifier(), TEXT)
    assert len(open_widgets()) > len(before)
    widget.close()
    widget.close()
    assert open_widgets() == before
