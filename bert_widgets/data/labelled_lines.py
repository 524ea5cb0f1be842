"""Files in which each line is a label, a blank and a text, as those of TREC: how to read them.

They have no separator that a text could not contain, so they are not guessed but answered with the
line of Python that reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LABELLED_LINES = (
    "each line looks like a label and a text, so pass "
    "[line.split(' ', 1)[::-1] for line in Path(path).read_text('{encoding}').splitlines()]."
)
_MOST_LINES = 1000
_MOST_LABELS = 0.5  # of the lines


def labelled_lines(path: Path) -> str:
    """Return how to read a file, if its lines look like labels and texts; otherwise nothing."""
    if not path.is_file():
        return ""
    content = path.read_bytes()
    try:
        encoding, text = "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        encoding, text = "latin-1", content.decode("latin-1")
    if not split_lines(text.splitlines()[:_MOST_LINES]):
        return ""
    return LABELLED_LINES.format(encoding=encoding)


def split_lines(lines: Sequence[str]) -> bool:
    """Say whether lines begin with one of few labels: numbers, or words in capitals."""
    parts = [line.split(" ", 1) for line in lines]
    labels = {part[0] for part in parts}
    return (
        len(lines) > 1
        and all(len(part) > 1 and part[1].strip() for part in parts)
        and len(labels) <= max(1, _MOST_LABELS * len(lines))
        and all(label.isdecimal() or label.partition(":")[0].isupper() for label in labels)
    )
