"""Plain HTML with inline styles, for viewers that run no scripts.

Text has the colour of the page and highlights are translucent, so it can be read on light and dark
pages. All text is escaped, and isolated so that its direction does not affect what is around it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from ...figures.colors import AGAINST, TOWARDS
from ...figures.marked import NUMBERED, UNDERLINED, signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...explain.attribution.result import Attribution

STRONGEST = 0.42  # opacity: the text above stays readable on white and on dark
_BOLD = 0.4  # the number of a larger share is bold
MOST_ROWS = 15
_BLOCKS = "▁▂▃▄▅▆▇█"

_FRAME = "font:14px/1.5 system-ui,sans-serif;max-width:60em"
PROSE = "white-space:pre-wrap;margin:6px 0"
QUIET = "font-size:12px;opacity:.8"
_SMALL = "font-size:10px;opacity:.8;margin:0 1px"
TABLE = "border-collapse:collapse;margin:6px 0;font:inherit;color:inherit"
CELL = "padding:2px 10px 2px 0;text-align:left;border:0"


def marked_text(text: str, result: Attribution, segment: int, most: float) -> Iterable[str]:
    """Yield the parts of a text as HTML, with its words coloured and the larger scores in numbers.

    The numbers are for viewers that remove styles, such as GitHub's.
    """
    words = np.flatnonzero(result.word_segments == segment)
    position = 0
    for i in words:
        start, end = result.word_offsets[i].tolist()
        score = float(result.scores[i])
        title = f"{score:+.3f}"
        if result.margins is not None:
            title += f" ±{result.margins[i]:.3f}"
        yield literal(text[position:start])
        share = score / most if most else 0.0
        yield mark(text[max(position, start) : end], share, title=title)
        if abs(share) >= NUMBERED:
            number = f"\u202f{signed(score)}"
            bold = abs(share) >= _BOLD
            yield tag("sub", tag("strong", number) if bold else number, _SMALL, dir="ltr")
        position = max(position, end)
    yield literal(text[position:])


def mark(text: str, share: float, **attributes: str) -> str:
    """Colour a part of a text by a share from -1 to 1; a negative share is underlined too."""
    style = f"background:{rgba(TOWARDS if share >= 0 else AGAINST, share)};border-radius:3px"
    # An element rather than a style: some hosts remove styles for underlining.
    name = "u" if share < -UNDERLINED else "span"
    return tag(name, literal(text), style, **attributes)


def sparkline(values: Iterable[float]) -> str:
    """Draw numbers as block characters, the smallest lowest; one that is not finite is a space."""
    numbers = np.asarray(list(values), np.float64)
    finite = np.isfinite(numbers)
    if not finite.any():
        return ""
    least, most = numbers[finite].min(), numbers[finite].max()
    levels = (numbers - least) / ((most - least) or 1.0) * (len(_BLOCKS) - 1)
    return "".join(
        _BLOCKS[round(level)] if known else " "
        for level, known in zip(np.where(finite, levels, 0).tolist(), finite, strict=True)
    )


def bar_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return a table with rows of a name, a bar and a number."""
    lines = [[tag("td", part, CELL) for part in (isolated(n), bar, f)] for n, bar, f in rows]
    return tag("table", [tag("tr", line) for line in lines], TABLE)


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of HTML cells under headings."""
    head = tag("tr", [tag("th", escape(name), CELL) for name in heads])
    lines = [tag("tr", [tag("td", part, CELL) for part in row]) for row in rows]
    return tag("table", [head, *lines], TABLE)


def bar(share: float, color: tuple[int, int, int] = TOWARDS) -> str:
    """Return a bar that is filled to a share of its width."""
    style = f"width:{100 * share:.0f}%;height:8px;background:{rgba(color, 1, 0.8)}"
    filled = tag("div", "", style)
    return tag("div", filled, "width:160px;background:rgba(128,128,128,.2)")


def rgba(color: tuple[int, int, int], share: float, strongest: float = STRONGEST) -> str:
    """Return a CSS colour whose opacity is proportional to the size of a share from -1 to 1."""
    return f"rgba({','.join(map(str, color))},{abs(share) * strongest:.2f})"


def isolated(text: str) -> str:
    """Escape a text and isolate its direction."""
    return f"<bdi>{literal(text)}</bdi>"


def literal(text: str) -> str:
    """Escape a text, and its carriage returns, which parsers turn into line feeds."""
    return escape(text).replace("\r", "&#13;")


def frame(title: str, *parts: str) -> str:
    """Put the parts of a fallback under a small title."""
    heading = tag("div", escape(title), QUIET)
    return tag("div", [heading, *parts], _FRAME)


def tag(name: str, content: str | Iterable[str], style: str = "", **attributes: str) -> str:
    """Return an HTML element."""
    if style:
        attributes = {"style": style, **attributes}
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{written}>{inner}</{name}>"
