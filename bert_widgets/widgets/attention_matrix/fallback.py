"""What `AttentionMatrix` shows where no script runs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._common.characters import printable
from ..._common.numbers import percent
from ...figures.colors import TOWARDS
from ..saving.html import (
    MOST_ROWS,
    QUIET,
    TABLE,
    bar,
    bar_table,
    frame,
    grid,
    isolated,
    literal,
    mark,
    rgba,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...explain.attention.result import AttentionMaps, Matrix
    from .questions import MatrixQuestion

_MOST_CELLS = 32 * 32
_NUMBERED = 0.1  # a smaller share of the largest weight is not written into its cell


def attention_html(
    maps: AttentionMaps, matrix: Matrix, title: str, *, one_of_all: bool = False
) -> str:
    """Return a matrix of attention: as a table of cells, or its strongest pairs if it is large.

    ``one_of_all`` says that the widget itself shows all heads.
    """
    weights, labels = matrix.weights, matrix.labels
    if weights.size <= _MOST_CELLS:
        drawn = _matrix(labels, weights)
        strongest = f"the strongest weight is {weights.max():.2f}"
        caption = f"Each row shows where its token looks; column 1 is row 1; {strongest}."
    else:
        order = np.argsort(weights, axis=None)[::-1][:MOST_ROWS]
        drawn = bar_table(
            (f"{labels[i]} → {labels[j]}", bar(weights[i, j]), f"{weights[i, j]:.2f}")
            for i, j in (divmod(int(flat), len(labels)) for flat in order)
        )
        caption = f"The strongest {MOST_ROWS} of {weights.size:,} weights."
    best = int(maps.probabilities.argmax())
    predicted = f"Predicted: {maps.classes[best]} ({percent(maps.probabilities[best])})."
    if one_of_all:
        caption = f"One of {maps.layers * maps.heads} heads. {caption}"
    note = f"{caption} Attention shows where a head looks, not why the model decided. {predicted}"
    return frame(f"bert_widgets: attention, {title}", drawn, tag("div", escape(note), QUIET))


def attention_text(matrix: Matrix, title: str) -> str:
    """Return where each row of a matrix looks most, in a line."""
    strongest = "  ".join(
        f"{label}→{matrix.labels[row.argmax()]} {row.max():.2f}"
        for label, row in zip(matrix.labels, matrix.weights, strict=True)
    )
    return printable(f"{title}: {strongest}")


def matrix_title(maps: AttentionMaps, question: MatrixQuestion) -> str:
    """Return which matrix it is, such as ``"layer 2 of 0 to 5, head 0 of 0 to 11"``."""
    key = question.key
    layer = f"layer {key.layer} of 0 to {maps.layers - 1}" if key.layer >= 0 else "all layers"
    head = f"head {key.head} of 0 to {maps.heads - 1}" if key.head >= 0 else "mean of the heads"
    parts = {
        "weights": [layer, head],
        "norms": ["value-weighted norms", layer, head],
        "rollout": ["rollout", layer],
        "gradient": ["attention times gradient", layer],
    }
    return ", ".join(parts[key.measure])


def search_title(search: dict[str, Any], token_texts: Sequence[str], texts: int) -> str:
    """Return what was searched for, such as ``"most similar to 'not' at layer 3, in 60 texts"``."""
    token = token_texts[search["token"]]
    return f"most similar to {token!r} at layer {search['layer']}, in {texts} texts"


def matches_text(rows: Sequence[dict[str, Any]], title: str) -> str:
    """Return the matches of a corpus search in their contexts, one per line."""
    contexts = (f"{row['before']}{''.join(row['match'])}{row['after']}" for row in rows)
    return printable("\n".join([title, *(context.replace("\n", " ") for context in contexts)]))


def matches_html(
    rows: Sequence[dict[str, Any]], counts: Sequence[Sequence[Any]], title: str
) -> str:
    """Return the best matches of a corpus search in their contexts, and what is frequent."""
    cells = (
        [
            f"{row['similarity']:.2f}",
            isolated(row["before"]),
            mark("".join(row["match"]), 1.0),
            isolated(row["after"]),
            isolated(row["attends_to"]),
            isolated(row["label"]),
        ]
        for row in rows[:MOST_ROWS]
    )
    drawn = grid(["cosine", "before", "match", "after", "looks at", "label"], cells)
    frequent = [
        tag("div", literal(f"{heading}: " + ", ".join(f"{name} {n}" for name, n in values)))
        for heading, values in counts
    ]
    return frame(f"bert_widgets: {title}", drawn, tag("div", frequent, QUIET))


def _matrix(tokens: Sequence[str], weights: Any) -> str:  # noqa: ANN401
    # Columns are numbered as the rows are: hosts that sanitise styles would not turn their names.
    small = "white-space:nowrap;border:0;text-align:right;font:11px monospace;padding:0 "
    square = "border:0;padding:0;width:20px;height:20px;text-align:center;font:9px monospace"
    strongest = max(float(weights.max()), 1e-9)
    numbers = [tag("th", str(i + 1), small + "2px") for i in range(len(tokens))]
    rows = [[tag("td", "", square), *numbers]]
    for i, (token, row) in enumerate(zip(tokens, weights.tolist(), strict=True)):
        shades = [f"{square};background:{rgba(TOWARDS, weight / strongest, 1)}" for weight in row]
        cells = [
            tag("td", _number(weight, strongest), shade, title=f"{weight:.3f}")
            for shade, weight in zip(shades, row, strict=True)
        ]
        rows.append([tag("th", f"{isolated(token)} {i + 1}", small + "6px"), *cells])
    return tag("table", [tag("tr", row) for row in rows], TABLE)


def _number(weight: float, strongest: float) -> str:
    """Write a weight into its cell, for viewers that remove its colour, such as GitHub's."""
    if weight < _NUMBERED * strongest:
        return ""
    return f"{weight:.2f}".removeprefix("0") if weight < 1 else f"{weight:.1f}"
