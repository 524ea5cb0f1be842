"""The static HTML of `TrainingPanel`, for pages without scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._common.numbers import percent
from ..saving.html import (
    MOST_ROWS,
    PROSE,
    QUIET,
    bar,
    bar_table,
    frame,
    grid,
    isolated,
    marked_text,
    sparkline,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...model.evaluation import Evaluation
    from ...training import ProbeSnapshot, Progress


_MOST_SUSPECTS = 5
_MOST_BLOCKS = 60


def training_html(  # noqa: PLR0913 - the parts of the page
    runs: Sequence[tuple[str, str, Progress]],
    settings: Iterable[Sequence[str]],
    evaluations: list[dict[str, float]],
    *,
    problem: str = "",
    evaluation: Evaluation | None = None,
    probes: ProbeSnapshot | None = None,
    suspects: Sequence[Sequence[Any]] = (),
) -> str:
    """Return the progress of runs, and settings and results of the displayed run.

    Parameters
    ----------
    runs
        Name, state and progress of each run.
    settings
        Names and values of the set-up.
    evaluations
        Measures of each evaluation; if there are many, the first and the latest are shown.
    problem
        What is wrong; empty if nothing is.
    evaluation
        The latest evaluation.
    probes
        The latest snapshot of the probes.
    suspects
        Row, text, label, suggested label and score of likely label errors, most likely first.
    """
    parts = [bar_table(_line(*run, named=len(runs) > 1) for run in runs)]
    if problem:
        parts.append(tag("div", isolated(problem)))
    setup = " · ".join(f"{name}: {value}" for name, value in settings)
    parts.append(tag("div", escape(setup), QUIET))
    if evaluations:
        shown = evaluations
        if len(shown) > MOST_ROWS:
            shown = [shown[0], *shown[1 - MOST_ROWS :]]
        heads = [name.replace("_", " ") for name in shown[0]]
        parts.append(grid(heads, ([f"{v:.4g}" for v in row.values()] for row in shown)))
        parts += [_curve(name, [row[name] for row in evaluations]) for name in shown[0]]
    if evaluation is not None:
        table = evaluation.to_frame().head(MOST_ROWS)
        classes = [
            [
                isolated(name),
                *("-" if np.isnan(x) else f"{x:.3f}" for x in measures),
                f"{texts:.0f}",
            ]
            for name, *measures, texts in table.itertuples()
        ]
        parts.append(grid(["class", "precision", "recall", "F1", "texts"], classes))
    if probes is not None:
        parts += _probes(probes)
    if suspects:
        parts.append(tag("div", "Likely label errors", QUIET))
        heads = ["row", "text", "label", "suggested"]
        rows = ([str(row), *map(isolated, texts)] for row, *texts, _ in suspects[:_MOST_SUSPECTS])
        parts.append(grid(heads, rows))
    return frame("bert_widgets: training", *parts)


def _line(name: str, state: str, progress: Progress, *, named: bool) -> tuple[str, str, str]:
    step, total = progress.step, progress.total_steps
    title = f"{name}: {state}" if named else state
    return title, bar(step / total if total else 0.0), f"step {step} of {total}"


def _curve(name: str, values: Sequence[float]) -> str:
    """Draw a measure over all evaluations in block characters."""
    if name == "step" or len(values) < 2:  # noqa: PLR2004 - one value is no curve
        return ""
    drawn = sparkline(values[:: -(-len(values) // _MOST_BLOCKS)])
    ends = f"{values[0]:.4g} → {values[-1]:.4g}"
    return tag("div", f"{escape(name.replace('_', ' '))} {drawn} {ends}", QUIET)


def _probes(snapshot: ProbeSnapshot) -> Iterable[str]:
    """Draw each probe below its prediction, with the same colour scale for all."""
    most = max(float(np.abs(a.scores).max(initial=0)) for a in snapshot.attributions)
    yield tag("div", f"Probes at step {snapshot.step}", QUIET)
    for target, probabilities, result in zip(
        snapshot.targets, snapshot.probabilities, snapshot.attributions, strict=True
    ):
        share = float(probabilities[target])
        yield bar_table([(result.classes[target], bar(share), percent(share))])
        yield tag("div", marked_text(result.text, result, 0, most), PROSE, dir="auto")
