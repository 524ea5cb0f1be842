"""A figure of coloured words, with their scores, the prediction and the scale."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from .characters import drawable
from .colors import INK, MUTED, diverging
from .fonts import literal
from .layout import lines_of
from .marked import Part
from .picture import Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from .layout import Atom
    from .marked import Marked

_POINTS = 72  # per inch
_MARGIN = 6.0
_BETWEEN = 7.0  # blocks
_PAD = 1.2  # on each side of a coloured word
_NUMBER_SIZE = 6.0


def draw_words(marked: Marked, *, width: float) -> Picture:
    """Draw an explanation in a width in inches; the height follows."""
    blocks: list[tuple[Sequence[Part], float, str]] = [
        ((Part(marked.prediction),), 9.0, INK),
        *((passage, 11.0, INK) for passage in marked.passages),
        (marked.legend, 8.0, INK),
        ((Part(marked.caption),), 8.0, MUTED),
    ]
    texts = [part.text + part.number for parts, _, _ in blocks for part in parts]
    font = literal(drawable(text) for text in texts)
    figure = Picture(figsize=(width, 1))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    top = _MARGIN
    for parts, size, ink in blocks:
        block = _Block(axes, font, size, ink)
        top = block.draw(parts, top, width * _POINTS) + _BETWEEN
    height = top - _BETWEEN + _MARGIN
    figure.set_size_inches(width, height / _POINTS)
    axes.set(xlim=(0, width * _POINTS), ylim=(height, 0))
    return figure


class _Block:
    """Text of one size, drawn line by line.

    Parameters
    ----------
    axes
        Where it is drawn; a unit is a point.
    font
        Properties of the text.
    size
        Of the letters, in points.
    ink
        The colour of the text.
    """

    def __init__(self, axes: Axes, font: dict[str, Any], size: float, ink: str) -> None:
        self._axes, self._font, self._size, self._ink = axes, font, size, ink
        self._measure = _measure(font["family"], size)
        self._measure_number = _measure(font["family"], _NUMBER_SIZE)

    def draw(self, parts: Sequence[Part], top: float, width: float) -> float:
        """Draw parts from a height downwards; return where they end."""
        numbered = any(part.number for part in parts)
        pitch = self._size * 1.45 + (_NUMBER_SIZE if numbered else 0)

        def room(atom: Atom) -> float:
            part = parts[atom.part]
            text = self._measure(atom.text) + (0 if part.share is None else 2 * _PAD)
            number = part.number if atom.first else ""
            return max(text, self._measure_number(number) + _PAD) if number else text

        lines = lines_of(
            [drawable(part.text) for part in parts],
            width - 2 * _MARGIN,
            0.36 * self._size,
            room,
        )
        for line in lines:
            self._draw_line(line, parts, top)
            top += pitch
        return top

    def _draw_line(self, line: list[Atom], parts: Sequence[Part], top: float) -> None:
        baseline, height = top + 1.05 * self._size, 1.32 * self._size
        underlines = []
        for i, atom in enumerate(line):
            part = parts[atom.part]
            left, right = _MARGIN + atom.x, _MARGIN + atom.x + atom.width
            if part.share is not None:
                if i and line[i - 1].part == atom.part:  # the space in a sentence is coloured too
                    before = line[i - 1]
                    left = min(left, max(_MARGIN + before.x + before.width, left - self._size))
                self._axes.add_patch(
                    Rectangle((left, top), right - left, height, color=diverging(part.share), lw=0)
                )
                if part.underlined:
                    underlines.append([(left + _PAD, top + height), (right - _PAD, top + height)])
            middle = _MARGIN + atom.x + atom.width / 2
            self._write(middle, baseline, atom.text, self._size, self._ink)
            if part.number and atom.first:
                below = top + height + _NUMBER_SIZE
                self._write(middle, below, part.number, _NUMBER_SIZE, MUTED)
        if underlines:
            self._axes.add_collection(
                LineCollection(underlines, colors=INK, linewidths=0.7), autolim=False
            )

    def _write(self, x: float, y: float, text: str, size: float, color: str) -> None:
        self._axes.text(
            x, y, text, fontsize=size, color=color, ha="center", va="baseline", **self._font
        )


def _measure(family: object, size: float) -> Callable[[str], float]:
    font = FontProperties(family=family, size=size)  # type: ignore[arg-type]

    @functools.cache
    def measure(text: str) -> float:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")  # said once, when the figure is saved
            return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])

    return measure
