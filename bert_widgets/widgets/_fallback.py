"""What a widget shows where no script runs: plain HTML with inline styles.

Text keeps the colour of the page and highlights are translucent, so that both light and dark
pages can be read. All text is escaped; texts are isolated, so that their direction stays theirs.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..evaluation import Evaluation
    from ..explain.attention import AttentionMaps, Matrix
    from ..explain.attribution import Attribution
    from ..training import Frame, Progress

TOWARDS = (56, 132, 244)
AGAINST = (238, 130, 28)
STRONGEST = 0.42  # opacity: the text above stays readable on white and on dark
_UNDERLINED = 0.08  # the least share that is
_MOST_CELLS = 32 * 32
_MOST_ROWS = 15
_MOST_SUSPECTS = 5

_FRAME = "font:14px/1.5 system-ui,sans-serif;max-width:60em"
_PROSE = "white-space:pre-wrap;margin:6px 0"
_QUIET = "font-size:12px;opacity:.8"
_TABLE = "border-collapse:collapse;margin:6px 0;font:inherit;color:inherit"
_CELL = "padding:2px 10px 2px 0;text-align:left;border:0"


def highlights_html(result: Attribution, *, badge: str = "", warnings: Sequence[str] = ()) -> str:
    """Return prediction, coloured text, legend and evidence of an attribution.

    Parameters
    ----------
    result
        What is on show.
    badge, warnings
        Plain sentences that speak for the scores, and against them.
    """
    most = float(np.abs(result.scores).max(initial=0))
    bars = [
        (name, _bar(p, TOWARDS if name == result.target else (128, 128, 128)), f"{p:.1%}")
        for name, p in zip(result.classes, result.probabilities.tolist(), strict=True)
    ]
    texts = [
        _tag("div", _marked(text, result, segment, most), _PROSE, dir="auto")
        for segment, text in enumerate((result.text, result.pair))
        if text
    ]
    towards = f"towards {result.target}"
    against = f"towards {result.against}" if result.against else f"against {result.target}"
    legend = [
        _mark(f"−{most:.2f} {against}", -1.0),
        " … 0 … ",
        _mark(f"+{most:.2f} {towards}", 1.0),
    ]
    if result.unit != "words":
        legend.append(escape(f" · scores of {result.unit}"))
    if result.margins is not None and len(result.margins):
        widest = float(result.margins.max())
        legend.append(escape(f" · each within ±{widest:.2f} or less, with 95 % confidence"))
    if result.completeness_error is not None:
        error = f"{100 * result.completeness_error:.2g} %"
        explained = "log-odds" if result.against else result.output
        legend.append(escape(f" · scores add up to the change in the {explained} within {error}"))
    said = [_tag("div", _isolated(badge))] if badge else []
    said += [_tag("div", f"⚠ {_isolated(warning)}", _QUIET) for warning in warnings]
    return _frame(
        "bert_widgets: token highlights", _table(bars), *texts, _tag("div", legend, _QUIET), *said
    )


def highlights_text(result: Attribution, *, badge: str = "", warnings: Sequence[str] = ()) -> str:
    """Return the prediction and each word with its score in a line, and what speaks for it."""
    probability = result.probabilities[result.classes.index(result.target)]
    margins = [""] * len(result.words)
    if result.margins is not None:
        margins = [f"±{margin:.2f}" for margin in result.margins]
    words = "  ".join(
        f"{word} {score:+.2f}{margin}"
        for word, score, margin in zip(result.words, result.scores, margins, strict=True)
    )
    against = f" against {result.against}" if result.against else ""
    first = f"{result.target}{against} {probability:.0%}: {words}"
    return "\n".join([first, *([badge] if badge else []), *(f"Note: {each}" for each in warnings)])


def attention_html(maps: AttentionMaps, shown: Matrix, where: str) -> str:
    """Return a matrix of attention: as a table of cells, or its strongest pairs if it is large."""
    weights, labels = shown.weights, shown.labels
    if weights.size <= _MOST_CELLS:
        drawn = _matrix(labels, weights)
        strongest = f"the strongest weight is {weights.max():.2f}"
        caption = f"A row says where it looks, column 1 being row 1; {strongest}."
    else:
        order = np.argsort(weights, axis=None)[::-1][:_MOST_ROWS]
        drawn = _table(
            (f"{labels[i]} → {labels[j]}", _bar(weights[i, j]), f"{weights[i, j]:.2f}")
            for i, j in (divmod(int(flat), len(labels)) for flat in order)
        )
        caption = f"The strongest {_MOST_ROWS} of {weights.size:,} weights."
    best = int(maps.probabilities.argmax())
    predicted = f"Predicted: {maps.classes[best]} ({maps.probabilities[best]:.0%})."
    note = f"{caption} Attention shows where a head looks, not why the model decided. {predicted}"
    return _frame(f"bert_widgets: attention, {where}", drawn, _tag("div", escape(note), _QUIET))


def matches_html(
    rows: Sequence[dict[str, Any]], counts: Sequence[Sequence[Any]], title: str
) -> str:
    """Return the likest matches of a corpus search in their contexts, and what is frequent."""
    cells = (
        [
            f"{row['similarity']:.2f}",
            _isolated(row["before"]),
            _mark("".join(row["match"]), 1.0),
            _isolated(row["after"]),
            _isolated(row["attends_to"]),
            _isolated(row["label"]),
        ]
        for row in rows[:_MOST_ROWS]
    )
    drawn = _grid(["cosine", "before", "match", "after", "looks at", "label"], cells)
    frequent = [
        _tag("div", _literal(f"{heading}: " + ", ".join(f"{name} {n}" for name, n in values)))
        for heading, values in counts
    ]
    return _frame(f"bert_widgets: {title}", drawn, _tag("div", frequent, _QUIET))


def training_html(  # noqa: PLR0913 - one part of the page each
    runs: Sequence[tuple[str, str, Progress]],
    settings: Iterable[Sequence[str]],
    evaluations: list[dict[str, float]],
    *,
    problem: str = "",
    evaluation: Evaluation | None = None,
    frame: Frame | None = None,
    suspects: Sequence[Sequence[Any]] = (),
) -> str:
    """Return how runs stand, and set-up, evaluations, classes, probes and suspects of one.

    Parameters
    ----------
    runs
        Name, state and progress of each.
    settings
        The set-up.
    evaluations
        The measures of each; the first and the latest are shown if there are many.
    problem
        What is wrong; empty if nothing is.
    evaluation
        The latest.
    frame
        The latest look at the probes.
    suspects
        Row, text, label, suggested label and score of likely label errors, the likeliest first.
    """
    parts = [_table(_line(*run, named=len(runs) > 1) for run in runs)]
    if problem:
        parts.append(_tag("div", _isolated(problem)))
    setup = " · ".join(f"{name}: {value}" for name, value in settings)
    parts.append(_tag("div", escape(setup), _QUIET))
    if evaluations:
        shown = evaluations
        if len(shown) > _MOST_ROWS:
            shown = [shown[0], *shown[1 - _MOST_ROWS :]]
        heads = [name.replace("_", " ") for name in shown[0]]
        parts.append(_grid(heads, ([f"{v:.4g}" for v in row.values()] for row in shown)))
    if evaluation is not None:
        measures = zip(
            evaluation.precision, evaluation.recall, evaluation.f1, evaluation.support, strict=True
        )
        classes = [
            [_isolated(name), f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}", str(support)]
            for name, (precision, recall, f1, support) in zip(
                evaluation.classes[:_MOST_ROWS], measures, strict=False
            )
        ]
        parts.append(_grid(["class", "precision", "recall", "F1", "texts"], classes))
    if frame is not None:
        parts += _probes(frame)
    if suspects:
        parts.append(_tag("div", "Likely label errors", _QUIET))
        heads = ["row", "text", "label", "suggested"]
        rows = ([str(row), *map(_isolated, texts)] for row, *texts, _ in suspects[:_MOST_SUSPECTS])
        parts.append(_grid(heads, rows))
    return _frame("bert_widgets: training", *parts)


def _line(name: str, state: str, progress: Progress, *, named: bool) -> tuple[str, str, str]:
    step, total = progress.step, progress.total_steps
    title = f"{name}: {state}" if named else state
    return title, _bar(step / total if total else 0.0), f"step {step} of {total}"


def _probes(frame: Frame) -> Iterable[str]:
    """Draw each probe under its prediction, in colours of one scale."""
    most = max(float(np.abs(a.scores).max(initial=0)) for a in frame.attributions)
    yield _tag("div", f"Probes at step {frame.step}", _QUIET)
    for target, probabilities, result in zip(
        frame.targets, frame.probabilities, frame.attributions, strict=True
    ):
        share = float(probabilities[target])
        yield _table([(result.classes[target], _bar(share), f"{share:.1%}")])
        yield _tag("div", _marked(result.text, result, 0, most), _PROSE, dir="auto")


def _marked(text: str, result: Attribution, segment: int, most: float) -> Iterable[str]:
    """Cut a text at its words and colour them; together the parts are the text."""
    mine = np.flatnonzero(result.word_segments == segment)
    at = 0
    for i in mine:
        start, end = result.word_offsets[i].tolist()
        score = float(result.scores[i])
        title = f"{score:+.3f}"
        if result.margins is not None:
            title += f" ±{result.margins[i]:.3f}"
        yield _literal(text[at:start])
        yield _mark(text[max(at, start) : end], score / most if most else 0.0, title=title)
        at = max(at, end)
    yield _literal(text[at:])


def _mark(text: str, share: float, **attributes: str) -> str:
    """Colour a piece of text by a share in -1 to 1; a push against is underlined too."""
    style = f"background:{_rgba(TOWARDS if share >= 0 else AGAINST, share)};border-radius:3px"
    # An element of its own: hosts that sanitise styles would drop the underline from one.
    name = "u" if share < -_UNDERLINED else "span"
    return _tag(name, _literal(text), style, **attributes)


def _matrix(tokens: Sequence[str], weights: Any) -> str:  # noqa: ANN401
    # Columns are numbered as the rows are: hosts that sanitise styles would not turn their names.
    small = "white-space:nowrap;border:0;text-align:right;font:11px monospace;padding:0 "
    square = "border:0;padding:0;width:18px;height:18px"
    strongest = max(float(weights.max()), 1e-9)
    numbers = [_tag("th", str(i + 1), small + "2px") for i in range(len(tokens))]
    rows = [[_tag("td", "", square), *numbers]]
    for i, (token, row) in enumerate(zip(tokens, weights.tolist(), strict=True)):
        shades = [f"{square};background:{_rgba(TOWARDS, weight / strongest, 1)}" for weight in row]
        cells = [
            _tag("td", "", shade, title=f"{weight:.3f}")
            for shade, weight in zip(shades, row, strict=True)
        ]
        rows.append([_tag("th", f"{_isolated(token)} {i + 1}", small + "6px"), *cells])
    return _tag("table", [_tag("tr", row) for row in rows], _TABLE)


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    """Lay out rows of a name, a drawn bar and a figure."""
    lines = [[_tag("td", part, _CELL) for part in (_isolated(n), bar, f)] for n, bar, f in rows]
    return _tag("table", [_tag("tr", line) for line in lines], _TABLE)


def _grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay out rows of HTML under headings."""
    head = _tag("tr", [_tag("th", escape(name), _CELL) for name in heads])
    lines = [_tag("tr", [_tag("td", part, _CELL) for part in row]) for row in rows]
    return _tag("table", [head, *lines], _TABLE)


def _bar(share: float, color: tuple[int, int, int] = TOWARDS) -> str:
    style = f"width:{100 * share:.0f}%;height:8px;background:{_rgba(color, 1, 0.8)}"
    filled = _tag("div", "", style)
    return _tag("div", filled, "width:160px;background:rgba(128,128,128,.2)")


def _rgba(color: tuple[int, int, int], share: float, strongest: float = STRONGEST) -> str:
    return f"rgba({','.join(map(str, color))},{abs(share) * strongest:.2f})"


def _isolated(text: str) -> str:
    return f"<bdi>{_literal(text)}</bdi>"


def _literal(text: str) -> str:
    """Escape a text; a parser would otherwise read a carriage return as a line feed."""
    return escape(text).replace("\r", "&#13;")


def _frame(title: str, *parts: str) -> str:
    heading = _tag("div", escape(title), _QUIET)
    return _tag("div", [heading, *parts], _FRAME)


def _tag(name: str, content: str | Iterable[str], style: str = "", **attributes: str) -> str:
    """Wrap HTML in an element."""
    given = {"style": style, **attributes} if style else attributes
    named = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{named}>{inner}</{name}>"
