"""The learning-rate range test: which rate a training may start from."""

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
_DIVERGED = 4.0  # times the least smoothed loss
_SETTLED = 10  # steps before the moving average says anything
_CLEAR = 6.0  # standard errors that a fall must measure


@dataclass(frozen=True, eq=False, repr=False)
class RateSearch:
    """What a search for a learning rate saw.

    Attributes
    ----------
    rates
        float64 array (k,): the learning rate of each step, growing evenly on a log scale.
    losses
        float64 array (k,): the training loss of each step's batch, in nats.
    smoothed
        float64 array (k,): their exponential moving average, bias-corrected.
    suggestion
        A learning rate to use, to two digits; None where the loss shows no clear fall.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    suggestion: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row a step: ``learning_rate``, ``loss``, ``smoothed``."""
        import pandas as pd

        columns = {"learning_rate": self.rates, "loss": self.losses, "smoothed": self.smoothed}
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        tried = f"{len(self.rates)} learning rates from {self.rates[0]:.1e} to {self.rates[-1]:.1e}"
        if self.suggestion is None:
            return f"{tried}: the loss shows no clear fall; search with larger batches."
        return f"{tried}: use {self.suggestion:.1e}."

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
    """Train a little at rates that grow from step to step, then put everything back.

    The range test of Smith (2017), on the trainer's own batches and settings, but for
    ``compile``. It ends early once the loss is far above its least. The suggestion is where the
    smoothed loss falls: the rate that best splits the curve, up to its least, into a high part
    and a low one. (The steepest slope from one step to the next is mostly noise with batches of
    a few dozen texts, and the middle of the longest valley lies too low for a curve that is flat
    at first.)

    Weights, optimiser, random numbers and the trainer are afterwards exactly what they were, also
    after an error or an interrupt. Other cells that want a prediction wait meanwhile: they would
    get it from weights that are on trial.

    Parameters
    ----------
    trainer
        One that has not begun; nothing of it changes.
    lowest, highest
        The first and the last rate, above 0 and at most 1.
    steps
        Steps of the optimiser, at least 20.
    progress
        Called with rate and smoothed loss after each step, on this thread.

    Returns
    -------
    RateSearch

    Raises
    ------
    RuntimeError
        If the training has begun.
    ValueError
        If the range is empty or the steps are too few.
    FloatingPointError
        If the loss is not finite to begin with.

    References
    ----------
    Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017.

    Examples
    --------
    >>> found = find_learning_rate(trainer)  # doctest: +SKIP
    >>> trainer.configure(learning_rate=found.suggestion)  # doctest: +SKIP
    """
    given: object = trainer
    if not isinstance(given, Trainer):
        msg = f"A learning rate is searched for a Trainer, not for a {type(given).__name__}."
        raise TypeError(msg)
    _check_range(lowest, highest, steps)
    with trainer.clf.evaluating():  # no other thread trains or predicts with weights on trial
        if trainer._loop.begun or trainer.progress.step:  # noqa: SLF001 - its own package
            msg = "The training has begun; search with a new Trainer, before its first step."
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
    told: Callable[[float, float], None] | None,
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
                    f"The loss is {error.loss} before anything is learnt, first on training row "
                    f"{row} ({trainer.train.texts[row][:60]!r}); look at this text, or load the "
                    "model anew."
                )
                raise FloatingPointError(msg) from error
            losses.append(loss)
            average = _MEMORY * average + (1 - _MEMORY) * loss
            smoothed.append(average / (1 - _MEMORY ** len(losses)))
            bar.update(len(rows))
            if told is not None:
                told(rate, smoothed[-1])
            if len(losses) > _SETTLED:
                least = min(least, smoothed[-1])
                if smoothed[-1] > _DIVERGED * least:
                    break
    return rates[: len(losses)], np.array(losses), np.array(smoothed)


def _suggest(
    rates: NDArray[np.float64], losses: NDArray[np.float64], smoothed: NDArray[np.float64]
) -> float | None:
    """Return the rate at which a step down fits the smoothed curve best, if the step is clear."""
    if len(rates) <= 2 * _SETTLED:
        return None
    end = _SETTLED + int(smoothed[_SETTLED:].argmin()) + 1
    before = np.arange(1, end)
    after = end - before
    sums = smoothed[:end].cumsum()
    falls = sums[:-1] / before - (sums[-1] - sums[:-1]) / after
    fit = np.where(falls > 0, falls**2 * before * after, 0.0)
    split = 1 + int(fit.argmax())
    high, low = losses[:split], losses[split:end]
    noise = math.sqrt((high.var() * len(high) + low.var() * len(low)) / end)
    error = noise * math.sqrt(1 / len(high) + 1 / len(low))
    if not high.mean() - low.mean() > _CLEAR * error:
        return None
    return float(f"{rates[split]:.1e}")


def _check_range(lowest: float, highest: float, steps: int) -> None:
    if not 0 < lowest < highest <= 1:
        msg = (
            f"lowest={lowest!r} and highest={highest!r} do not work; both must be above 0 and at "
            "most 1, and highest the larger."
        )
        raise ValueError(msg)
    if steps <= 2 * _SETTLED:
        msg = f"steps={steps!r} does not work; a curve needs more than {2 * _SETTLED}."
        raise ValueError(msg)


def _columns(search: RateSearch) -> str:
    """Draw the curve as columns: hosts that sanitise outputs let no vector graphics through."""
    count = len(search.rates)
    top = float(np.quantile(search.smoothed, 0.95)) * 1.1  # a loss that explodes would flatten all
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
        f"{search.rates[-1]:.0e} (right), evenly on a log scale"
        + ("; orange: the suggestion." if nearest >= 0 else ".")
    )
    return (
        f'<table style="border-collapse:collapse;margin:6px 0"><tr>{"".join(cells)}</tr></table>'
        f'<div style="font-size:12px;opacity:.8">{caption}</div>'
    )
