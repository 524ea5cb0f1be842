"""What a method of attribution gets: texts, targets, baseline, and the model to ask about them."""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from .._progress import check_cancelled
from ..data import token_batches
from .targets import target_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from .._compute import Precision
    from ..classifier import BertClassifier
    from ..text import Encoding, Words
    from .targets import Target

# Tokens in one forward and backward pass: they, and not the number of steps, bound the memory.
_CPU_TOKENS, _GPU_TOKENS = 1024, 8192


class Scores(NamedTuple):
    """What a method says of one text of n tokens in m units.

    Attributes
    ----------
    tokens
        float32 array (n,): one score a token, special tokens included, in units of the target.
        A method that scores whole units shares each score out among its tokens (`Problem.shared`).
    difference
        The target's value for the text less that for the baseline; None without a baseline.
    margins
        float32 array (m,): half the width of each unit's 95 % confidence interval, for a method
        that draws samples; else None.
    """

    tokens: NDArray[np.float32]
    difference: float | None = None
    margins: NDArray[np.float32] | None = None


class Inputs(NamedTuple):
    """A batch of texts as the model reads them.

    Attributes
    ----------
    rows
        The number of each text in the problem.
    fields
        What `BertClassifier.forward` takes: int64 tensors (batch, tokens).
    text, baseline
        float32 tensors (batch, tokens, width): word embeddings of the texts, and the same with
        the baseline in the place of each piece that is no special token.
    """

    rows: tuple[int, ...]
    fields: dict[str, torch.Tensor]
    text: torch.Tensor
    baseline: torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Texts to explain. The classifier's lock is held, dropout is off, arithmetic is float32.

    Attributes
    ----------
    clf
        The classifier.
    encodings, targets, units
        The texts, what to explain of each, and what of each gets a score.
    baseline
        float32 tensor (width,): the word embedding that stands for "no word".
    tolerance
        The completeness error at which a method that refines its scores may stop.
    precision
        ``"fp32"``, or ``"bf16"`` where a method may use it as far as the tolerance allows.
    samples
        How many samples a method that draws some may take; None leaves it to the method.
    layer
        Where a method of gradients looks: None for the word embeddings, else the number of the
        layer whose output it is.
    seed
        Of the samples.
    """

    clf: BertClassifier
    encodings: Sequence[Encoding]
    targets: Sequence[Target]
    units: Sequence[Words]
    baseline: torch.Tensor
    tolerance: float = 0.01
    precision: Precision = "fp32"
    samples: int | None = None
    layer: int | None = None
    seed: int = 0

    def __len__(self) -> int:
        return len(self.encodings)

    def random(self, row: int) -> np.random.Generator:
        """Return a generator that depends on seed and text only, not on the batch."""
        encoding = self.encodings[row]
        text = f"{encoding.text}\0{encoding.pair}".encode("utf-8", "surrogatepass")
        return np.random.default_rng([self.seed, zlib.crc32(text)])

    def batches(self, rows: Sequence[int]) -> Iterator[NDArray[np.int64]]:
        """Group texts, some perhaps several times, into batches under the budget of tokens.

        Parameters
        ----------
        rows
            Numbers of texts.

        Yields
        ------
        int64 array
            Places in ``rows``.

        Raises
        ------
        Cancelled
            Between two batches, if the work was cancelled.
        """
        lengths = [len(self.encodings[row]) for row in rows]
        for batch in token_batches(lengths, token_budget(self.clf)):
            check_cancelled()
            yield batch

    def inputs(self, rows: Sequence[int]) -> Inputs:
        """Pad texts into one batch, with the embeddings of text and baseline."""
        encodings = [self.encodings[row] for row in rows]
        fields = self.clf.collate(encodings)
        with torch.no_grad():
            text = self.clf.model.get_input_embeddings()(fields["input_ids"]).float()
        pieces = np.zeros(fields["input_ids"].shape, bool)
        for row, encoding in zip(pieces, encodings, strict=True):
            row[: len(encoding)] = encoding.segments >= 0
        replaced = torch.from_numpy(pieces).to(text.device)[:, :, None]
        return Inputs(tuple(rows), fields, text, torch.where(replaced, self.baseline, text))

    def values(self, inputs: Inputs, embeddings: torch.Tensor) -> torch.Tensor:
        """Run the model on word embeddings (batch, tokens, width); return the targets (batch,)."""
        with embeddings_replaced(self.clf, embeddings):
            return self.read(inputs, self.clf(**inputs.fields))

    def read(self, inputs: Inputs, logits: torch.Tensor) -> torch.Tensor:
        """Take the targets (batch,) of a batch from its logits (batch, classes)."""
        targets = [self.targets[row] for row in inputs.rows]
        return target_values(targets, logits.float(), multi_label=self.clf.multi_label)

    def masked_values(
        self, rows: Sequence[int], kept: Sequence[NDArray[np.bool_]]
    ) -> NDArray[np.float64]:
        """Return the target of texts in which only some units are left.

        Parameters
        ----------
        rows
            Numbers of texts, each as often as wanted.
        kept
            For each a bool array (m,): the units that stay; the others become the baseline.

        Returns
        -------
        float64 array (len(rows),)
        """
        found = np.zeros(len(rows))
        for batch in self.batches(rows):
            with torch.inference_mode():
                inputs = self.inputs([rows[i] for i in batch])
                stays = np.ones(inputs.text.shape[:2], bool)
                for mask, i in zip(stays, batch, strict=True):
                    of_token = self.units[rows[i]].of_token
                    mask[: len(of_token)] = np.where(of_token < 0, True, kept[i][of_token])  # noqa: FBT003
                stay = torch.from_numpy(stays).to(inputs.text.device)[:, :, None]
                values = self.values(inputs, torch.where(stay, inputs.text, inputs.baseline))
            found[batch] = values.double().cpu().numpy()
        return found

    def shared(self, row: int, unit_scores: NDArray[Any]) -> NDArray[np.float32]:
        """Share each unit's score (m,) out among its tokens, equally; special tokens get zero."""
        of_token = self.units[row].of_token
        inside = of_token >= 0
        sizes = np.bincount(of_token[inside], minlength=len(unit_scores))
        tokens = np.zeros(len(of_token), np.float32)
        tokens[inside] = (unit_scores / sizes)[of_token[inside]]
        return tokens


def token_budget(clf: BertClassifier) -> int:
    """Return how many tokens, padding included, go through the model at once."""
    return _CPU_TOKENS if clf.device.type == "cpu" else _GPU_TOKENS


def completeness_error(scores: NDArray[np.floating], difference: float) -> float:
    """Return how far scores are from adding up to ``difference``, as a share of their size.

    The share is of the sum of absolute scores, since ``difference`` itself nearly vanishes for
    balanced texts; where every score is zero it is of ``difference``.
    """
    missing = abs(float(np.sum(scores, dtype=np.float64)) - difference)
    size = float(np.sum(np.abs(scores), dtype=np.float64))
    return missing / (size or abs(difference) or 1.0)


@contextlib.contextmanager
def embeddings_replaced(clf: BertClassifier, embeddings: torch.Tensor) -> Iterator[None]:
    """Let the model read ``embeddings`` (batch, tokens, width) where it looks up its words.

    The model still gets the ids, from which some families (RoBERTa's) count their positions; with
    ``inputs_embeds`` these would be others wherever a text spells the padding token.
    """

    def replace(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        return embeddings.to(output.dtype)

    hook = clf.model.get_input_embeddings().register_forward_hook(replace)
    try:
        yield
    finally:
        hook.remove()
