"""The widgets in a notebook that Voila serves as an application, in both of its themes."""

from __future__ import annotations

import pytest

from tests.browser.hosts.checks import cells, check_text_widgets, check_theme, check_training
from tests.browser.hosts.record import note
from tests.browser.hosts.servers import serving
from tests.browser.lab import KERNEL, saved_notebook, write

pytestmark = [pytest.mark.browser, pytest.mark.host]


@pytest.fixture
def troubles_of_host():
    return ("cdn.jsdelivr.net/npm/@fortawesome", "getter for the shared module")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_widgets_work(page, artefact, tmp_path, theme, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    write(tmp_path / "data" / "kernels" / "python3" / "kernel.json", KERNEL)
    saved_notebook(tmp_path / "app.ipynb", *cells(tmp_path))
    command = ("voila", "app.ipynb", "--no-browser", f"--theme={theme}")
    with serving(tmp_path, *command) as url:
        page.goto(url)
        check_text_widgets(page, tmp_path)
        check_theme(page, dark=theme == "dark")
        page.screenshot(path=artefact(theme), animations="disabled", full_page=True)
        check_training(page)
        page.goto("about:blank")
    note("Voila", "draws", "click", "train", theme, package="voila")
