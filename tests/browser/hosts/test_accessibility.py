"""axe-core finds nothing wrong in any state of any widget, light or dark."""

from __future__ import annotations

import json

import pytest

from tests.browser.hosts.accessibility import SETUP, WIDGETS, Report, check, note
from tests.browser.hosts.checks import LUMINANCE
from tests.browser.hosts.vscode_page import wear
from tests.browser.lab import until

pytestmark = [pytest.mark.browser, pytest.mark.host]


@pytest.mark.parametrize("name", WIDGETS)
def test_no_violation_in_jupyterlab(open_notebook, page, name):
    notebook = open_notebook(SETUP, WIDGETS[name])
    notebook.run_all()
    themes = {"Light": False, "Dark": True}
    note("JupyterLab", name, checked(page, name, themes, notebook.wear))


@pytest.mark.parametrize("name", WIDGETS)
def test_no_violation_in_vs_code(open_page, page, name):
    open_page("vscode-light", SETUP, WIDGETS[name])
    themes = {"vscode-light": False, "vscode-dark": True}
    note("VS Code's renderer", name, checked(page, name, themes, lambda kind: wear(page, kind)))


def checked(page, name, themes, put_on):
    report = Report()
    for theme, dark in themes.items():
        put_on(theme)
        widget = page.get_by_role("region", name=name.partition(",")[0], exact=True)
        until(lambda widget=widget, dark=dark: (widget.evaluate(LUMINANCE) < 0.2) == dark)
        check(widget, report)
    assert not report.violations, json.dumps(report.violations, indent=1)
    return report
