"""Results that can be drawn: what saves their figure as SVG or PNG."""

from __future__ import annotations

import io
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Destination = str | Path


class Drawn:
    """A result with a figure."""

    @abstractmethod
    def plot(self) -> Figure:
        """Draw the result."""

    def to_svg(self, path: Destination | None = None, **options: Any) -> str | None:  # noqa: ANN401
        """Draw the result as SVG, in which text stays text.

        Parameters
        ----------
        path
            The file; an existing one is replaced. None returns the SVG as a string.
        **options
            Those of `plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        return written(self._saved("svg", options).decode("utf-8"), path)

    def to_png(
        self,
        path: Destination | None = None,
        *,
        dpi: float = 300,
        **options: Any,  # noqa: ANN401
    ) -> bytes | None:
        """Draw the result as PNG.

        Parameters
        ----------
        path
            The file; an existing one is replaced. None returns the bytes of the file.
        dpi
            Pixels per inch.
        **options
            Those of `plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        drawn = self._saved("png", options, dpi=dpi)
        if path is None:
            return drawn
        Path(path).write_bytes(drawn)
        return None

    def _saved(self, form: str, options: dict[str, Any], **saving: Any) -> bytes:  # noqa: ANN401
        file = io.BytesIO()
        self.plot(**options).savefig(file, format=form, **saving)
        return file.getvalue()


def written(text: str, path: Destination | None) -> str | None:
    """Write a text to a file, or return it if there is none."""
    if path is None:
        return text
    Path(path).write_text(text, "utf-8")
    return None
