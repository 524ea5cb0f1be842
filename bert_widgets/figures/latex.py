r"""LaTeX of coloured words, in which no text can be a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .characters import drawable
from .colors import diverging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .marked import Marked, Part

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",  # babel gives it a meaning in some languages
    "−": r"\ensuremath{-}",
    **{character: f"\\{character}" for character in "{}$&#%_"},
}
_JOINING = "-'`,?!"  # two of them would become a dash or a quotation mark


def latex_words(marked: Marked) -> str:
    r"""Return a group of paragraphs in which each scored word is a ``\colorbox``."""
    blocks = [
        escaped(marked.prediction),
        *(_passage(passage) for passage in marked.passages),
        rf"{{\footnotesize {_passage(marked.legend)}\par}}",
        rf"{{\footnotesize {escaped(marked.caption)}\par}}",
    ]
    body = "\n\n".join(blocks)
    setting = r"\setlength{\fboxsep}{1pt}\setlength{\parindent}{0pt}\raggedright"
    return f"% needs \\usepackage{{xcolor}}\n{{{setting}\n{body}\\par}}\n"


def escaped(text: str) -> str:
    r"""Write a text as LaTeX that prints it as it is.

    Examples
    --------
    >>> print(escaped(r"100% of \input{x}"))
    100\% of \textbackslash{}input\{x\}
    """
    written = before = ""
    for character in drawable(text):
        if before and before in _JOINING and character in _JOINING:
            written += "{}"
        written += _SPECIAL.get(character, character)
        before = character
    return written


def _passage(parts: Sequence[Part]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Part) -> str:
    if part.share is None:
        return "\\par\n".join(escaped(line) for line in drawable(part.text).split("\n"))
    color = diverging(part.share).removeprefix("#").upper()
    number = rf"\textsubscript{{{escaped(part.number)}}}" if part.number else ""
    # A box is never broken into lines, so each word of a sentence has its own.
    words = drawable(part.text).split()
    return " ".join(_box(word, color, underlined=part.underlined) for word in words) + number


def _box(word: str, color: str, *, underlined: bool) -> str:
    text = rf"\underline{{{escaped(word)}}}" if underlined else escaped(word)
    return rf"\colorbox[HTML]{{{color}}}{{\strut {text}}}"
