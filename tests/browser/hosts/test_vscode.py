"""The widgets under the renderer that VS Code's Jupyter extension ships, in VS Code's themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.hosts.checks import (
    cells,
    check_text_widgets,
    check_theme,
    check_training,
)
from tests.browser.hosts.record import note
from tests.browser.hosts.vscode_page import THEMES, wear
from tests.browser.test_text_widgets import highlights_of

pytestmark = [pytest.mark.browser, pytest.mark.host]


def test_widgets_work_in_all_themes(open_page, page, artefact, tmp_path):
    open_page("vscode-dark", *cells(tmp_path))
    check_text_widgets(page, tmp_path)
    for kind in THEMES:
        wear(page, kind)
        check_theme(page, dark=kind in {"vscode-dark", "vscode-high-contrast"})
        page.screenshot(path=artefact(kind), animations="disabled", full_page=True)
    expect(highlights_of(page)).to_have_css("border-color", "rgb(15, 74, 133)")
    check_training(page)
    held = ("draws", "click", "train", "light", "dark")
    note("VS Code's renderer", *held, version="@vscode/jupyter-ipywidgets8 1.0.9")
