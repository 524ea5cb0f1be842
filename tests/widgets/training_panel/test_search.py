"""The search for a learning rate runs in the background, one per trainer, in all its panels."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest

from bert_widgets import TrainingPanel
from bert_widgets.training.learning_rate_finder import RateSearch
from bert_widgets.widgets.training_panel import search as _search
from tests.widgets.pages import PATIENCE, agrees, page_of
from tests.widgets.training import DATA, table, trainer


def test_a_rate_is_found_and_can_be_used():
    panel = TrainingPanel(trainer())
    page = page_of(panel)
    before = {n: v.clone() for n, v in panel.run.trainer.clf.state_dict().items()}
    assert (page.state["finding"], page.state["_finder"], page.state["suggested_rate"]) == (
        False, b"", None,
    )  # fmt: skip
    page.press("find_learning_rate")
    page.wait_for(lambda state: not state["finding"] and state["_finder"])
    curve = table(page, "_finder", 2)
    assert len(curve) > 20
    assert (np.diff(curve[:, 0]) > 0).all()
    assert np.isfinite(curve).all()
    after = panel.run.trainer.clf.state_dict()
    assert all((value == after[name]).all() for name, value in before.items())
    assert (panel.run.state, panel.error) == ("ready", "")
    if panel.suggested_rate is not None:
        page.tell(values={"learning_rate": panel.suggested_rate})
        assert panel.run.trainer.learning_rate == panel.suggested_rate
    assert agrees(panel)


@pytest.fixture
def slow(monkeypatch):
    """Stand in for the search: it waits at its second point; return what lets it go on."""
    go_on = threading.Event()
    searches = []

    def find(searched, *, progress):
        searches.append(searched)
        progress(1e-7, 0.75)
        assert go_on.wait(PATIENCE)
        progress(1e-6, 0.5)
        rates, losses = np.array([1e-7, 1e-6]), np.array([0.75, 0.5])
        return RateSearch(rates, losses, losses, 1e-6)

    monkeypatch.setattr(_search, "find_learning_rate", find)
    yield go_on, searches
    go_on.set()


def test_no_start_and_no_second_search_while_it_runs(slow):
    go_on, searches = slow
    mine = trainer()
    first, second = TrainingPanel(mine), TrainingPanel(mine)
    page_of(first).press("find_learning_rate")
    for panel in (first, second):
        page = page_of(panel)
        page.wait_for(lambda state: state["finding"] and len(state["_finder"]) == 8)
        page.press("find_learning_rate")
        assert panel.error == ""
        page.press("start")
        assert "search for a learning rate is running" in panel.error
        assert mine.run.state == "ready"
    assert len(searches) == 1
    late = TrainingPanel(mine)
    assert late.finding
    go_on.set()
    for panel in (first, second, late):
        page = page_of(panel)
        page.wait_for(lambda state: not state["finding"] and state["suggested_rate"] == 1e-6)
        np.testing.assert_allclose(table(page, "_finder", 2), [[1e-7, 0.75], [1e-6, 0.5]])
    page_of(second).press("start")
    mine.run.wait(PATIENCE)
    page_of(first).press("find_learning_rate")
    assert "before you start the run" in first.error
    assert len(searches) == 1


def test_closing_a_panel_does_not_end_the_search(slow):
    go_on, searches = slow
    mine = trainer()
    first, second = TrainingPanel(mine), TrainingPanel(mine)
    page_of(first).press("find_learning_rate")
    page_of(second).wait_for(lambda state: state["finding"])
    first.close()
    go_on.set()
    page_of(second).wait_for(lambda state: state["suggested_rate"] == 1e-6)
    page_of(second).press("find_learning_rate")
    page_of(second).wait_for(lambda state: not state["finding"] and len(state["_finder"]) == 16)
    assert len(searches) == 2


def test_a_failed_search_states_the_reason():
    panel = TrainingPanel(trainer())
    page = page_of(panel)
    for parameter in panel.run.trainer.clf.parameters():
        parameter.data.mul_(1e30)
    page.press("find_learning_rate")
    page.wait_for(lambda state: not state["finding"] and state["error"])
    assert panel.error.startswith("The search failed: The loss is")
    assert DATA["text"][0][:4] in panel.error or "training row" in panel.error
    assert panel.suggested_rate is None


def test_a_cancelled_search_leaves_no_trace():
    panel = TrainingPanel(trainer())
    page = page_of(panel)
    before = {n: v.clone() for n, v in panel.run.trainer.clf.state_dict().items()}
    panel.observe(lambda _: page.press("cancel_search"), "_finder")  # at the first point
    page.press("find_learning_rate")
    page.wait_for(lambda state: state["finding"])
    page.wait_for(lambda state: not state["finding"])
    _search.search_of(panel.run.trainer).wait()
    assert (panel.error, panel.suggested_rate, panel.run.state) == ("", None, "ready")
    page.wait_for(lambda state: not state["_finder"])
    after = panel.run.trainer.clf.state_dict()
    assert all((value == after[name]).all() for name, value in before.items())


SCRIPT = """
import threading
from bert_widgets.widgets.training_panel.search import search_of
from tests.widgets.training import trainer
search = search_of(mine := trainer())
begun = threading.Event()
search.subscribe(begun.set)
search.start(mine)
begun.wait()
print("end", flush=True)
"""


@pytest.mark.process
def test_a_script_may_end_while_it_runs():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
