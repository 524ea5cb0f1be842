"""What `TokenHighlights` shows in viewers that run no scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ..._common.characters import printable
from ..._common.numbers import percent
from ...explain.attribution.chance import scale_end
from ...figures.colors import TOWARDS
from ...figures.marked import signed
from ..saving.html import (
    PROSE,
    QUIET,
    bar,
    bar_table,
    frame,
    isolated,
    mark,
    marked_text,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...explain.attribution.result import Attribution


def highlights_html(result: Attribution, *, badge: str = "", warnings: Sequence[str] = ()) -> str:
    """Return prediction, coloured text, legend and evidence of an attribution.

    Parameters
    ----------
    result
        The displayed result.
    badge, warnings
        Sentences on what supports the scores, and on what to know before trusting them.
    """
    most = scale_end(result.scores, result.probabilities, result.output)
    bars = [
        (name, bar(p, TOWARDS if name == result.target else (128, 128, 128)), percent(p))
        for name, p in zip(result.classes, result.probabilities.tolist(), strict=True)
    ]
    texts = [
        tag("div", marked_text(text, result, segment, most), PROSE, dir="auto")
        for segment, text in enumerate((result.text, result.pair))
        if text
    ]
    towards = f"towards {result.target}"
    against = f"towards {result.against}" if result.against else f"against {result.target}"
    legend = [
        mark(f"{signed(-most)} {against}", -1.0),
        " … 0 … ",
        mark(f"{signed(most)} {towards}", 1.0),
    ]
    if result.unit != "words":
        legend.append(escape(f" · scores of {result.unit}"))
    if result.margins is not None and len(result.margins):
        widest = float(result.margins.max())
        legend.append(escape(f" · 95 % confidence intervals are ±{widest:.2f} or narrower"))
    if result.completeness_error is not None:
        error = f"{100 * result.completeness_error:.2g} %"
        explained = "log-odds" if result.against else result.output
        legend.append(escape(f" · scores add up to the change in the {explained} within {error}"))
    remarks = [tag("div", isolated(badge))] if badge else []
    remarks += [tag("div", f"⚠ {isolated(warning)}", QUIET) for warning in warnings]
    return frame(
        "bert_widgets: token highlights",
        bar_table(bars),
        *texts,
        tag("div", legend, QUIET),
        *remarks,
    )


def highlights_text(result: Attribution, *, badge: str = "", warnings: Sequence[str] = ()) -> str:
    """Return a line with the prediction and the score of each word, then the remarks."""
    probability = result.probabilities[result.classes.index(result.target)]
    margins = [""] * len(result.words)
    if result.margins is not None:
        margins = [f"±{margin:.2f}" for margin in result.margins]
    words = "  ".join(
        f"{word} {score:+.2f}{margin}"
        for word, score, margin in zip(result.words, result.scores, margins, strict=True)
    )
    against = f" against {result.against}" if result.against else ""
    lines = [f"{result.target}{against} {percent(probability)}: {words}"]
    lines += [badge] if badge else []
    lines += [f"Note: {warning}" for warning in warnings]
    return printable("\n".join(lines))
