"""The model, the data and the records of a training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..text.token_arrays import tokenize
from .records.dynamics import Dynamics
from .records.history import History

if TYPE_CHECKING:
    from pathlib import Path

    from ..data.text_data import TextData
    from ..model.classifier import BertClassifier
    from ..text.token_arrays import TokenArrays
    from .records.reporting import Reporter


@dataclass
class Job:
    """The model, the data and the records of a training.

    Attributes
    ----------
    clf, train, valid, folder, name, probes
        The arguments of `Trainer`, with the texts checked; ``name`` is empty if there is none.
    tokens
        The training texts tokenised.
    dynamics, history
        Records that the training fills.
    reporters
        Functions that are called with each event.
    """

    clf: BertClassifier
    train: TextData
    valid: TextData | None
    tokens: TokenArrays
    dynamics: Dynamics
    folder: Path | None = None
    name: str = ""
    probes: tuple[str, ...] = ()
    reporters: tuple[Reporter, ...] = ()
    history: History = field(default_factory=History)


def job_of(  # noqa: PLR0913 - what a training is made of
    clf: BertClassifier,
    train: TextData,
    valid: TextData | None,
    *,
    folder: Path | None = None,
    name: str = "",
    probes: tuple[str, ...] = (),
    reporters: tuple[Reporter, ...] = (),
    history: History | None = None,
) -> Job:
    """Check and tokenise the texts of a training.

    Raises
    ------
    ValueError
        If there are no texts, or all training texts have the same label.
    """
    for kind, part in (("training", train), ("validation", valid)):
        if part is not None and not len(part):
            msg = f"There are no {kind} texts; give at least one of each label."
            raise ValueError(msg)
    if not train.multi_label and (train.labels == train.labels[0]).all():
        only = train.classes[train.labels[0]]
        msg = (
            f"All {len(train)} training texts have the label {only!r}; add texts with another "
            "label."
        )
        raise ValueError(msg)
    tokens = tokenize(
        clf.tokenizer, train.texts, train.pairs, max_length=clf.max_length, lock=clf.lock
    )
    return Job(
        clf,
        train,
        valid,
        tokens,
        Dynamics(train),
        folder=folder,
        name=name,
        probes=probes,
        reporters=reporters,
        history=History() if history is None else history,
    )
