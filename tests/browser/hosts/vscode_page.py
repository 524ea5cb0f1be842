"""A page of the renderer that VS Code's Jupyter extension ships, in VS Code's themes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BUILT = Path(__file__).parent / "vscode" / "dist"
ANYWIDGET = Path(sys.prefix, "share/jupyter/nbextensions/anywidget/index.js")
PAGE = """<!doctype html>
<html style="{style}">
<style>
  body {{ margin: 0; padding: 12px; background: var(--vscode-editor-background) }}
  .cell-output-ipywidget-background {{ background: white !important; margin-bottom: 16px }}
</style>
<body data-server="{server}" data-vscode-theme-kind="{kind}" class="{kind}">
<div id="output"></div>
<script src="require.js"></script>
<script>requirejs.config({{ paths: {{ anywidget: "anywidget" }} }})</script>
<script type="module" src="page.js"></script>
</html>
"""
# Of VS Code's default themes.
THEMES = {
    "vscode-light": {"editor-background": "#ffffff", "editor-foreground": "#3b3b3b"},
    "vscode-dark": {"editor-background": "#1f1f1f", "editor-foreground": "#cccccc"},
    "vscode-high-contrast": {
        "editor-background": "#000000",
        "editor-foreground": "#ffffff",
        "contrastBorder": "#6fc3df",
    },
    "vscode-high-contrast-light": {
        "editor-background": "#ffffff",
        "editor-foreground": "#292929",
        "contrastBorder": "#0f4a85",
    },
}


def style(kind):
    return "; ".join(f"--vscode-{name}: {color}" for name, color in THEMES[kind].items())


def wear(page, kind):
    """Give a page another of the themes."""
    page.evaluate(
        "([kind, style]) => { document.documentElement.style = style;"
        " document.body.dataset.vscodeThemeKind = kind; }",
        [kind, style(kind)],
    )


@pytest.fixture
def open_page(clean_server, page):
    """Open a page of VS Code in a theme, and run cells in a kernel of its own."""

    def file_of(route):
        name = route.request.url.rsplit("/", 1)[1]
        route.fulfill(path=ANYWIDGET if name == "anywidget.js" else BUILT / name)

    def opened(kind, *sources):
        document = PAGE.format(style=style(kind), kind=kind, server=clean_server)
        page.route(f"{clean_server}vscode/*", file_of)
        html = {"content_type": "text/html", "body": document}
        page.route(f"{clean_server}vscode/", lambda route: route.fulfill(**html))
        # Chromium takes a page that a test made up for one of another network than the server's.
        page.context.grant_permissions(["local-network-access"])
        page.goto(f"{clean_server}vscode/")
        page.wait_for_selector("body[data-ready]", state="attached")
        for source in sources:
            assert page.evaluate("(code) => window.host.run(code)", source) == ""

    return opened
