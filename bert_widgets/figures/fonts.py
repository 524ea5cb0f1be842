"""Fonts for texts in any script: the user's, and installed ones for the characters it lacks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, fontManager, get_font

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_LETTERS = "Last Resort"  # its glyphs say which script a character belongs to


def literal(texts: Iterable[str]) -> dict[str, Any]:
    """Return the properties of matplotlib's ``Text`` for texts in which ``$`` is a character."""
    return {"parse_math": False, "usetex": False, "family": families("".join(texts))}


def families(text: str) -> list[str]:
    """Return the families of the user's settings, and of fonts with what is missing there."""
    own = list(mpl.rcParams["font.family"])
    missing = {ord(character) for character in text if not character.isspace()}
    missing -= _characters(mpl.font_manager.findfont(FontProperties(family=own)))
    found = []
    for family, file in _upright() if missing else ():
        has = missing & _characters(file)
        if has:
            found.append(family)
            missing -= has
        if not missing:
            break
    return own + found


@functools.lru_cache(maxsize=256)
def _characters(file: str) -> frozenset[int]:
    return frozenset(get_font(file).get_charmap())


def _upright() -> list[tuple[str, str]]:
    """Return the installed families with their upright files, sans serif ones first."""
    files = {
        font.name: font.fname
        for font in sorted(fontManager.ttflist, key=lambda font: str(font.fname), reverse=True)
        if font.style == "normal" and font.weight in (400, "normal", "regular", "book")
    }
    named = [(name, file) for name, file in files.items() if _NO_LETTERS not in name]
    return sorted(named, key=lambda font: ("Sans" not in font[0], "Mono" in font[0], font[0]))
