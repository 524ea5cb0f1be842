"""The learning-rate range test: suggests a learning rate for a training."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._common.options import named_options
from .._common.progress import check_cancelled
from .._common.progress import progress as progress_bar
from .checkpoints.weights import copy_weights, put_back
from .optimiser.learner import Learner, NonFiniteError
from .optimiser.plan import Plan
from .trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

_MEMORY = 0.9  # of the moving average
_DIVERGED = 4.0  # times the lowest smoothed loss
_SETTLED = 10  # steps before the moving average is meaningful
_CLEAR = 3.8  # standard errors; losses that only vary pass three times in a thousand


@dataclass(frozen=True, eq=False, repr=False)
class RateSearch:
    """Results of a search for a learning rate.

    Attributes
    ----------
    rates
        float64 array (k,): the learning rate of each step, growing evenly on a log scale.
    losses
        float64 array (k,): the training loss of each step's batch, in nats.
    smoothed
        float64 array (k,): their exponential moving average, bias-corrected.
    suggestion
        Suggested learning rate, to two digits; None if the loss does not fall clearly.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    suggestion: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per step: ``learning_rate``, ``loss``, ``smoothed``."""
        import pandas as pd

        columns = {"learning_rate": self.rates, "loss": self.losses, "smoothed": self.smoothed}
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        rates = f"{len(self.rates)} learning rates from {self.rates[0]:.1e} to {self.rates[-1]:.1e}"
        if self.suggestion is None:
            return f"{rates}: the loss does not fall clearly; try larger batches or more steps."
        return f"{rates}: use {self.suggestion:.1e}."

    def _repr_html_(self) -> str:
        style = "font:14px/1.5 system-ui,sans-serif"
        return f'<div style="{style}"><div>{self!r}</div>{_columns(self)}</div>'


@named_options
def find_learning_rate(
    trainer: Trainer,
    *,
    lowest: float = 1e-7,
    highest: float = 1.0,
    steps: int = 100,
    progress: Callable[[float, float], None] | None = None,
) -> RateSearch:
    """Train briefly with rates that grow from step to step, then restore everything.

    The range test of Smith (2017), with the batches and settings of the trainer except
    ``compile``. It ends early once the loss is far above its minimum. The suggestion is the rate
    at which the smoothed loss falls: the one that best splits the curve, up to its minimum, into
    a high and a low part. (The steepest slope between two steps is mostly noise with batches of a
    few dozen texts, and the middle of the longest valley is too low for a curve that is flat at
    first.)

    Weights, optimiser, random state and trainer are restored exactly, also after an error or an
    interrupt. Predictions requested by other threads wait until then, because the weights change
    during the search.

    Parameters
    ----------
    trainer
        A trainer that has not begun; it is not changed.
    lowest, highest
        First and last learning rate, above 0 and at most 1.
    steps
        Number of optimiser steps, at least 21.
    progress
        Called with learning rate and smoothed loss after each step, on the calling thread.

    Returns
    -------
    RateSearch

    Raises
    ------
    RuntimeError
        If the training has begun.
    ValueError
        If the range is empty or there are too few steps.
    FloatingPointError
        If the loss is not finite at the first step.

    References
    ----------
    Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017.

    Examples
    --------
    >>> search = find_learning_rate(trainer)  # doctest: +SKIP
    >>> trainer.configure(learning_rate=search.suggestion)  # doctest: +SKIP
    """
    argument: object = trainer
    if not isinstance(argument, Trainer):
        msg = f"find_learning_rate takes a Trainer, not a {type(argument).__name__}."
        raise TypeError(msg)
    _check_range(lowest, highest, steps)
    with trainer.clf.evaluating():  # no other thread trains or predicts meanwhile
        if trainer._loop.begun or trainer.progress.step:  # noqa: SLF001 - its own package
            msg = "The training has begun; use a new Trainer to find a learning rate."
            raise RuntimeError(msg)
        weights = copy_weights(trainer.clf)
        try:
            rates, losses, smoothed = _try(trainer, np.geomspace(lowest, highest, steps), progress)
        finally:
            put_back(trainer.clf, weights)
    return RateSearch(rates, losses, smoothed, _suggest(rates, losses, smoothed))


def _try(
    trainer: Trainer,
    rates: NDArray[np.float64],
    report: Callable[[float, float], None] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Take a step at each rate until the loss diverges; return rates, losses, smoothed losses."""
    chosen = trainer.hyperparameters.changed(compile=False)
    tokens = trainer._job.tokens  # noqa: SLF001 - its own package
    plan = Plan(
        tokens.lengths,
        epochs=1,
        batch_tokens=chosen.batch_tokens,
        gradient_accumulation=chosen.gradient_accumulation,
        seed=chosen.seed,
    )
    endless = itertools.chain.from_iterable(map(plan.steps, itertools.count()))
    batches = list(itertools.islice(endless, len(rates)))
    learner = Learner(trainer.clf, trainer.train, tokens, chosen)
    losses: list[float] = []
    smoothed: list[float] = []
    average, least = 0.0, math.inf
    with progress_bar(sum(map(len, batches)), "find a learning rate") as bar:
        for rate, rows in zip(rates.tolist(), batches, strict=True):
            check_cancelled()
            try:
                loss = learner.step(rows, rate).loss
            except NonFiniteError as error:
                if losses:
                    break
                row = int(error.rows[0])
                msg = (
                    f"The loss is {error.loss} at the first step, on training row {row} "
                    f"({trainer.train.texts[row][:60]!r}); check this text, or load the model "
                    "again."
                )
                raise FloatingPointError(msg) from error
            losses.append(loss)
            average = _MEMORY * average + (1 - _MEMORY) * loss
            smoothed.append(average / (1 - _MEMORY ** len(losses)))
            bar.update(len(rows))
            if report is not None:
                report(rate, smoothed[-1])
            if len(losses) > _SETTLED:
                least = min(least, smoothed[-1])
                if smoothed[-1] > _DIVERGED * least:
                    break
    return rates[: len(losses)], np.array(losses), np.array(smoothed)


