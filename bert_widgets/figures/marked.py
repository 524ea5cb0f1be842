"""Texts with scored parts, as figures and LaTeX show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERED = 0.1  # a smaller share is not written beside its word
UNDERLINED = 0.08  # a smaller share against the target is not underlined


@dataclass(frozen=True)
class Part:
    """A part of a text.

    Attributes
    ----------
    text
        What is written.
    share
        The part's score as a share of the strongest, from -1 to 1; None for one without.
    number
        The score in figures; empty if it is not shown.
    """

    text: str
    share: float | None = None
    number: str = ""

    @property
    def underlined(self) -> bool:
        """Whether it counts against the target, for readers who do not see the colour."""
        return self.share is not None and self.share < -UNDERLINED


@dataclass(frozen=True)
class Marked:
    """What is shown of an explanation.

    Attributes
    ----------
    prediction
        The most probable classes.
    passages
        The text, and the second text of a pair.
    legend
        Marks of the scale with their scores, and words between them.
    caption
        What the scores are of.
    """

    prediction: str
    passages: tuple[tuple[Part, ...], ...]
    legend: tuple[Part, ...]
    caption: str


def parts_of(text: str, words: Iterable[tuple[int, int, float]], most: float) -> tuple[Part, ...]:
    """Divide a text into scored words and what is between them.

    Parameters
    ----------
    text
        The text.
    words
        The start, end and score of each word, in order.
    most
        The score with the strongest colour.
    """
    parts, position = [], 0
    for start, end, score in words:
        parts.append(Part(text[position:start]))
        share = score / most if most else 0.0
        number = signed(score) if abs(share) >= NUMBERED else ""
        parts.append(Part(text[max(position, start) : end], share, number))
        position = max(position, end)
    parts.append(Part(text[position:]))
    return tuple(part for part in parts if part.text)


def scale(most: float, towards: str, against: str) -> tuple[Part, ...]:
    """Return the legend of a scale: its ends with what they mean, and marks between them."""
    return (
        Part(f"{signed(-most)} {against}", -1.0),
        Part(" "),
        Part(signed(-most / 2), -0.5),
        Part(" 0 "),
        Part(signed(most / 2), 0.5),
        Part(" "),
        Part(f"{signed(most)} {towards}", 1.0),
    )


def signed(score: float) -> str:
    """Write a score with its sign and two digits."""
    return f"{score:+.2f}".replace("-", "−")
