"""The widgets in Jupyter's own hosts, and behind an address such as a hub gives."""

from __future__ import annotations

import pytest

from tests.browser.hosts.checks import cells, check_text_widgets, check_theme, check_training
from tests.browser.hosts.record import note
from tests.browser.lab import Notebook, saved_notebook, serving

pytestmark = [pytest.mark.browser, pytest.mark.host]


def test_widgets_work_in_jupyterlab(open_notebook, page, artefact, tmp_path):
    check(open_notebook(*cells(tmp_path)), page, artefact, tmp_path)
    note("JupyterLab", "draws", "click", "train", "light", "dark", package="jupyterlab")


def test_widgets_work_in_notebook_7(open_notebook, page, artefact, tmp_path):
    check(open_notebook(*cells(tmp_path), under="notebooks"), page, artefact, tmp_path)
    note("Jupyter Notebook", "draws", "click", "train", "light", "dark", package="notebook")


def check(notebook, page, artefact, folder):
    notebook.run_all()
    check_text_widgets(page, folder)
    for theme in ("Light", "Dark"):
        notebook.wear(theme)
        check_theme(page, dark=theme == "Dark")
        page.screenshot(path=artefact(theme), animations="disabled")
    check_training(page)


def test_widgets_work_under_a_base_address(page, tmp_path):
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    saved_notebook(work / "0.ipynb", *cells(tmp_path))
    with serving(home, work, "--ServerApp.base_url=/user/a/") as url:
        assert url.endswith("/user/a/")
        Notebook(page, url, "0.ipynb").run_all()
        check_text_widgets(page, tmp_path)
        check_theme(page, dark=False)
        check_training(page)
        page.goto("about:blank")
    held = ("draws", "click", "train", "light")
    note("JupyterLab under a base address", *held, package="jupyterlab")
