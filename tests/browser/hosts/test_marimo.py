"""The widgets in marimo, as an app and in its editor."""

from __future__ import annotations

import pytest

from tests.browser.hosts.checks import cells, check_text_widgets, check_theme, check_training
from tests.browser.hosts.record import note
from tests.browser.hosts.servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.host]


def app(sources):
    """Return the file of a marimo notebook in which later cells use what earlier ones define."""
    setup, highlights, matrix, panel = (source.strip().splitlines() for source in sources)
    highlights[-1] = "mo.ui.anywidget(highlights)"
    arguments = ["", "bw, clf, note, mo", "bw, clf, note", "bw, clf, train, valid"]
    returns = ["bw, clf, train, valid, note, mo", "highlights", "matrix", "panel"]
    setup.append("import marimo as mo")
    lines = ["import marimo", "app = marimo.App()"]
    for body, taken, names in zip(
        (setup, highlights, matrix, panel), arguments, returns, strict=True
    ):
        lines += ["@app.cell", f"def _({taken}):", *(f"    {line}" for line in body)]
        lines.append(f"    return ({names},)")
    return "\n".join([*lines, 'if __name__ == "__main__":', "    app.run()"])


@pytest.mark.parametrize(
    ("command", "theme"), [("run", "light"), ("edit", "light"), ("edit", "dark")]
)
def test_widgets_work(page, artefact, tmp_path, command, theme):
    config = tmp_path / ".config" / "marimo" / "marimo.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[display]\ntheme = "{theme}"\n[runtime]\nauto_instantiate = true\n')
    (tmp_path / "app.py").write_text(app(cells(tmp_path)))
    page.set_viewport_size({"width": 1280, "height": 2400})
    with serving(tmp_path, "marimo", command, "app.py", "--headless", "--no-token") as url:
        page.goto(url)
        check_text_widgets(page, tmp_path)
        check_theme(page, dark=theme == "dark")
        page.screenshot(path=artefact(theme), animations="disabled")
        check_training(page)
        page.goto("about:blank")
    note(f"marimo {command}", "draws", "click", "train", theme, package="marimo")
