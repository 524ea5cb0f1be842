"""The part of an exception's message that a sentence can quote."""

from __future__ import annotations

_LONGEST = 300


def reason(error: BaseException) -> str:
    """Return the first line of an exception's message, or its name if it has none."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - the exception is somebody else's, and so is its message
        lines = []
    if lines and lines[0].endswith(":"):  # a heading says nothing by itself
        lines = [" ".join(line.strip() for line in lines[:2])]
    return lines[0][:_LONGEST] if lines else type(error).__name__
