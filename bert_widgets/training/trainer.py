"""Fine-tuning as an iterator of events; it knows nothing of threads or widgets."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .._compute import Precision, arithmetic, resolve_precision
from .._options import named_options
from ..data import TextData, token_batches
from .history import Event, History
from .run import Progress, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..classifier import BertClassifier
    from ..data import Source

_BUCKET = 32  # batches that are sorted by length together


class Trainer:
    """Fine-tunes a classifier with AdamW, a warm-up and a linear decay of the learning rate.

    Batches hold texts of like length up to a budget of tokens, so little is spent on padding.
    Random numbers are the trainer's own: other cells that draw some do not change the run.

    Parameters
    ----------
    clf
        The classifier; its weights are changed in place.
    train, valid
        Labelled texts, anything `TextData.from_` reads. With ``valid`` the model is evaluated
        before the first step and then every ``evaluate_every`` steps.
    epochs
        Times each text is seen.
    learning_rate
        The highest, after the warm-up.
    batch_tokens
        The most tokens in a batch, padding included; a text longer than that goes alone.
    evaluate_every
        Steps between two evaluations; by default once an epoch.
    warmup
        The share of all steps over which the learning rate rises from zero.
    weight_decay
        AdamW's; biases and LayerNorm weights are left out.
    max_grad_norm
        Gradients with a larger L2 norm are scaled down to it.
    precision
        ``"bf16"`` computes matmuls in bfloat16, ``"fp32"`` in float32; ``"auto"`` takes bfloat16
        where the processor or GPU has it. Weights are float32 in any case.
    seed
        Fixes the order of the texts and the dropout.
    text, pair, label
        Column names for `TextData.from_`.

    Attributes
    ----------
    history : History
        All measurements so far.
    settings : list of (str, str)
        What a person wants to see of the set-up.
    run : Run or None
        The background run, once there is one.

    Raises
    ------
    ValueError
        If the data is unfit (see `TextData.from_`) or a number is out of its range.

    Examples
    --------
    >>> for event in Trainer(clf, train, valid, epochs=1):  # doctest: +SKIP
    ...     print(event.step, event.values["loss"])
    """

    @named_options
    def __init__(  # noqa: PLR0913 - one option a hyper-parameter
        self,
        clf: BertClassifier,
        train: Source,
        valid: Source | None = None,
        *,
        epochs: int = 3,
        learning_rate: float = 5e-5,
        batch_tokens: int = 1024,
        evaluate_every: int | None = None,
        warmup: float = 0.1,
        weight_decay: float = 0.01,
        max_grad_norm: float = 1.0,
        precision: Precision = "auto",
        seed: int = 0,
        text: str = "text",
        pair: str | None = None,
        label: str = "label",
    ) -> None:
        _check("epochs", epochs, least=1)
        _check("learning_rate", learning_rate, above=0)
        _check("batch_tokens", batch_tokens, least=8)
        _check("warmup", warmup, least=0, most=1)
        _check("weight_decay", weight_decay, least=0)
        _check("max_grad_norm", max_grad_norm, above=0)
        if evaluate_every is not None:
            _check("evaluate_every", evaluate_every, least=1)
        self.clf = clf
        options: dict[str, Any] = {
            "text": text, "pair": pair, "label": label,
            "classes": clf.labels, "problem_type": clf.problem_type,
        }  # fmt: skip
        self.train = TextData.from_(train, **options)
        self.valid = None if valid is None else TextData.from_(valid, **options)
        self.epochs = epochs
        self.history = History()
        self._learning_rate = learning_rate
        self._warmup = warmup
        self._max_grad_norm = max_grad_norm
        self._precision = resolve_precision(precision, clf.device)
        self._encodings = clf.encode(self.train.texts, self.train.pairs)
        self._plan, self._epoch_sizes = self._batches(batch_tokens, seed)
        self._evaluate_every = evaluate_every
        self._optimizer = _adamw(clf, learning_rate, weight_decay)
        self._random = _seeded(seed)
        self._step = 0
        self._examples = 0
        self._seconds = 0.0
        self._events: Iterator[Event] | None = None
        self.run: Run | None = None
        self.settings = [
            ("device", str(clf.device)),
            ("precision", self._precision),
            ("train", f"{len(self.train):,} texts"),
            ("validation", f"{len(self.valid):,} texts" if self.valid else "none"),
            ("epochs", str(epochs)),
            ("learning rate", f"{learning_rate:g}"),
        ]

    def start(self) -> Run:
        """Train on a background thread; return at once.

        Returns
        -------
        Run
            The same one each time: a trainer trains once.
        """
        if self.run is None:
            self.run = Run(self)
        self.run.start()
        return self.run

    def __iter__(self) -> Iterator[Event]:
        """Train step by step; a second iterator goes on where the first one is."""
        if self._events is None:
            self._events = self._run()
        return self._events

    @property
    def progress(self) -> Progress:
        """How far the training is."""
        total = len(self._plan)
        known = self._step > 0 and self._seconds > 0
        return Progress(
            step=self._step,
            total_steps=total,
            epoch=self._epoch(),
            epochs=self.epochs,
            elapsed=self._seconds,
            examples_per_second=self._examples / self._seconds if known else None,
            seconds_left=self._seconds / self._step * (total - self._step) if known else None,
        )

    def _run(self) -> Iterator[Event]:
        if self.valid is not None:
            yield self._evaluation()
        ends = set(np.cumsum(self._epoch_sizes).tolist())
        for batch in self._plan:
            yield self._update(batch)
            every = self._evaluate_every
            due = self._step in ends if every is None else self._step % every == 0
            if self.valid is not None and (due or self._step == len(self._plan)):
                yield self._evaluation()

    def _update(self, batch: NDArray[np.int64]) -> Event:
        """Take one step of the optimiser."""
        began = time.perf_counter()
        rate = self._learning_rate * _schedule(self._step, len(self._plan), self._warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        with self.clf.lock, torch.random.fork_rng(self._random_devices()):
            _set_random(self._random)
            self.clf.train()
            try:
                loss = self._loss(batch)
                loss.backward()  # type: ignore[no-untyped-call]
                norm = torch.nn.utils.clip_grad_norm_(self.clf.parameters(), self._max_grad_norm)
                value = float(loss.detach())
                if not math.isfinite(value) or not math.isfinite(float(norm)):
                    msg = (
                        f"The loss became {value} (gradient norm {float(norm)}) at step "
                        f"{self._step + 1}; the weights are as they were before it. "
                        "Try a lower learning rate."
                    )
                    raise FloatingPointError(msg)
                self._optimizer.step()
            finally:
                self._optimizer.zero_grad()
                self.clf.eval()
            self._random = _get_random()
        self._step += 1
        self._examples += len(batch)
        self._seconds += time.perf_counter() - began
        values = {"loss": value, "learning_rate": rate, "gradient_norm": float(norm)}
        return self._record(Event("step", self._step, self._epoch(), values))

    def _loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        inputs = self.clf.collate([self._encodings[i] for i in batch])
        labels = torch.from_numpy(self.train.labels[batch]).to(self.clf.device)
        with arithmetic(self.clf, self._precision):
            logits = self.clf(**inputs)
        loss = (
            torch.nn.functional.binary_cross_entropy_with_logits
            if self.train.multi_label
            else torch.nn.functional.cross_entropy
        )
        return loss(logits.float(), labels)

    def _evaluation(self) -> Event:
        began = time.perf_counter()
        result = self.clf.evaluate(self.valid)
        self._seconds += time.perf_counter() - began
        names = ("loss", "accuracy", "macro_f1", "calibration_error")
        values = {name: float(getattr(result, name)) for name in names}
        return self._record(Event("evaluation", self._step, self._epoch(), values))

    def _record(self, event: Event) -> Event:
        self.history.add(event)
        return event

    def _epoch(self) -> float:
        done, left = 0, self._step
        for size in self._epoch_sizes:
            if left < size:
                return done + left / size
            done, left = done + 1, left - size
        return float(done)

    def _batches(self, budget: int, seed: int) -> tuple[list[NDArray[np.int64]], list[int]]:
        """Plan the batches of all epochs; say how many each epoch has.

        Texts are shuffled, cut into buckets of about ``_BUCKET`` batches, batched by length in
        each bucket, and the batches shuffled.
        """
        random = np.random.default_rng(seed)
        lengths = np.array([len(e) for e in self._encodings])
        bucket = max(1, round(_BUCKET * budget / lengths.mean()))
        plan: list[NDArray[np.int64]] = []
        sizes: list[int] = []
        for _ in range(self.epochs):
            order = random.permutation(len(lengths))
            batches = [
                chunk[rows]
                for chunk in np.split(order, range(bucket, len(order), bucket))
                for rows in token_batches(lengths[chunk], budget)
            ]
            plan += [batches[i] for i in random.permutation(len(batches))]
            sizes.append(len(batches))
        return plan, sizes

    def _random_devices(self) -> list[torch.device]:
        return [self.clf.device] if self.clf.device.type == "cuda" else []


def _adamw(clf: BertClassifier, rate: float, decay: float) -> torch.optim.AdamW:
    parameters = [p for p in clf.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, fused=True)


def _schedule(step: int, total: int, warmup: float) -> float:
    """Return the factor of the learning rate for 0-based ``step``: up linearly, then down."""
    rising = max(1, round(total * warmup))
    if warmup and step < rising:
        return (step + 1) / rising
    return (total - step) / max(1, total - rising)


def _seeded(seed: int) -> dict[str, torch.Tensor]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _get_random()


def _get_random() -> dict[str, torch.Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def _set_random(state: dict[str, torch.Tensor]) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"])


def _check(
    name: str,
    value: float,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    most: float = math.inf,
) -> None:
    if isinstance(value, int | float) and least <= value <= most and value > above:
        return
    limits = [f"at least {least:g}"] * (least > -math.inf)
    limits += [f"above {above:g}"] * (above > -math.inf) + [f"at most {most:g}"] * (most < math.inf)
    msg = f"{name}={value!r} does not work; it must be {' and '.join(limits)}."
    raise ValueError(msg)
