"""Characters that no tokenizer can read, and those that control a terminal."""

from __future__ import annotations

import unicodedata

_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_KEPT = "\n\t"
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def has_lone_surrogate(text: str) -> bool:
    """Whether a string holds half of a character, which no tokenizer and no file takes."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def check_characters(text: str, name: str) -> None:
    """Raise a ValueError that calls the text by ``name`` if it holds a lone surrogate."""
    if has_lone_surrogate(text):
        msg = (
            f"{name} contains half of a character (a lone surrogate): {text!r:.80}; "
            "fix its encoding."
        )
        raise ValueError(msg)


def printable(text: str) -> str:
    r"""Write out the characters that would control the terminal or the direction of other text.

    Lines and tabs stay as they are.

    Examples
    --------
    >>> print(printable("\x1b[31mred"))
    \x1b[31mred
    """
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(repr(c)[1:-1] if _is_control(c) else c for c in text)


def _is_control(character: str) -> bool:
    if character in _KEPT:
        return False
    return character in _DIRECTIONS or unicodedata.category(character) in _CONTROLS
