"""Save widgets to one interactive HTML file that needs neither Python nor a network."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ..._common.version import __version__
from .bundle import bundle_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    Link = tuple[tuple["Saveable", str], tuple["Saveable", str]]


class Saveable(Protocol):
    """A widget that can be saved to a page."""

    bundle: ClassVar[str]

    def saved_state(self) -> dict[str, Any]:
        """Return the values of its traits by name."""

    def fallback_html(self) -> str:
        """Return what viewers that run no scripts show."""


@dataclass(frozen=True)
class Heading:
    """A heading on a page."""

    text: str


def write_page(
    path: str | Path,
    sections: Sequence[str | Heading | Saveable],
    *,
    title: str,
    links: Sequence[Link] = (),
) -> None:
    """Save widgets, headings and paragraphs to one interactive page that needs no network.

    Parameters
    ----------
    path
        The file; an existing one is replaced.
    sections
        The contents of the page, in order; a string is a paragraph of plain text.
    title
        The title of the page.
    links
        Pairs of traits that are kept equal, as by `ipywidgets.link`.

    Raises
    ------
    ValueError
        If a link names a widget that is not on the page, or a trait it does not save.

    Examples
    --------
    >>> write_page(
    ...     "report.html",
    ...     [Heading("One review"), highlights, matrix],
    ...     title="Report",
    ...     links=[((highlights, "selected"), (matrix, "selected"))],
    ... )  # doctest: +SKIP
    """
    widgets = [section for section in sections if not isinstance(section, str | Heading)]
    page = {
        "bundles": {widget.bundle: bundle_source(widget.bundle) for widget in widgets},
        "widgets": [_saved(widget, i) for i, widget in enumerate(widgets)],
        "links": [[*_end(a, widgets), *_end(b, widgets)] for a, b in links],
    }
    numbers = iter(range(len(widgets)))
    body = "\n".join(
        _section(section) if isinstance(section, str | Heading) else _mount(section, next(numbers))
        for section in sections
    )
    html = _PAGE.format(
        title=escape(title),
        style=_STYLE,
        body=body,
        version=escape(__version__),
        policy=POLICY,
        data=data_element(page),
        script=script_element(),
    )
    Path(path).write_text(html, "utf-8")


def data_element(page: dict[str, Any]) -> str:
    """Return the element that holds what a page shows: bundles, widgets and links."""
    # A "<" in a text could end the script element.
    data = json.dumps(page, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="bw-page">{data}</script>'


def script_element() -> str:
    """Return the script that draws the widgets of a page."""
    script = bundle_source("export").replace("</script", "<\\/script")
    return f'<script type="module">{script}</script>'


def mount_id(number: int) -> str:
    """Return the id of the element in which a widget of a page is drawn."""
    return f"bw-widget-{number}"


def _saved(widget: Saveable, number: int) -> dict[str, Any]:
    state = widget.saved_state()
    binary = {name: value for name, value in state.items() if isinstance(value, bytes)}
    return {
        "bundle": widget.bundle,
        "state": {name: value for name, value in state.items() if name not in binary},
        "buffers": [
            {"path": [name], "data": b64encode(value).decode("ascii")}
            for name, value in binary.items()
        ],
        "mount": mount_id(number),
    }


def _end(end: tuple[Saveable, str], widgets: list[Saveable]) -> tuple[int, str]:
    widget, trait = end
    if widget not in widgets:
        msg = f"A link names a {type(widget).__name__} that is not on the page; add it."
        raise ValueError(msg)
    if trait not in widget.saved_state():
        msg = f"A link names {trait!r}, which is not a saved trait of {type(widget).__name__}."
        raise ValueError(msg)
    return widgets.index(widget), trait


def _section(section: str | Heading) -> str:
    if isinstance(section, Heading):
        return f"<h2>{escape(section.text)}</h2>"
    return f"<p>{escape(section)}</p>"


def _mount(widget: Saveable, number: int) -> str:
    fallback = f"<noscript>{widget.fallback_html()}</noscript>"
    return f'<div class="widget" id="{mount_id(number)}">{fallback}</div>'


POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
"""Nothing is requested, whatever the page holds."""

_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1a1d23; --quiet: #5c6370;
  --line: #e3e5e8; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14161a; --ink: #e6e8eb; --quiet: #9aa1ab; --line: #2b2f36; }
}
* { box-sizing: border-box; }
html { background: var(--page); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 48px 24px 64px; max-width: 960px; background: var(--page);
  color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0 0 24px; font-size: 28px; line-height: 1.25; font-weight: 650;
  letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 48px 0 8px; font-size: 19px; line-height: 1.35; font-weight: 620;
  letter-spacing: -0.01em; }
p { margin: 0 0 16px; max-width: 44em; white-space: pre-line; overflow-wrap: anywhere; }
.widget { margin: 16px 0 24px; overflow-x: auto; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line);
  color: var(--quiet); font-size: 13px; }
@media (max-width: 600px) { body { padding: 24px 16px 40px; } h1 { font-size: 23px; } }
@media print { body { padding: 0; } }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
<footer>Saved with bert_widgets {version}. This page works offline and sends no data.</footer>
{data}
{script}
</body>
</html>
"""
