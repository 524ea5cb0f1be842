"""What a training works on and where it writes down what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..text.token_arrays import tokenize
from .records.dynamics import Dynamics
from .records.history import History

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..data.text_data import TextData
    from ..model.classifier import BertClassifier
    from ..text.token_arrays import TokenArrays
    from .records.history import Event


@dataclass
class Job:
    """What a training works on and where it writes down what it finds.

    Attributes
    ----------
    clf, train, valid, folder, probes, report_to
        As given to `Trainer`, the texts checked.
    tokens
        The training texts tokenised.
    dynamics, history
        To be filled.
    stored
        Whether the folder has the texts.
    """

    clf: BertClassifier
    train: TextData
    valid: TextData | None
    tokens: TokenArrays
    dynamics: Dynamics
    folder: Path | None = None
    probes: tuple[str, ...] = ()
    report_to: Callable[[Event], None] | None = None
    history: History = field(default_factory=History)
    stored: bool = False


def job_of(
    clf: BertClassifier,
    train: TextData,
    valid: TextData | None,
    **options: Any,  # noqa: ANN401 - of `Job`
) -> Job:
    """Tokenise the texts."""
    for name, part in (("training", train), ("validation", valid)):
        if part is not None and not len(part):
            msg = f"There are no {name} texts; give at least one of each label."
            raise ValueError(msg)
    if not train.multi_label and (train.labels == train.labels[0]).all():
        only = train.classes[train.labels[0]]
        msg = f"All {len(train)} training texts have the label {only!r}; add texts of another."
        raise ValueError(msg)
    tokens = tokenize(
        clf.tokenizer, train.texts, train.pairs, max_length=clf.max_length, lock=clf.lock
    )
    return Job(clf, train, valid, tokens, Dynamics(train), **options)
