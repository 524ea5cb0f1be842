"""A figure that a notebook displays without pyplot, and that is saved for papers."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

_SAVED: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "bert_widgets",  # ids are the same each time
    "pdf.fonttype": 42,  # fonts are embedded whole, as journals ask
    "text.usetex": False,  # a text is no command
}
_MISSING = re.compile(r"Glyph (\d+) .* missing from")


class Picture(Figure):
    """A matplotlib figure; notebooks only display those of pyplot by themselves.

    Text in a saved SVG file is text, and two files of one figure are the same, byte for byte.
    """

    def savefig(self, fname: Any, *, transparent: bool | None = None, **options: Any) -> None:  # noqa: ANN401
        """Save the figure as matplotlib does: SVG, PDF and PNG, with text that stays text.

        Warns if the text has characters that no font has, except in SVG, whose viewer chooses.
        """
        form = options.get("format") or str(fname).rpartition(".")[2].lower()
        if form in ("svg", "pdf"):
            date = {"Date": None} if form == "svg" else {"CreationDate": None}
            options["metadata"] = {**date, **(options.get("metadata") or {})}
        with warnings.catch_warnings(record=True) as caught, mpl.rc_context(_SAVED):
            warnings.simplefilter("always")
            super().savefig(fname, transparent=transparent, **options)
        missing = set()
        for warning in caught:
            if glyph := _MISSING.match(str(warning.message)):
                missing.add(chr(int(glyph[1])))
            else:
                warnings.warn_explicit(
                    warning.message, warning.category, warning.filename, warning.lineno
                )
        if missing and form != "svg":
            shown = ascii("".join(sorted(missing)[:20]))
            msg = f"matplotlib finds no font with {shown}; install one, or save as SVG."
            warnings.warn(msg, stacklevel=2)

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=100)
        return file.getvalue()