def _suggest(
    rates: NDArray[np.float64], losses: NDArray[np.float64], smoothed: NDArray[np.float64]
) -> float | None:
    """Return the rate at which a step function fits the smoothed curve best, if it is clear."""
    if len(rates) <= 2 * _SETTLED:
        return None
    end = _SETTLED + int(smoothed[_SETTLED:].argmin()) + 1
    before = np.arange(1, end)
    after = end - before
    sums = smoothed[:end].cumsum()
    falls = sums[:-1] / before - (sums[-1] - sums[:-1]) / after
    fit = np.where(falls > 0, falls**2 * before * after, 0.0)
    split = 1 + int(fit.argmax())
    if _fall(losses[:end]) < _CLEAR:
        return None
    return float(f"{rates[split]:.1e}")


def _fall(losses: NDArray[np.float64]) -> float:
    """Return by how many standard errors the first losses are above the others, at the best split.

    By ranks, as in the Mann-Whitney test: a few extreme losses cannot decide.
    """
    count = len(losses)
    ranks = np.sign(losses[:, np.newaxis] - losses).sum(1) / 2  # less the mean rank
    first = np.arange(1, count)
    errors = np.sqrt(first * (count - first) * (count + 1) / 12)
    return float((ranks.cumsum()[:-1] / errors).max())


def _check_range(lowest: float, highest: float, steps: int) -> None:
    if not 0 < lowest < highest <= 1:
        msg = (
            f"lowest={lowest!r} and highest={highest!r} are not valid; both must be above 0 and "
            "at most 1, and lowest less than highest."
        )
        raise ValueError(msg)
    if steps <= 2 * _SETTLED:
        msg = f"steps={steps!r} is not valid; it must be more than {2 * _SETTLED}."
        raise ValueError(msg)


def _columns(search: RateSearch) -> str:
    """Draw the curve as table columns: hosts that sanitise outputs remove vector graphics."""
    count = len(search.rates)
    top = float(np.quantile(search.smoothed, 0.95)) * 1.1  # else an exploding loss sets the scale
    least = float(min(search.smoothed.min(), top))
    nearest = -1
    if search.suggestion is not None:
        nearest = int(np.abs(np.log(search.rates / search.suggestion)).argmin())
    cells = []
    for i, (rate, loss) in enumerate(zip(search.rates.tolist(), search.smoothed, strict=True)):
        height = 4 + 120 * (min(loss, top) - least) / max(top - least, 1e-9)
        color = "rgb(238,130,28)" if i == nearest else "rgba(56,132,244,.75)"
        bar = f"width:{max(2, 480 // count)}px;height:{height:.0f}px;background:{color}"
        cells.append(
            '<td style="padding:0 1px 0 0;border:0;vertical-align:bottom" '
            f'title="{rate:.1e}: loss {loss:.3f}"><div style="{bar}"></div></td>'
        )
    caption = (
        f"Smoothed loss, {least:.2f} to {top:.2f}, at rates from {search.rates[0]:.0e} (left) to "
        f"{search.rates[-1]:.0e} (right), on a log scale"
        + ("; orange: the suggestion." if nearest >= 0 else ".")
    )
    return (
        f'<table style="border-collapse:collapse;margin:6px 0"><tr>{"".join(cells)}</tr></table>'
        f'<div style="font-size:12px;opacity:.8">{caption}</div>'
    )
