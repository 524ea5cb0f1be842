"""What several runs are called: by their names, or by the settings in which they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .hyperparameters import FORM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .run import Run
    from .trainer import Trainer

_MOST_SETTINGS = 3


def legend(runs: Sequence[Run[Trainer]]) -> list[str]:
    """Return a name for each run, such as ``"run 2, learning rate 1e-5"``.

    To a run that the user gave no name and no folder, the settings are added in which the runs
    differ.
    """
    settings = [run.trainer.hyperparameters for run in runs]
    different = [
        field for field in FORM if len({str(getattr(s, field.name)) for s in settings}) > 1
    ][:_MOST_SETTINGS]
    return [
        run.name
        if run.trainer.name or run.trainer.folder
        else ", ".join(
            [run.name, *(_said(field.label, getattr(chosen, field.name)) for field in different)]
        )
        for run, chosen in zip(runs, settings, strict=True)
    ]


def _said(label: str, value: object) -> str:
    if isinstance(value, bool) or value is None:
        return f"{label.lower()} {'on' if value else 'off' if value is False else 'by default'}"
    shown = f"{value:g}".replace("e-0", "e-") if isinstance(value, float) else str(value)
    return f"{label.lower()} {shown}"
