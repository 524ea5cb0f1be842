"""What an attribution method gets: texts, targets, baseline, and the model to evaluate them."""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from ...model.forward.precision import resolve_precision
from ...model.word_embeddings import word_embeddings
from .baselines import baseline_embedding
from .model_states import at_layer, embeddings_replaced, layer_output
from .options import AttributionOptions
from .targets import target_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ...model.forward.precision import Precision
    from ...text.encoding import Encoding, Words
    from .targets import Target


class Scores(NamedTuple):
    """The scores of one text of n tokens in m units.

    Attributes
    ----------
    tokens
        float32 array (n,): one score per token, special tokens included, in units of the target.
        A method that scores whole units divides each score among its tokens (`Problem.shared`).
    difference
        The target's value for the text minus that for the baseline; None without a baseline.
    margins
        float32 array (m,): half the width of each unit's 95 % confidence interval, for a method
        with random samples; else None.
    """

    tokens: NDArray[np.float32]
    difference: float | None = None
    margins: NDArray[np.float32] | None = None


class Inputs(NamedTuple):
    """A batch of texts as inputs of the model.

    Attributes
    ----------
    rows
        The number of each text in the problem.
    fields
        What `BertClassifier.forward` takes: int64 tensors (batch, tokens).
    text, baseline
        float32 tensors (batch, tokens, width): word embeddings of the texts, and the same with
        the baseline in place of each token that is not special; or, if the problem names a layer,
        its outputs for both. Padding is zero.
    """

    rows: tuple[int, ...]
    fields: dict[str, torch.Tensor]
    text: torch.Tensor
    baseline: torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Texts to explain. The lock of the classifier is held, without dropout, in float32.

    Attributes
    ----------
    clf
        The classifier.
    encodings, targets, units
        The texts, what to explain of each, and the units that get a score.
    options
        The options of `attribute`; the properties below give the resolved values.
    """

    clf: BertClassifier
    encodings: Sequence[Encoding]
    targets: Sequence[Target]
    units: Sequence[Words]
    options: AttributionOptions = field(default_factory=AttributionOptions)

    def __len__(self) -> int:
        return len(self.encodings)

    @functools.cached_property
    @torch.inference_mode(mode=False)  # whose tensors could take no gradient afterwards
    def baseline(self) -> torch.Tensor:
        """The word embedding that means "no word": float32 tensor (width,)."""
        return baseline_embedding(self.clf, self.options.baseline)

    @property
    def tolerance(self) -> float:
        """The completeness error at which a method that refines its scores may stop."""
        return self.options.tolerance

    @property
    def precision(self) -> Precision:
        """``"fp32"``, or ``"bf16"`` if a method may use it as far as the tolerance allows."""
        return resolve_precision(self.options.precision, self.clf.model)

    @property
    def samples(self) -> int | None:
        """The number of random samples; None for the default of the method."""
        return self.options.samples

    @property
    def layer(self) -> int | None:
        """The layer whose output a gradient method scores; None for the word embeddings."""
        return self.options.layer

    @property
    def seed(self) -> int:
        """The seed of the samples."""
        return self.options.seed

    def random(self, row: int) -> np.random.Generator:
        """Return a generator that depends on seed and text only, not on the batch."""
        encoding = self.encodings[row]
        text = f"{encoding.text}\0{encoding.pair}".encode("utf-8", "surrogatepass")
        return np.random.default_rng([self.seed, zlib.crc32(text)])

    def batches(self, rows: Sequence[int]) -> Iterator[NDArray[np.int64]]:
        """Group texts, each possibly several times, into batches within the token budget.

        Parameters
        ----------
        rows
            Numbers of texts.

        Yields
        ------
        int64 array
            Positions in ``rows``.

        Raises
        ------
        Cancelled
            Between two batches, if the work was cancelled.
        """
        lengths = [len(self.encodings[row]) for row in rows]
        yield from self.clf.batches(lengths)

    def inputs(self, rows: Sequence[int]) -> Inputs:
        """Pad texts into one batch, with the embeddings of text and baseline."""
        fields = self.clf.collate([self.encodings[row] for row in rows])
        text, baseline = (
            pad_sequence([self._ends[row][end] for row in rows], batch_first=True) for end in (0, 1)
        )
        return Inputs(tuple(rows), fields, text, baseline)

    def values(self, inputs: Inputs, states: torch.Tensor) -> torch.Tensor:
        """Run the model on states (batch, tokens, width) instead of those of the texts.

        They are word embeddings, or the outputs of the problem's layer. Returns the targets
        (batch,).
        """
        if self.layer is None:
            replaced = embeddings_replaced(self.clf, states)
        else:
            # XLM changes them in place.
            replaced = at_layer(
                self.clf.model, self.layer, lambda outputs: states.to(outputs.dtype).clone()
            )
        with replaced:
            return self.read(inputs, self.clf(**inputs.fields))

    def gradient(self, inputs: Inputs, states: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the targets (batch,) and their gradient with respect to the states."""
        states = states.detach().requires_grad_()
        with torch.enable_grad():
            values = self.values(inputs, states)
            (gradient,) = torch.autograd.grad(values.sum(), states)
        return values.detach(), gradient

    def read(self, inputs: Inputs, logits: torch.Tensor) -> torch.Tensor:
        """Return the targets (batch,) of a batch from its logits (batch, classes)."""
        targets = [self.targets[row] for row in inputs.rows]
        return target_values(targets, logits.float(), multi_label=self.clf.multi_label)

    def is_baseline(self, row: int) -> bool:
        """Return whether the states of a text equal those of its baseline."""
        text, baseline = self._ends[row]
        return bool(torch.equal(text, baseline))

    def masked_values(
        self, rows: Sequence[int], masks: Sequence[NDArray[np.bool_]]
    ) -> NDArray[np.float64]:
        """Return the target of texts in which only some units are present.

        Parameters
        ----------
        rows
            Numbers of texts, each any number of times.
        masks
            For each a bool array (m,): the units that are present; the others become the baseline.

        Returns
        -------
        float64 array (len(rows),)
        """
        values = np.zeros(len(rows))
        for batch in self.batches(rows):
            with torch.inference_mode():
                inputs = self.inputs([rows[i] for i in batch])
                present = np.ones(inputs.text.shape[:2], bool)
                for row, i in zip(present, batch, strict=True):
                    of_token = self.units[rows[i]].of_token
                    row[: len(of_token)] = np.where(of_token < 0, True, masks[i][of_token])  # noqa: FBT003
                mask = torch.from_numpy(present).to(inputs.text.device)[:, :, None]
                targets = self.values(inputs, torch.where(mask, inputs.text, inputs.baseline))
            values[batch] = targets.double().cpu().numpy()
        return values

    def shared(self, row: int, unit_scores: NDArray[Any]) -> NDArray[np.float32]:
        """Divide the score of each unit (m,) equally among its tokens; special tokens get zero."""
        of_token = self.units[row].of_token
        inside = of_token >= 0
        sizes = np.bincount(of_token[inside], minlength=len(unit_scores))
        tokens = np.zeros(len(of_token), np.float32)
        tokens[inside] = (unit_scores / sizes)[of_token[inside]]
        return tokens

    @functools.cached_property
    @torch.inference_mode(mode=False)  # whose tensors could take no gradient afterwards
    @torch.no_grad()
    def _ends(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The states (tokens, width) of each text and of its baseline, without padding."""
        embeddings = [self._embeddings(encoding) for encoding in self.encodings]
        if self.layer is None:
            return embeddings
        outputs: list[tuple[torch.Tensor, ...]] = [() for _ in embeddings]
        for batch in self.batches(range(len(self))):
            fields = self.clf.collate([self.encodings[row] for row in batch])
            for end in (0, 1):
                padded = pad_sequence([embeddings[row][end] for row in batch], batch_first=True)
                states = layer_output(self.clf, self.layer, fields, padded)
                for row, output in zip(batch, states, strict=True):
                    outputs[row] += (output[: len(self.encodings[row])].clone(),)
        return [(text, baseline) for text, baseline in outputs]

    def _embeddings(self, encoding: Encoding) -> tuple[torch.Tensor, torch.Tensor]:
        """Look up the word embeddings (tokens, width) of a text and of its baseline."""
        device = self.clf.device
        ids = torch.tensor(encoding.input_ids, device=device)
        text = word_embeddings(self.clf, ids, hooks=True)  # `sensitivity` adds noise by one
        ordinary = torch.from_numpy(encoding.segments >= 0).to(device)[:, None]
        return text, torch.where(ordinary, self.baseline, text)


def completeness_error(scores: NDArray[np.floating], difference: float) -> float:
    """Return how far the sum of scores is from ``difference``, as a share of their size.

    The share is of the sum of absolute scores, since ``difference`` itself nearly vanishes for
    balanced texts; if every score is zero, it is of ``difference``.
    """
    missing = abs(float(np.sum(scores, dtype=np.float64)) - difference)
    size = float(np.sum(np.abs(scores), dtype=np.float64))
    return missing / (size or abs(difference) or 1.0)
