"""What a notebook displays of a widget where only its static rendering is wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class Static:
    """HTML without scripts, and text for a terminal; a notebook displays one of them."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
