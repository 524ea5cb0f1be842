"""The demo for the terminal: fine-tune, evaluate, explain, and write an HTML report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.style import Style
from rich.table import Table
from rich.text import Text

from .._common.numbers import percent
from ..data.text_data import TextData
from ..explain import attribute
from ..training import Run, Trainer
from ..widgets import AttentionMatrix, TokenHighlights, TrainingPanel
from ..widgets.saving.export import Heading, write_page
from . import classifier, reviews, sentences

if TYPE_CHECKING:
    from pathlib import Path

    from ..explain import Attribution
    from ..model.classifier import BertClassifier
    from ..model.evaluation import Evaluation

SENTENCES = (
    "The plot is thin, but the acting is not bad at all.",
    "I wanted to love this blender. It leaks, it screams, and it smells of burning.",
    "Hardly a masterpiece, yet I finished it in one happy night.",
)
_TOWARDS, _AGAINST = (47, 111, 222), (217, 119, 6)


def tour(report: Path) -> None:
    """Fine-tune the embedded model on the embedded examples and show what it has learned.

    Parameters
    ----------
    report
        The HTML file to write.
    """
    console = Console(highlight=False)
    with console.status("Loading the embedded model ..."):
        clf = classifier()
        train, valid, written = _data()
    console.print(
        f"[bold]1. Fine-tune[/] a six-layer BERT on {len(train)} sentences and reviews, "
        f"evaluated on {len(valid)} others"
    )
    before = clf.evaluate(valid), clf.evaluate(written)
    trainer = Trainer(clf, train, valid, epochs=3, batch_tokens=512, evaluate_every=12)
    run = _watch(trainer, console)
    after = clf.evaluate(valid), clf.evaluate(written)

    console.print("\n[bold]2. Evaluate[/] on texts that it was not trained on")
    console.print(_metrics(before, after, (len(valid), len(written))))

    console.print("[bold]3. Explain[/] predictions by integrated gradients")
    attributions = attribute(clf, SENTENCES)
    for attribution in attributions:
        console.print(Padding(_coloured(attribution), (1, 2, 0, 2)))
    console.print(Padding(_legend(), (1, 2)))

    _write_report(report, clf, run)
    console.print("[bold]4. Open[/] the report: training curves, word scores, attention")
    console.print(
        f"   [link={report.resolve().as_uri()}]{report.resolve()}[/link]\n", soft_wrap=True
    )


def _data() -> tuple[TextData, TextData, TextData]:
    """Return train, validation, and the hand-written reviews of the latter."""
    columns = ["text", "label"]
    written_train, written_valid = TextData.from_(reviews()[columns]).split(valid=0.25)
    generated = TextData.from_(sentences(600)[columns])
    generated_train, generated_valid = generated.split(valid=0.25)
    train = pd.concat([written_train.to_frame(), generated_train.to_frame()])
    valid = pd.concat([written_valid.to_frame(), generated_valid.to_frame()])
    return TextData.from_(train), TextData.from_(valid), written_valid


def _watch(trainer: Trainer, console: Console) -> Run[Trainer]:
    """Train with a progress bar; Ctrl-C stops after the current step."""
    bar = Progress(
        TextColumn("  "),
        BarColumn(bar_width=40),
        TextColumn("step {task.completed:.0f} of {task.total:.0f}"),
        TextColumn("loss {task.fields[loss]:.3f}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("train", total=trainer.progress.total_steps, loss=float("nan"))

        def show() -> None:
            loss = trainer.history.latest("step").get("loss", float("nan"))
            bar.update(task, completed=trainer.progress.step, loss=loss)

        run = trainer.start()
        run.subscribe(show)
        try:
            run.wait()
        except KeyboardInterrupt:
            run.stop()
            run.wait()
        show()
    return run


def _metrics(
    before: tuple[Evaluation, ...], after: tuple[Evaluation, ...], counts: tuple[int, ...]
) -> Padding:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    for name in ("accuracy", "macro-F1", "loss"):
        table.add_column(name, justify="right")
    names = ("validation texts", "hard reviews only")
    for name, count, old, new in zip(names, counts, before, after, strict=True):
        measures = (
            (old.accuracy, new.accuracy),
            (old.macro_f1, new.macro_f1),
            (old.loss, new.loss),
        )
        cells = [f"{a:.3f} → [bold]{b:.3f}[/]" for a, b in measures]
        table.add_row(f"{name} ({count})", *cells)
    return Padding(table, (1, 2))


def _coloured(attribution: Attribution) -> Text:
    """Return label, probability and the text with signed word colours."""
    probability = attribution.probabilities.max()
    line = Text.assemble((f"{attribution.target} {percent(probability)}", "bold"), "\n")
    strongest = np.abs(attribution.scores).max() or 1.0
    end = 0
    for score, (start, stop) in zip(attribution.scores, attribution.word_offsets, strict=True):
        line.append(attribution.text[end:start])
        line.append(attribution.text[start:stop], _style(score / strongest))
        end = stop
    line.append(attribution.text[end:])
    return line


def _style(share: float) -> Style:
    """Return blue for words that support the label, underlined orange for words against it."""
    if abs(share) < 0.08:  # noqa: PLR2004 - too faint to see
        return Style()
    red, green, blue = _TOWARDS if share > 0 else _AGAINST
    strength = 0.25 + 0.75 * abs(share)
    white = (1 - strength) * 255
    mixed = [round(part * strength + white) for part in (red, green, blue)]
    bright = 0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2] > 140  # noqa: PLR2004
    return Style(
        color="#101418" if bright else "#ffffff",
        bgcolor="#{:02x}{:02x}{:02x}".format(*mixed),
        underline=share < 0,
    )


def _legend() -> Text:
    return Text.assemble((" towards the label ", _style(1.0)), "  ", (" against it ", _style(-1.0)))


def _write_report(path: Path, clf: BertClassifier, run: Run[Trainer]) -> None:
    panel = TrainingPanel(run)
    sections: list[object] = [
        (
            "A small BERT was fine-tuned on the examples that come with Bert Widgets. Everything "
            "on this page was computed during and after this training."
        ),
        Heading("How the model learned"),
        panel,
        Heading("Why it makes its predictions"),
        "Click a word, or use the arrow keys, to see how much it contributed to the prediction.",
    ]
    highlights = [TokenHighlights(clf, sentence) for sentence in SENTENCES]
    matrix = AttentionMatrix(clf, SENTENCES[0], layer=2, head=3)
    sections += highlights
    sections += [
        Heading("What its attention heads attend to"),
        "The first sentence again. Selecting a word here or above selects it in both widgets.",
        matrix,
    ]
    write_page(
        path,
        sections,  # type: ignore[arg-type]
        title="Bert Widgets: a tour",
        links=[((highlights[0], "selected"), (matrix, "selected"))],
    )
    for widget in (panel, *highlights, matrix):
        widget.close()
