"""One step of the optimiser, and the state on which the next one depends."""

from __future__ import annotations

import math
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from ...model.forward.out_of_memory import is_out_of_memory, release_cached
from ...model.forward.precision import arithmetic, resolve_precision
from ...model.layers import depths
from ...model.word_embeddings import looks_up_words
from ...text.batches import token_batches
from .loss import Loss
from .plan import tokens_per_batch
from .randomness import Randomness
from .schedule import adamw, trained_parameters
from .word_rows import WordRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ...data.text_data import TextData
    from ...model.classifier import BertClassifier
    from ...text.token_arrays import TokenArrays
    from ..hyperparameters import Hyperparameters


class Update(NamedTuple):
    """Results of a step.

    Attributes
    ----------
    loss
        Mean loss of the texts, in nats, before the step.
    gradient_norm
        L2 norm of the whole gradient, before clipping.
    probabilities
        float32 array (texts, classes): predictions with dropout, before the step.
    """

    loss: float
    gradient_norm: float
    probabilities: NDArray[np.float32]


class NonFiniteError(FloatingPointError):
    """A loss or gradient that is not finite; the weights are unchanged.

    Attributes
    ----------
    rows
        Row numbers of the texts whose loss is not finite; all of the step if each one is finite.
    """

    def __init__(self, loss: float, norm: float, rows: NDArray[np.int64]) -> None:
        finite = math.isfinite(loss)
        super().__init__(
            f"The gradient norm became {norm}" if finite else f"The loss became {loss}"
        )
        self.loss = loss
        self.rows = rows


