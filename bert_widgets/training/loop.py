"""The order of a training: steps, evaluations, snapshots of the probes, checkpoints, the end."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Any, cast

from .._common.errors import reason
from .._common.progress import Cancelled
from ..model.evaluation import evaluate
from .checkpoints import state as saving
from .checkpoints.run_folder import RunFolder
from .checkpoints.weights import LastGood, copy_weights, put_back
from .fit import check_fit
from .optimiser.learner import Learner, NonFiniteError
from .optimiser.plan import Plan
from .optimiser.schedule import rate_factor
from .records.history import Event
from .records.probes import take_snapshot
from .records.reporting import call_reporters
from .recovery import restore_finite, restore_half_updated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import torch

    from ..data.text_data import TextData
    from .hyperparameters import Hyperparameters
    from .job import Job

_SNAPSHOTS = 16  # of the probes, besides the first
_LEAST_STEPS = 5  # between two snapshots, each of which takes about as long as one or two steps


class Loop:
    """A training in progress: `advance` does what comes next.

    Parameters
    ----------
    job
        The data, the model and the records.
    hyperparameters
        The settings.

    Attributes
    ----------
    hyperparameters : Hyperparameters
        The settings now in use; the learning rate among them may change during the training.
    position : Position
        The progress made.

    Raises
    ------
    ValueError
        If the settings do not fit the texts or the model.
    """

    def __init__(self, job: Job, hyperparameters: Hyperparameters) -> None:
        check_fit(job, hyperparameters)
        self._job = job
        self.hyperparameters = hyperparameters
        self.position = saving.Position()
        # Made when first needed: until the first step the settings may change many times.
        self._planned: tuple[dict[str, Any], Plan] | None = None
        self._learner: Learner | None = None
        self._best: dict[str, torch.Tensor] | None = None
        self._last_good: LastGood | None = None
        self._folder: RunFolder | None = None
        if job.folder is not None:
            self._folder = RunFolder(job.folder, job.train, job.valid, self.note)
        self._begun = False
        self._saved_step: int | None = None
        self._left_out: dict[str, str] = {}  # what failed when last tried, and why
        self._tried: tuple[str, ...] | None = None  # the probes, when last tried
        self._half_updated = ""  # why the training cannot go on, if an update failed midway
        self._settings_lock = threading.Lock()

    @property
    def plan(self) -> Plan:
        """The texts of each step."""
        names = ("epochs", "batch_tokens", "gradient_accumulation", "seed")
        options: dict[str, Any] = {name: getattr(self.hyperparameters, name) for name in names}
        planned = self._planned
        if planned is None or planned[0] != options:
            planned = self._planned = options, Plan(self._job.tokens.lengths, **options)
        return planned[1]

    @property
    def learner(self) -> Learner:
        """The optimiser and its state."""
        if self._learner is None:
            job = self._job
            self._learner = Learner(
                job.clf, job.train, job.tokens, self.hyperparameters, note=self.note
            )
        return self._learner

    @property
    def begun(self) -> bool:
        """Whether anything has been done, also before a checkpoint was resumed."""
        return self._begun or self.position.step > 0

    def configure(self, hyperparameters: Hyperparameters) -> None:
        """Change the settings before the first step.

        Raises
        ------
        ValueError
            If the settings do not fit the texts or the model; nothing is changed.
        RuntimeError
            If the training has begun.
        """
        check_fit(self._job, hyperparameters)
        with self._settings_lock:
            if self.begun:
                msg = "The training has begun; only its learning_rate can still be changed."
                raise RuntimeError(msg)
            self.hyperparameters = hyperparameters
            self._learner = None

    @property
    def over(self) -> bool:
        """Whether no step follows."""
        return self.position.over or self.plan.ended(self.position.step)

    @property
    def done(self) -> bool:
        """Whether nothing follows, neither a step nor anything else."""
        return self.over and not self.position.due

    @property
    def between_epochs(self) -> bool:
        """Whether an epoch has just ended and everything due after it is done."""
        return self.plan.between_epochs(self.position.step) and not self.position.due

    def advance(self) -> Event | None:
        """Perform the next action; return its event if it is a step or an evaluation.

        If it fails (a full disk, an interrupt), the next call tries the same action again. Call
        it until the loop is `done`. Only an update of the weights that fails midway cannot be tried
        again: it is a RuntimeError, and so is each later call.
        """
        self._check_whole()
        position = self.position
        if self._folder is not None:
            self._folder.claim()
        if self._last_good is None:
            self._last_good = self._begin()
        if not position.due:
            return self._report(self._update(self._last_good))
        action = position.due.pop(0)
        try:
            evaluation = self._do(action)
        except BaseException:
            position.due.insert(0, action)
            raise
        return evaluation and self._report(evaluation)

    def save(self) -> Path:
        """Write a checkpoint."""
        if self._folder is None:
            msg = "This trainer has no folder for checkpoints; use Trainer(..., folder='runs/1')."
            raise ValueError(msg)
        self._check_whole()
        path = self._folder.save(self.position.step, self._fill)
        self._saved_step = self.position.step
        return path

    def save_last(self) -> None:
        """Write a checkpoint because the training may end here, unless there is one of this step.

        If it cannot be written, a note says why.
        """
        step = self.position.step
        if self._folder is None or step in (0, self._saved_step) or self._half_updated:
            return
        try:
            path = self.save()
        except Exception as error:  # noqa: BLE001 - the reason for the end must not be hidden
            self.note(f"No last checkpoint could be written: {reason(error)}")
        else:
            self.note(f"Saved to {path}, before the training was cut short.")

    def release(self) -> None:
        """Let another training use the folder until this one goes on."""
        if self._folder is not None:
            self._folder.release()

    def finish(self) -> None:
        """Write a last checkpoint; restore the best weights with ``keep_best``."""
        self._check_whole()
        ended = self.done  # otherwise the checkpoint needs the latest weights, to be resumed
        if ended:
            self._restore_best()
            self._best = None
        try:
            if self._folder is not None and self.begun:
                self.save()
        finally:
            self.release()
            if not ended:
                self._restore_best()

    def restore(self, saved: saving.Saved) -> None:
        """Continue from a checkpoint whose model and history are loaded already."""
        if self._folder is not None:
            self._folder.knows(saved.texts)
        self.position = saved.position
        self._saved_step = saved.position.step
        self.learner.load(saved.optimizer)
        self._job.dynamics.load(saved.dynamics)
        self._best = saved.best

    def note(self, text: str) -> None:
        """Add a note to the history."""
        self._job.history.note(self.position.step, text)

    def _begin(self) -> LastGood:
        with self._settings_lock:
            self._begun = True
        position, history = self.position, self._job.history
        measured = history.count("evaluation") or history.probe_history
        if position.step == 0 and not position.due and not measured:
            position.due = [*["evaluate"] * (self._job.valid is not None), "probe"]
        self._batches = self.plan.after(position.step)
        return LastGood(self._job.clf, position.step)

    def _due(self) -> list[str]:
        """Return the actions between the latest step and the next one."""
        step, job, chosen = self.position.step, self._job, self.hyperparameters
        epoch_ended = self.plan.between_epochs(step)

        def is_due(every: int | None) -> bool:
            return epoch_ended if every is None else step % every == 0 or self.over

        probed = job.history.probe_history[-1].texts if job.history.probe_history else ()
        if self._tried is not None:  # those that failed are not tried again after each step
            probed = self._tried
        snapshot_every = max(_LEAST_STEPS, len(self.plan) // _SNAPSHOTS)
        due = {
            "evaluate": job.valid is not None and is_due(chosen.evaluate_every),
            "probe": probed != job.probes or is_due(snapshot_every),
            "save": job.folder is not None and not self.over and is_due(chosen.checkpoint_every),
            "finish": self.over,
        }
        return [action for action, now in due.items() if now]

    def _do(self, action: str) -> Event | None:
        if action == "evaluate":
            return self._measured("evaluation", self._evaluate)
        if action == "probe":
            self._measured("snapshot of the probes", self._take_snapshot)
        elif action == "save":
            self.save()
        else:
            self.finish()
        return None

    def _measured(self, name: str, measure: Callable[[], Event | None]) -> Event | None:
        """Measure what the training can do without; if that fails, note why and go on."""
        try:
            event = measure()
        except (Cancelled, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the training is worth more
            why = reason(error)
        else:
            self._left_out.pop(name, None)
            return event
        if self._left_out.get(name) != why:
            self.note(f"The {name} failed and is left out: {why}")
        self._left_out[name] = why
        return None

    def _update(self, last_good: LastGood) -> Event:
        """Take one step of the optimiser."""
        start = time.perf_counter()
        position, chosen = self.position, self.hyperparameters
        rows = next(self._batches)
        factor = rate_factor(position.step, len(self.plan), chosen.warmup, chosen.schedule)
        rate = chosen.learning_rate * factor
        with self._job.clf.lock:  # until the weights are whole again, if the update fails midway
            try:
                update = self.learner.step(rows, rate)
            except BaseException as error:
                self._batches = itertools.chain([rows], self._batches)
                if not self.learner.whole:
                    self._half_updated = restore_half_updated(
                        error, last_good, position.step, self._last_checkpoint
                    )
                    self.note(self._half_updated)
                    if isinstance(error, Exception):
                        raise RuntimeError(self._half_updated) from error
                if isinstance(error, NonFiniteError):
                    texts = self._job.train.texts
                    message = restore_finite(error, last_good, position.step, texts)
                    raise FloatingPointError(message) from error
                raise
        position.step += 1
        position.examples += len(rows)
        position.due = self._due()
        position.seconds += time.perf_counter() - start
        self._job.dynamics.record(rows, update.probabilities)
        last_good.saw(position.step, update.loss)
        values = {
            "loss": update.loss,
            "learning_rate": rate,
            "gradient_norm": update.gradient_norm,
        }
        return Event("step", position.step, self.plan.epoch(position.step), values)

    def _evaluate(self) -> Event:
        start = time.perf_counter()
        position, chosen, history = self.position, self.hyperparameters, self._job.history
        clf, valid = self._job.clf, cast("TextData", self._job.valid)
        # Only this thread changes the weights, so others may use the model between the batches.
        probabilities = clf.text_probabilities(valid.texts, valid.pairs)
        result = evaluate(probabilities, valid.labels, clf.labels, valid)
        position.seconds += time.perf_counter() - start
        value = -result.loss if chosen.best_by == "loss" else getattr(result, chosen.best_by)
        if position.best is None or value > position.best:
            if chosen.keep_best:
                self._best = copy_weights(self._job.clf)
            position.best, position.stale, history.best_step = value, 0, position.step
        else:
            position.stale += 1
        if position.stale == chosen.patience:
            position.over = True
            position.due = [*(action for action in position.due if action == "probe"), "finish"]
            measure = chosen.best_by.replace("_", " ")
            self.note(f"Stopped early: {measure} has not improved in {position.stale} evaluations.")
        history.evaluation = result
        names = ("loss", "accuracy", "macro_f1", "calibration_error")
        values = {name: float(getattr(result, name)) for name in names}
        return Event("evaluation", position.step, self.plan.epoch(position.step), values)

    def _take_snapshot(self) -> None:
        probes = self._tried = self._job.probes
        if probes:
            snapshot = take_snapshot(self._job.clf, probes, self.position.step)
            self._job.history.probe_history = (*self._job.history.probe_history, snapshot)

    @property
    def _last_checkpoint(self) -> tuple[Path, int] | None:
        if self._job.folder is None or self._saved_step is None:
            return None
        return self._job.folder, self._saved_step

    def _check_whole(self) -> None:
        if self._half_updated:
            raise RuntimeError(self._half_updated)

    def _report(self, event: Event) -> Event:
        self._job.history.add(event)
        self._job.reporters = call_reporters(event, self._job.reporters, self.note)
        return event

    def _restore_best(self) -> None:
        if self.hyperparameters.keep_best and self._best is not None:
            put_back(self._job.clf, self._best)
            self.note(f"Restored the best weights, those of step {self._job.history.best_step}.")

    def _fill(self, folder: Path) -> None:
        job = self._job
        state = saving.Saved(
            self.hyperparameters,
            self.position,
            job.probes,
            self.learner.state(),
            self._best,
            job.dynamics.state(),
            name=job.name,
        )
        saving.fill(folder, job.clf, job.history, state)
