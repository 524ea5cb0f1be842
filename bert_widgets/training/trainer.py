"""Fine-tuning as an iterator of events, independent of threads and widgets."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .._common.characters import check_characters
from .._common.options import unknown
from .._common.other_names import OtherNames
from ..data.text_data import TextData
from ..model.classifier import BertClassifier, check_classifier
from ..model.forward.precision import resolve_precision
from .checkpoints.files import CheckpointError
from .checkpoints.state import unreadable
from .checkpoints.weights import put_back
from .hyperparameters import FORM, Hyperparameters
from .interrupts import held_back
from .job import Job, job_of
from .loop import Loop
from .other_names import ATTRIBUTES, CLASS_ATTRIBUTES, CONSTRUCTION, INSTEAD, OTHER_NAMES
from .progress import Progress, progress_of
from .records.probes import probe_texts
from .records.reporting import reporters_of
from .run import Run, check_free
from .saved_run import read_run, unused_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..data.text_data import Source
    from .records.dynamics import Dynamics
    from .records.history import Event, History
    from .records.reporting import Reporter


class Trainer(OtherNames):
    """Fine-tunes a classifier with AdamW, a warm-up and a decay of the learning rate.

    Batches hold texts of similar length up to a maximum number of tokens, so that there is little
    padding. Texts longer than the model's maximum are truncated. The trainer has its own random
    state: random numbers drawn in other cells or runs do not change the training, and it does not
    change theirs (on a GPU, only those drawn between its steps are safe).

    Parameters
    ----------
    clf
        The classifier; its weights are trained in place.
    train, valid
        Labelled texts in any form that `TextData.from_` accepts. With ``valid`` the model is
        evaluated before the first step and then every ``evaluate_every`` steps.
    text, pair, label
        Column names for `TextData.from_`.
    folder
        Folder for checkpoints and a copy of the texts, from which `resume` continues; None writes
        none.
    name
        What the run is called, in a panel for example; by default as its folder, or ``"run 1"``
        and so on, to which a panel of several runs adds the settings in which they differ.
    probes
        Texts whose prediction and word attributions are recorded as the model learns.
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
        How each training text was learned: the data map, likely label errors.
    settings : list of (str, str)
        Names and values of the main settings, for display.
    run : Run or None
        The background run, made by `start` or by a panel that shows the trainer.

    Raises
    ------
    ValueError
        If the data is not valid (see `TextData.from_`), a number is out of range, or the folder
        already contains a run.
    RuntimeError
        If another training writes to the folder.

    Examples
    --------
    >>> for event in Trainer(clf, train, valid, epochs=1):  # doctest: +SKIP
    ...     print(event.step, event.values["loss"])
    """

    _other_names = ATTRIBUTES
    _other_class_names = CLASS_ATTRIBUTES
    _construction = CONSTRUCTION

    def __init__(  # noqa: PLR0913 - options that describe the data
        self,
        clf: BertClassifier,
        train: Source,
        valid: Source | None = None,
        *,
        text: str = "text",
        pair: str | None = None,
        label: str = "label",
        folder: str | Path | None = None,
        name: str | None = None,
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
            folder=None if folder is None else unused_folder(Path(folder)),
            name="" if name is None else _checked_name(name),
            probes=probe_texts(probes, clf),
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
        """Return a trainer that continues from the latest checkpoint of a folder.

        In fp32, on the same machine, the result is the same bit for bit as without the
        interruption.

        Parameters
        ----------
        folder
            The folder of the trainer that wrote the checkpoint.
        clf
            A classifier of the same architecture and labels to continue with; its weights, and
            which of them are frozen, are replaced. By default a new one is loaded, `Trainer.clf`.
            A model with a PEFT adapter must be given.
        device
            Device of the new one, as for `BertClassifier.from_pretrained`.
        report_to
            As for `Trainer`.

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        CheckpointError
            If all checkpoints are damaged.
        ValueError
            If the checkpoint belongs to a different model than ``clf``.
        RuntimeError
            If a run is training ``clf``, or another training writes to the folder.

        Warns
        -----
        UserWarning
            If a newer checkpoint is damaged; the newest whole one is used.

        Examples
        --------
        >>> run = Trainer.resume("runs/first").start()  # doctest: +SKIP
        """
        if clf is not None:
            check_free(clf)
        saved = read_run(Path(folder), clf, device=device, reporters=reporters_of(report_to))
        trainer = cls.__new__(cls)
        trainer._set_up(saved.job, saved.state.hyperparameters)  # noqa: SLF001 - its own class
        try:
            trainer._loop.restore(saved.state)  # noqa: SLF001
        except Exception as error:
            raise unreadable(saved.checkpoint, error) from error
        if saved.weights is not None:  # last, when nothing can fail any more
            put_back(trainer.clf, saved.weights)
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
        """The folder of the checkpoints."""
        return self._job.folder

    @property
    def name(self) -> str:
        """What the run is called, if it was given a name; otherwise empty."""
        return self._job.name

    @property
    def history(self) -> History:
        """All measurements so far."""
        return self._job.history

    @property
    def dynamics(self) -> Dynamics:
        """How each training text was learned: the data map, likely label errors."""
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
        """The texts predicted and explained as the model learns; settable at any time."""
        return self._job.probes

    @probes.setter
    def probes(self, texts: Sequence[str]) -> None:
        self._job.probes = probe_texts(texts, self._job.clf)

    def __repr__(self) -> str:
        progress = self.progress
        texts = f"{len(self._job.train):,} texts"
        return f"<Trainer of {texts}: step {progress.step:,} of {progress.total_steps:,}>"

    @property
    def progress(self) -> Progress:
        """The progress of the training."""
        return progress_of(self._loop, self.clf.device)

    @property
    def settings(self) -> list[tuple[str, str]]:
        """Names and values of the main settings, for display."""
        return [
            ("device", str(self.clf.device)),
            ("precision", resolve_precision(self.hyperparameters.precision, self.clf.model)),
            ("train", f"{len(self.train):,} texts"),
            ("validation", f"{len(self.valid):,} texts" if self.valid else "none"),
            ("epochs", str(self.hyperparameters.epochs)),
            ("learning rate", _rate(self.learning_rate)),
        ]

    @property
    def between_epochs(self) -> bool:
        """Whether an epoch has just ended and everything due after it is done."""
        return self._loop.between_epochs

    @property
    def done(self) -> bool:
        """Whether the training has ended."""
        return self._loop.done

    def configure(self, **changes: Any) -> None:  # noqa: ANN401
        """Change hyper-parameters before the first step.

        Raises
        ------
        RuntimeError
            If the training has begun; `learning_rate` can be set at any time.
        TypeError, ValueError
            If there is no such hyper-parameter or a value is not valid; nothing is changed.
        """
        if self._begun:
            msg = "The training has begun; only its learning_rate can still be changed."
            raise RuntimeError(msg)
        self._loop.configure(self.hyperparameters.changed(**changes))

    @property
    def _begun(self) -> bool:
        # A run that was started may not have reached its first action yet.
        return self._loop.begun or (self.run is not None and self.run.state != "ready")

    def start(self) -> Run[Trainer]:
        """Train on a background thread; return immediately.

        Returns
        -------
        Run
            The same object each time: a trainer trains once.

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
        """Train step by step; a second iterator continues where the first one stopped."""
        try:
            while not self.done:
                event = self.advance()
                if event is not None:
                    yield event
        finally:
            self._loop.release()

    def advance(self) -> Event | None:
        """Perform the next action; return its event if it is a step or an evaluation.

        If it fails, for example because the disk is full, the next call tries again. An interrupt
        is raised when the action is complete, a second interrupt at once. If the process is asked
        to end (SIGTERM, SIGHUP), or after any other failure, a checkpoint is written, if there is a
        folder.

        Raises
        ------
        RuntimeError
            If an update of the weights fails midway. The classifier has weights of an earlier step
            again; the training can only be continued from a checkpoint, by `resume`.
        """
        with held_back(self._loop.save_last):
            try:
                return self._loop.advance()
            except CheckpointError:
                raise
            except Exception:
                self._loop.save_last()
                self._loop.release()
                raise

    def save(self) -> Path:
        """Write a checkpoint now; during a `Run` use `Run.save`.

        Returns
        -------
        Path
            The checkpoint, which is also a Hugging Face model folder.

        Raises
        ------
        ValueError
            If the trainer has no folder.
        CheckpointError
            If it cannot be written; no data is lost.
        """
        return self._loop.save()

    def finish(self) -> None:
        """End the training here, with a last checkpoint.

        With ``keep_best`` the best weights are restored.

        Raises
        ------
        CheckpointError
            If the checkpoint cannot be written; the weights are restored nevertheless.
        """
        self._loop.finish()


def _check_names(hyperparameters: dict[str, Any]) -> None:
    parameters = list(inspect.signature(Trainer).parameters)
    known = [*parameters[3:-1], *(field.name for field in FORM)]
    for name in hyperparameters:
        if name not in known:
            raise TypeError(unknown("option of Trainer", name, known, OTHER_NAMES, INSTEAD))


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        msg = f"name={name!r} is no name of a run; give a few words, such as 'small batches'."
        raise ValueError(msg)
    check_characters(name, "The name of the run")
    return name


def _rate(value: float) -> str:
    return f"{value:g}".replace("e-0", "e-")