class Learner:
    """Updates the weights of a classifier step by step.

    Parameters
    ----------
    clf
        The classifier.
    data, tokens
        The labelled texts and the same texts tokenised.
    hyperparameters
        The settings.
    note
        Called with a sentence when memory runs out and batches are split.

    Attributes
    ----------
    whole : bool
        Whether the weights are those after some number of complete steps. They are not while a step
        updates them; if it fails meanwhile, no other step can follow.
    """

    def __init__(
        self,
        clf: BertClassifier,
        data: TextData,
        tokens: TokenArrays,
        hyperparameters: Hyperparameters,
        *,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._clf = clf
        self._data = data
        self._tokens = tokens
        self._hyperparameters = hyperparameters
        self._note = note
        self._loss = Loss(data, hyperparameters)
        self.precision = resolve_precision(hyperparameters.precision, clf.model)
        self._budget = tokens_per_batch(tokens.lengths, hyperparameters.batch_tokens)
        self._random = Randomness(
            hyperparameters.seed, clf.device, compiled=hyperparameters.compile
        )
        self._words: WordRows | None = None
        self._trained: dict[str, torch.nn.Parameter] = {}
        self._optimizer: torch.optim.AdamW | None = None
        self._restored: dict[str, torch.Tensor] = {}
        self.whole = True

    def step(self, rows: NDArray[np.int64], rate: float) -> Update:
        """Perform one step of the optimiser on the given texts.

        Texts that do not fit in memory together are computed in parts, whose gradients are added
        up; the result is the same.

        Parameters
        ----------
        rows
            int64 array of row numbers.
        rate
            The learning rate.

        Raises
        ------
        NonFiniteError
            If the loss or its gradient is not finite.
        MemoryError
            If not even one text fits in memory.
        RuntimeError
            If an earlier step failed while it updated the weights.
        """
        if not self.whole:
            msg = "An update of the weights failed midway; load them from a checkpoint."
            raise RuntimeError(msg)
        while True:
            try:
                return self._step(rows, rate)
            except (RuntimeError, MemoryError) as error:
                if not self.whole or not is_out_of_memory(error):
                    raise
            # Outside the handler, because the error refers to the tensors of the failed attempt.
            self._halve(rows)

    def state(self) -> dict[str, torch.Tensor]:
        """Return optimiser and random state as named tensors, for `load`."""
        names = {id(parameter): name for name, parameter in self._trained.items()}
        tensors = {f"random/{device}": value for device, value in self._random.state.items()}
        for parameter, values in self._optimizer.state.items() if self._optimizer else ():
            for kind, value in values.items():
                tensors[f"{kind}/{names[id(parameter)]}"] = value
        return {**self._restored, **tensors, "budget": torch.tensor(self._budget)}

    def load(self, state: dict[str, torch.Tensor]) -> None:
        """Load what `state` returned, possibly on a machine with another device."""
        self._budget = int(state["budget"])
        random = {name: value for name, value in state.items() if name.startswith("random/")}
        self._random.load({name.removeprefix("random/"): value for name, value in random.items()})
        self._restored = state  # for the optimiser, when it is made

    def _optimizer_of_weights(self) -> torch.optim.AdamW:
        """Return the optimiser; it is made when first needed, as weights may change until then."""
        if self._optimizer is not None:
            return self._optimizer
        self._padded = self._clf.padded  # measured while the words are read as usual
        self._trained = trained_parameters(self._clf, self._hyperparameters)
        embeddings = self._clf.model.get_input_embeddings().weight
        for name, parameter in self._trained.items():
            if parameter is embeddings and looks_up_words(self._clf):
                self._words = WordRows(self._clf, self._tokens.ids)
                self._trained[name] = self._words.parameter
        self._forward: Callable[..., torch.Tensor] = (
            torch.compile(self._clf, dynamic=True) if self._hyperparameters.compile else self._clf
        )
        optimizer = adamw(self._trained, depths(self._clf.model), self._hyperparameters)
        for name, parameter in self._trained.items():
            for kind in ("step", "exp_avg", "exp_avg_sq"):
                value = self._restored.get(f"{kind}/{name}")
                if value is not None:
                    optimizer.state[parameter][kind] = value.to(parameter.device)
        self._restored = {}
        self._optimizer = optimizer
        return optimizer

    def _step(self, rows: NDArray[np.int64], rate: float) -> Update:
        clf = self._clf
        with clf.lock, self._random.drawn():
            optimizer = self._optimizer_of_weights()
            for group in optimizer.param_groups:
                group["lr"] = rate * group["scale"]
            clf.train()
            try:
                with self._only_trained(), self._words.reading() if self._words else nullcontext():
                    update, losses = self._backward(rows)
                if not (math.isfinite(update.loss) and math.isfinite(update.gradient_norm)):
                    bad = ~np.isfinite(losses)
                    bad_rows = rows[bad] if bad.any() else rows
                    raise NonFiniteError(update.loss, update.gradient_norm, bad_rows)
                _make_moments(optimizer)
                self.whole = False
                optimizer.step()
                if self._words is not None:
                    self._words.write_back()
            finally:
                optimizer.zero_grad()
                clf.eval()
        self.whole = True
        return update

    def _backward(self, rows: NDArray[np.int64]) -> tuple[Update, NDArray[np.float32]]:
        """Compute the clipped gradient; return the results and each text's share of the loss."""
        labels = torch.from_numpy(self._data.labels[rows])
        total = self._loss.total(labels)
        parts = list(token_batches(self._tokens.lengths[rows], self._budget, padded=self._padded))
        losses: list[torch.Tensor] = []
        logits: list[torch.Tensor] = []
        for part in parts:
            inputs = self._to_device(self._tokens.collate(rows[part]))
            tokens = int(self._tokens.lengths[rows[part]].max())
            with arithmetic(self._clf.model, self.precision, tokens=tokens):
                part_logits = self._forward(**inputs).float()
                targets = labels[part].to(part_logits.device)
                part_losses = self._loss.per_text(part_logits, targets) / total
                part_losses.sum().backward()  # type: ignore[no-untyped-call]
            losses.append(part_losses.detach())
            logits.append(part_logits.detach())
        norm = self._clip()
        # Copied to the CPU at the end, because each copy waits for the device.
        order = np.argsort(np.concatenate(parts))
        normalise = torch.sigmoid if self._data.multi_label else torch.nn.Softmax(dim=-1)
        probabilities = normalise(torch.cat(logits)).cpu().numpy()[order]
        shares = torch.cat(losses).cpu().numpy()[order]
        return Update(float(shares.sum(dtype=np.float64)), float(norm), probabilities), shares

    def _clip(self) -> torch.Tensor:
        """Scale the gradient down if its norm is too large; return the original norm."""
        gradients = [p.grad for p in self._trained.values() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        most = self._hyperparameters.max_grad_norm
        if norm > most:
            torch.nn.utils.clip_grads_with_norm_(self._trained.values(), most, norm)
        return norm

    def _to_device(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        device = self._clf.device
        if device.type != "cuda":
            return {name: tensor.to(device) for name, tensor in batch.items()}
        return {
            name: tensor.pin_memory().to(device, non_blocking=True)
            for name, tensor in batch.items()
        }

    def _halve(self, rows: NDArray[np.int64]) -> None:
        longest = int(self._tokens.lengths[rows].max())
        if len(rows) == 1 or self._budget < longest:
            msg = (
                f"Not even one text of {longest} tokens fits in memory; "
                "shorten the texts, freeze layers or use a smaller model."
            )
            raise MemoryError(msg)
        self._budget //= 2
        release_cached()
        self._note(
            f"Out of memory: batches are now computed in parts of at most {self._budget} tokens."
        )

    @contextmanager
    def _only_trained(self) -> Iterator[None]:
        """Compute no gradients for frozen weights inside."""
        trained = {id(parameter) for parameter in self._trained.values()}
        frozen = [p for p in self._clf.parameters() if p.requires_grad and id(p) not in trained]
        for parameter in frozen:
            parameter.requires_grad_(False)  # noqa: FBT003 - its only argument
        try:
            yield
        finally:
            for parameter in frozen:
                parameter.requires_grad_(True)  # noqa: FBT003


def _make_moments(optimizer: torch.optim.AdamW) -> None:
    """Make the moments that are missing, before any weight changes.

    The optimiser would make them between its updates of two groups of weights. If memory ran out
    then, the weights of the first group would be updated and the others not.
    """
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None and parameter not in optimizer.state:
                optimizer.state[parameter] = {
                    "step": torch.zeros((), dtype=torch.float32, device=parameter.device),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter),
                }
