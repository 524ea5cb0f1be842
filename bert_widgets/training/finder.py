"""The learning-rate range test: which rate a training may start from."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._options import named_options
from .._progress import progress as progress_bar
from .learner import Learner, NonFiniteError
from .plan import Plan
from .weights import copy_weights, put_back

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from .trainer import Trainer

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
        return (
            f'<div style="font:14px/1.5 system-ui,sans-serif"><div>{self!r}</div>{_svg(self)}</div>'
        )


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
        accumulation=chosen.accumulation,
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


def _svg(search: RateSearch) -> str:
    """Draw the curve on a log axis, in the page's own colour so that it suits light and dark."""
    width, height, left, bottom = 480, 220, 44, 28
    x = [math.log10(rate) for rate in search.rates]
    first, span = x[0], max(x[-1] - x[0], 1e-9)
    top = float(np.quantile(search.smoothed, 0.95)) * 1.1  # a loss that explodes would flatten all
    least = float(min(search.smoothed.min(), top))

    def across(log_rate: float) -> float:
        return left + (width - left - 10) * (log_rate - first) / span

    def down(loss: float) -> float:
        share = (min(loss, top) - least) / max(top - least, 1e-9)
        return 10 + (height - bottom - 20) * (1 - share)

    curve = zip(x, search.smoothed.tolist(), strict=True)
    points = " ".join(f"{across(rate):.1f},{down(loss):.1f}" for rate, loss in curve)
    marks = [
        f'<line x1="{across(k):.1f}" x2="{across(k):.1f}" y1="10" y2="{height - bottom}" '
        'stroke="currentColor" stroke-opacity=".15"/>'
        f'<text x="{across(k):.1f}" y="{height - 10}" text-anchor="middle">1e{k:+03d}</text>'
        for k in range(math.ceil(first), math.floor(x[-1]) + 1)
    ]
    marks += [
        f'<text x="{left - 6}" y="{down(loss) + 4:.1f}" text-anchor="end">{loss:.2f}</text>'
        for loss in (least, top)
    ]
    if search.suggestion is not None:
        at = across(math.log10(search.suggestion))
        marks.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="10" y2="{height - bottom}" '
            'stroke="rgb(238,130,28)" stroke-width="2" stroke-dasharray="5 3"/>'
        )
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="Smoothed loss by learning rate" fill="currentColor" font-size="11">'
        f'{"".join(marks)}<polyline points="{points}" fill="none" stroke="rgb(56,132,244)" '
        'stroke-width="2"/></svg>'
    )
