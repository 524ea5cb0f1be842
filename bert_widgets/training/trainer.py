"""Fine-tuning as an iterator of events; it knows nothing of threads or widgets."""

from __future__ import annotations

import contextlib
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .._common.options import unknown
from ..data.text_data import TextData
from ..model.classifier import BertClassifier, check_classifier
from ..model.precision import resolve_precision
from .checkpoints import state as saving
from .checkpoints.files import latest, read_data
from .checkpoints.weights import put_back
from .hyperparameters import FORM, OTHER_NAMES, Hyperparameters
from .interrupts import held_back
from .job import Job, job_of
from .loop import Loop
from .progress import Progress, progress_of
from .records.history import Event, History
from .records.probes import probe_texts
from .records.reporting import reporters_of
from .run import Run, check_free

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..data.text_data import Source
    from .records.dynamics import Dynamics
    from .records.reporting import Reporter


class Trainer:
    """Fine-tunes a classifier with AdamW, a warm-up and a decay of the learning rate.

    Batches hold texts of like length up to a budget of tokens, so little is spent on padding. A
    text longer than the model reads is cut. Random numbers are the trainer's own: cells that draw
    some, and other runs, do not change the run, nor it theirs (on a GPU: those between its steps).

    Parameters
    ----------
    clf
        The classifier; its weights are changed in place.
    train, valid
        Labelled texts, anything `TextData.from_` reads. With ``valid`` the model is evaluated
        before the first step and then every ``evaluate_every`` steps.
    text, pair, label
        Column names for `TextData.from_`.
    folder
        Where checkpoints go, and a copy of the texts: all that `resume` needs. None writes none.
    probes
        Texts whose prediction and word attributions are looked at again as the model learns.
    report_to
        A function, or several in a list, to call with each event, such as `tensorboard` returns.
        If one fails, it is noted and no longer called; the others are.
    **hyperparameters
        Any of `Hyperparameters`.

    Attributes
    ----------
    hyperparameters : Hyperparameters
        All settings.
    history : History
        All measurements so far.
    dynamics : Dynamics
        How each training text was learnt: the data map, likely label errors.
    settings : list of (str, str)
        What a person wants to see of the set-up.
    run : Run or None
        The background run, made by `start` or by a panel that shows the trainer.

    Raises
    ------
    ValueError
        If the data is unfit (see `TextData.from_`), a number is out of its range, or the folder
        holds a run already.

    Examples
    --------
    >>> for event in Trainer(clf, train, valid, epochs=1):  # doctest: +SKIP
    ...     print(event.step, event.values["loss"])
    """

    def __init__(  # noqa: PLR0913 - one option a fact about the data
        self,
        clf: BertClassifier,
        train: Source,
        valid: Source | None = None,
        *,
        text: str = "text",
        pair: str | None = None,
        label: str = "label",
        folder: str | Path | None = None,
        probes: Sequence[str] = (),
        report_to: Reporter | Sequence[Reporter] | None = None,
        **hyperparameters: Any,  # noqa: ANN401 - each of its own type
    ) -> None:
        check_classifier(clf)
        _check_names(hyperparameters)
        chosen = Hyperparameters(**hyperparameters)
        columns: dict[str, Any] = {
            "text": text, "pair": pair, "label": label,
            "classes": clf.labels, "problem_type": clf.problem_type,
        }  # fmt: skip
        job = job_of(
            clf,
            TextData.from_(train, **columns),
            None if valid is None else TextData.from_(valid, **columns),
            folder=None if folder is None else _unused(Path(folder)),
            probes=probe_texts(probes),
            reporters=reporters_of(report_to),
        )
        self._set_up(job, chosen)

    def _set_up(self, job: Job, chosen: Hyperparameters) -> None:
        self._job = job
        self._loop = Loop(job, chosen)
        self.run: Run[Trainer] | None = None

    @classmethod
    def resume(
        cls,
        folder: str | Path,
        *,
        clf: BertClassifier | None = None,
        device: str = "auto",
        report_to: Reporter | Sequence[Reporter] | None = None,
    ) -> Self:
        """Return a trainer that goes on exactly where the latest checkpoint of a folder stands.

        In fp32, on the same machine, the weights become what they would have become without the
        break, bit for bit.

        Parameters
        ----------
        folder
            As given to the trainer that wrote it.
        clf
            A classifier of the same architecture and labels to go on with; its weights are
            replaced. By default a new one is made, `Trainer.clf`.
        device
            Where to put a new one, as for `BertClassifier.from_pretrained`.
        report_to
            As for `Trainer`.

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        ValueError
            If the checkpoint is of another model than ``clf``.
        RuntimeError
            If a run is training ``clf``.

        Examples
        --------
        >>> run = Trainer.resume("runs/first").start()  # doctest: +SKIP
        """
        if clf is not None:
            check_free(clf)
        folder = Path(folder)
        checkpoint = latest(folder)
        history = History()
        saved = saving.read(checkpoint, history)
        weights = None if clf is None else saving.read_weights(checkpoint, clf)
        valid = folder / "valid.jsonl"
        job = job_of(
            clf or BertClassifier.from_pretrained(checkpoint, device=device),
            read_data(folder / "train.jsonl"),
            read_data(valid) if valid.is_file() else None,
            folder=folder,
            probes=saved.probes,
            reporters=reporters_of(report_to),
            history=history,
            stored=True,
        )
        trainer = cls.__new__(cls)
        trainer._set_up(job, saved.hyperparameters)  # noqa: SLF001 - its own class
        trainer._loop.restore(saved)  # noqa: SLF001
        if weights is not None:  # now that nothing can fail any more
            put_back(job.clf, weights)
        return trainer

    @property
    def clf(self) -> BertClassifier:
        """The classifier being trained."""
        return self._job.clf

    @property
    def train(self) -> TextData:
        """The training texts."""
        return self._job.train

    @property
    def valid(self) -> TextData | None:
        """The validation texts."""
        return self._job.valid

    @property
    def folder(self) -> Path | None:
        """Where checkpoints go."""
        return self._job.folder

    @property
    def history(self) -> History:
        """All measurements so far."""
        return self._job.history

    @property
    def dynamics(self) -> Dynamics:
        """How each training text was learnt: the data map, likely label errors."""
        return self._job.dynamics

    @property
    def hyperparameters(self) -> Hyperparameters:
        """All settings."""
        return self._loop.hyperparameters

    @property
    def learning_rate(self) -> float:
        """The highest learning rate, `Hyperparameters.learning_rate`; settable at any time."""
        return self.hyperparameters.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if not self._begun:
            self.configure(learning_rate=rate)
            return
        before = self.learning_rate
        self._loop.hyperparameters = self.hyperparameters.changed(learning_rate=rate)
        after = self.learning_rate
        if before != after:
            self._loop.note(f"Learning rate changed from {_rate(before)} to {_rate(after)}.")

    @property
    def probes(self) -> tuple[str, ...]:
        """The texts looked at as the model learns; they may be set on the way."""
        return self._job.probes

    @probes.setter
    def probes(self, texts: Sequence[str]) -> None:
        self._job.probes = probe_texts(texts)

    def __repr__(self) -> str:
        progress = self.progress
        texts = f"{len(self._job.train):,} texts"
        return f"<Trainer of {texts}: step {progress.step:,} of {progress.total_steps:,}>"

    @property
    def progress(self) -> Progress:
        """How far the training is."""
        return progress_of(self._loop, self.clf.device)

    @property
    def settings(self) -> list[tuple[str, str]]:
        """What a person wants to see of the set-up."""
        return [
            ("device", str(self.clf.device)),
            ("precision", resolve_precision(self.hyperparameters.precision, self.clf.device)),
            ("train", f"{len(self.train):,} texts"),
            ("validation", f"{len(self.valid):,} texts" if self.valid else "none"),
            ("epochs", str(self.hyperparameters.epochs)),
            ("learning rate", _rate(self.learning_rate)),
        ]

    @property
    def between_epochs(self) -> bool:
        """Whether an epoch has just ended and all that follows it is done."""
        return self._loop.between_epochs

    @property
    def done(self) -> bool:
        """Whether the training has come to its end."""
        return self._loop.done

    def configure(self, **changes: Any) -> None:  # noqa: ANN401
        """Change hyper-parameters before the first step.

        Raises
        ------
        RuntimeError
            If the training has begun; `learning_rate` can be set on the way.
        TypeError, ValueError
            If there is no such hyper-parameter or the value does not fit; nothing is changed.
        """
        if self._begun:
            msg = "The training has begun; only its learning_rate can still be changed."
            raise RuntimeError(msg)
        self._loop.configure(self.hyperparameters.changed(**changes))

    @property
    def _begun(self) -> bool:
        # A run that was started may not have come to its first action yet.
        return self._loop.begun or (self.run is not None and self.run.state != "ready")

    def start(self) -> Run[Trainer]:
        """Train on a background thread; return at once.

        Returns
        -------
        Run
            The same one each time: a trainer trains once.

        Raises
        ------
        RuntimeError
            If another run is training the same classifier; `runs` finds it.
        """
        if self.run is None:
            self.run = Run(self)
        self.run.start()
        return self.run

    def __iter__(self) -> Iterator[Event]:
        """Train step by step; a second iterator goes on where the first one is."""
        while not self.done:
            event = self.advance()
            if event is not None:
                yield event

    def advance(self) -> Event | None:
        """Do the one thing that comes next; return it if it is a step or an evaluation.

        What fails (a full disk, say) is tried again by the next call. An interrupt comes when the
        thing is done, a second interrupt at once.
        """
        with held_back():
            return self._loop.advance()

    def save(self) -> Path:
        """Write a checkpoint now; while a `Run` is at work, use `Run.save`.

        Returns
        -------
        Path
            The checkpoint, which is also a plain Hugging Face folder.

        Raises
        ------
        ValueError
            If the trainer has no folder.
        CheckpointError
            If it cannot be written; nothing is lost.
        """
        return self._loop.save()

    def finish(self) -> None:
        """End the training here: write a last checkpoint, put the best weights back if wanted.

        Raises
        ------
        CheckpointError
            If the checkpoint cannot be written; the weights are put back all the same.
        """
        self._loop.finish()


def _check_names(hyperparameters: dict[str, Any]) -> None:
    own = list(inspect.signature(Trainer).parameters)
    known = [*own[3:-1], *(field.name for field in FORM)]
    for name in hyperparameters:
        if name not in known:
            raise TypeError(unknown("option of Trainer", name, known, OTHER_NAMES))


def _rate(value: float) -> str:
    return f"{value:g}".replace("e-0", "e-")


def _unused(folder: Path) -> Path:
    """Return the folder if no run has been saved there."""
    with contextlib.suppress(FileNotFoundError):
        there = latest(folder)
        msg = (
            f"The folder {str(folder)!r} already holds a run ({there.name}); go on with "
            f"Trainer.resume({str(folder)!r}), or give another folder."
        )
        raise ValueError(msg)
    return folder
