"""What a widget shows where no script runs: plain HTML with inline styles.

Text keeps the colour of the page and highlights are translucent, so that both light and dark
pages can be read. All text is escaped; texts are isolated, so that their direction stays theirs.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...explain.attribution.result import Attribution

TOWARDS = (56, 132, 244)
AGAINST = (238, 130, 28)
STRONGEST = 0.42  # opacity: the text above stays readable on white and on dark
_UNDERLINED = 0.08  # the least share that is
MOST_ROWS = 15

_FRAME = "font:14px/1.5 system-ui,sans-serif;max-width:60em"
PROSE = "white-space:pre-wrap;margin:6px 0"
QUIET = "font-size:12px;opacity:.8"
TABLE = "border-collapse:collapse;margin:6px 0;font:inherit;color:inherit"
CELL = "padding:2px 10px 2px 0;text-align:left;border:0"


def marked_text(text: str, result: Attribution, segment: int, most: float) -> Iterable[str]:
    """Cut a text at its words and colour them; together the parts are the text."""
    mine = np.flatnonzero(result.word_segments == segment)
    at = 0
    for i in mine:
        start, end = result.word_offsets[i].tolist()
        score = float(result.scores[i])
        title = f"{score:+.3f}"
        if result.margins is not None:
            title += f" ±{result.margins[i]:.3f}"
        yield literal(text[at:start])
        yield mark(text[max(at, start) : end], score / most if most else 0.0, title=title)
        at = max(at, end)
    yield literal(text[at:])


def mark(text: str, share: float, **attributes: str) -> str:
    """Colour a piece of text by a share in -1 to 1; a push against is underlined too."""
    style = f"background:{rgba(TOWARDS if share >= 0 else AGAINST, share)};border-radius:3px"
    # An element of its own: hosts that sanitise styles would drop the underline from one.
    name = "u" if share < -_UNDERLINED else "span"
    return tag(name, literal(text), style, **attributes)


def bar_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """Lay out rows of a name, a drawn bar and a figure."""
    lines = [[tag("td", part, CELL) for part in (isolated(n), bar, f)] for n, bar, f in rows]
    return tag("table", [tag("tr", line) for line in lines], TABLE)


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay out rows of HTML under headings."""
    head = tag("tr", [tag("th", escape(name), CELL) for name in heads])
    lines = [tag("tr", [tag("td", part, CELL) for part in row]) for row in rows]
    return tag("table", [head, *lines], TABLE)


def bar(share: float, color: tuple[int, int, int] = TOWARDS) -> str:
    """Draw a bar filled to a share of its width."""
    style = f"width:{100 * share:.0f}%;height:8px;background:{rgba(color, 1, 0.8)}"
    filled = tag("div", "", style)
    return tag("div", filled, "width:160px;background:rgba(128,128,128,.2)")


def rgba(color: tuple[int, int, int], share: float, strongest: float = STRONGEST) -> str:
    """Return a CSS colour whose opacity is the size of a share in -1 to 1."""
    return f"rgba({','.join(map(str, color))},{abs(share) * strongest:.2f})"


def isolated(text: str) -> str:
    """Escape a text and keep its direction from what stands around it."""
    return f"<bdi>{literal(text)}</bdi>"


def literal(text: str) -> str:
    """Escape a text; a parser would otherwise read a carriage return as a line feed."""
    return escape(text).replace("\r", "&#13;")


def frame(title: str, *parts: str) -> str:
    """Wrap the parts of a fallback under a small title."""
    heading = tag("div", escape(title), QUIET)
    return tag("div", [heading, *parts], _FRAME)


def tag(name: str, content: str | Iterable[str], style: str = "", **attributes: str) -> str:
    """Wrap HTML in an element."""
    given = {"style": style, **attributes} if style else attributes
    named = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{named}>{inner}</{name}>"
