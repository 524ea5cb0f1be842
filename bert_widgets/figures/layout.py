"""Lines of words: where each is placed in a given width, in either direction of writing."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Measure = Callable[[str], float]

_RIGHT_TO_LEFT = ("R", "AL")
_STRONG = ("L", *_RIGHT_TO_LEFT)
_WIDE = ("W", "F")


@dataclass(frozen=True)
class Atom:
    """Characters that stay together, of one part of a text.

    Attributes
    ----------
    text
        The characters, without white space.
    part
        The number of the part.
    first
        Whether the part begins with it.
    spaced
        Whether there is white space before it.
    starts_line
        Whether there is a line end before it.
    width
        The room it takes.
    x
        Its left edge, once placed.
    """

    text: str
    part: int
    first: bool
    spaced: bool
    starts_line: bool
    width: float = 0.0
    x: float = 0.0


def lines_of(
    texts: Sequence[str], width: float, space: float, measure: Callable[[Atom], float]
) -> list[list[Atom]]:
    """Place the parts of a text in lines.

    Parameters
    ----------
    texts
        The parts.
    width
        The width of a line.
    space
        The width of white space.
    measure
        The room that an atom takes.
    """
    lines: list[list[Atom]] = [[]]
    right = 0.0
    for cluster in _clusters(texts):
        atoms = [replace(atom, width=measure(atom)) for atom in cluster]
        gap = space if atoms[0].spaced and lines[-1] else 0.0
        room = sum(atom.width for atom in atoms)
        if atoms[0].starts_line or (lines[-1] and right + gap + room > width):
            lines, right, gap = [*lines, []], 0.0, 0.0
        if room > width:
            atoms = [piece for atom in atoms for piece in _split(atom, width, measure)]
        for atom in atoms:
            if lines[-1] and right + gap + atom.width > width:
                lines, right, gap = [*lines, []], 0.0, 0.0
            lines[-1].append(replace(atom, x=right + gap))
            right, gap = right + gap + atom.width, 0.0
    to_left = is_right_to_left("".join(texts))
    return [_ordered(line, width, to_left=to_left) for line in lines]


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is written from right to left."""
    directions = map(unicodedata.bidirectional, text)
    return next((one for one in directions if one in _STRONG), "L") in _RIGHT_TO_LEFT


def _clusters(texts: Sequence[str]) -> Iterator[list[Atom]]:
    """Yield the atoms between which no line may end."""
    cluster: list[Atom] = []
    for atom in _atoms(texts):
        if cluster and (atom.spaced or _parted(cluster[-1].text[-1], atom.text[0])):
            yield cluster
            cluster = []
        cluster.append(atom)
    if cluster:
        yield cluster


def _atoms(texts: Sequence[str]) -> Iterator[Atom]:
    spaced = starts_line = False
    for part, text in enumerate(texts):
        first = True
        for run in re.findall(r"\s+|\S+", text):
            if run.isspace():
                spaced, starts_line = True, starts_line or "\n" in run
                continue
            for piece in _pieces(run):
                yield Atom(piece, part, first, spaced, starts_line)
                first = spaced = starts_line = False


def _pieces(run: str) -> list[str]:
    """Divide a run of characters between wide characters, such as Chinese ones."""
    pieces = [run[0]]
    for before, after in itertools.pairwise(run):
        if _parted(before, after):
            pieces.append(after)
        else:
            pieces[-1] += after
    return pieces


def _parted(before: str, after: str) -> bool:
    """Whether a line may end between two characters without white space between them."""
    if unicodedata.category(after)[0] in "PM" or unicodedata.category(before) == "Ps":
        return False
    if "\u200d" in (before, after):  # joins emoji
        return False
    return any(unicodedata.east_asian_width(one) in _WIDE for one in (before, after))


def _split(atom: Atom, width: float, measure: Callable[[Atom], float]) -> Iterator[Atom]:
    """Yield pieces of an atom that fit into a line."""
    piece = replace(atom, text=atom.text[0])
    for character in atom.text[1:]:
        longer = replace(piece, text=piece.text + character)
        if measure(longer) > width and not unicodedata.category(character).startswith("M"):
            yield replace(piece, width=measure(piece))
            piece = replace(atom, text=character, first=False, spaced=False, starts_line=False)
        else:
            piece = longer
    yield replace(piece, width=measure(piece))


def _ordered(line: list[Atom], width: float, *, to_left: bool) -> list[Atom]:
    """Mirror a line written from right to left, and runs of the other direction in a line."""
    mirrored = _mirrored(line, width) if to_left else line
    placed: list[Atom] = []
    run: list[Atom] = []
    for atom in mirrored:
        if (_direction(atom, to_left=to_left)) == to_left:
            placed += [*_within(run), atom]
            run = []
        else:
            run.append(atom)
    return [*placed, *_within(run)]


def _direction(atom: Atom, *, to_left: bool) -> bool:
    letters = [unicodedata.bidirectional(character) for character in atom.text]
    if any(one in (*_STRONG, "EN") for one in letters):
        return any(one in _RIGHT_TO_LEFT for one in letters)
    return to_left


def _within(run: list[Atom]) -> list[Atom]:
    if not run:
        return run
    left = min(atom.x for atom in run)
    right = max(atom.x + atom.width for atom in run)
    return _mirrored(run, left + right)


def _mirrored(line: list[Atom], width: float) -> list[Atom]:
    return [replace(atom, x=width - atom.x - atom.width) for atom in line]
