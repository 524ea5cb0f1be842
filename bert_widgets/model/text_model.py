"""A Hugging Face classification model with its tokenizer: from texts to logits, in batches."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Self

import numpy as np
import torch

from .._common.characters import printable
from .._common.progress import check_cancelled, progress
from ..text.batches import right_padded, token_batches
from ..text.encoding import encode
from .adapters import check_adapter, without_adapter
from .fair_lock import FairLock
from .forward import lean
from .forward.gradient_checkpointing import same_when_repeated
from .forward.out_of_memory import in_halves
from .forward.padding import padding_matters
from .forward.precision import arithmetic
from .forward.run_options import check_inputs, plain_outputs
from .forward.sparse_attention import fitting_attention, most_with_full_attention
from .forward.token_budget import token_budget
from .label_map import config_labels
from .loading.config import PROBLEM_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from ..data.text_data import ProblemType
    from ..text.encoding import Encoding

_NAMED = 8
"""Labels that a summary names."""

_POSITIONS = 512
_ALIGNMENT = 64  # bytes: what torch gives the tensors that it allocates itself


class TextModel(torch.nn.Module):
    """A classification model with its tokenizer; one thread at a time runs it.

    Parameters and attributes are those of `BertClassifier`.
    """

    # The state of the weights while the head has not been trained; see `weights_version`.
    untrained_weights: tuple[int, ...] | None = None

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        super().__init__()
        check_adapter(model)
        check_inputs(model)
        self.model = model
        self.tokenizer = tokenizer
        self.lock = FairLock()
        self.labels = tuple(config_labels(model.config))
        self.max_length = _readable_length(model, tokenizer)
        _align(model)
        self.eval()

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - as torch has it
        """Switch dropout on or off, as in torch; a `Trainer` trains the classifier."""
        requested: object = mode
        if not isinstance(requested, bool):
            msg = (
                f"clf.train switches dropout on or off and takes no {type(requested).__name__}; to "
                "train the classifier call Trainer(clf, train, valid).start()."
            )
            raise TypeError(msg)
        return super().train(mode)

    def __repr__(self) -> str:
        """Return two lines: the model, and its labels."""
        weights = sum(parameter.numel() for parameter in self.model.parameters())
        labels = ", ".join(self.labels[:_NAMED])
        more = len(self.labels) - _NAMED
        return printable(
            f"<{type(self).__name__}: {type(self.model).__name__} of {weights:,} weights on "
            f"{self.device}, reads {self.max_length:,} tokens;\n"
            f"{len(self.labels)} labels: {labels}{f' and {more:,} more' if more > 0 else ''}>"
        )

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @property
    def multi_label(self) -> bool:
        """Whether a text may carry several labels."""
        return bool(self.model.config.problem_type == PROBLEM_TYPES["multi_label"])

    @property
    def problem_type(self) -> ProblemType:
        """``"single_label"`` or ``"multi_label"``."""
        return "multi_label" if self.multi_label else "single_label"

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Run encoder, pooling, dropout and linear layer.

        Parameters
        ----------
        input_ids, attention_mask, token_type_ids
            int64 tensors (batch, tokens); the last only for models that have segments.
        inputs_embeds
            float tensor (batch, tokens, width) of word embeddings in place of ``input_ids``.

        Returns
        -------
        Tensor
            Logits (batch, classes).
        """
        if lean.fits(self.model):
            return lean.logits(self.model, input_ids, attention_mask, token_type_ids, inputs_embeds)
        inputs = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": token_type_ids,
            "inputs_embeds": inputs_embeds,
        }
        present = {name: tensor for name, tensor in inputs.items() if tensor is not None}
        tokens = next(iter(present.values())).shape[1]
        with (
            same_when_repeated(self.model),
            plain_outputs(self.model),
            fitting_attention(self.model, tokens),
        ):
            logits: torch.Tensor = self.model(**present).logits
        return logits

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Encoding]:
        """Tokenise, cutting each text to what the model reads at once."""
        with self.lock:  # a tokenizer serves one thread at a time
            return encode(self.tokenizer, texts, pairs, max_length=self.max_length)

    def collate(self, encodings: Sequence[Encoding]) -> dict[str, torch.Tensor]:
        """Pad encodings on the right into the int64 tensors (batch, tokens) of `forward`."""
        batch = right_padded(
            np.array([len(encoding) for encoding in encodings], np.int64),
            np.concatenate([encoding.input_ids for encoding in encodings]),
            np.concatenate([encoding.token_type_ids for encoding in encodings]),
            padding=self.tokenizer.pad_token_id or 0,
            segmented="token_type_ids" in self.tokenizer.model_input_names,
        )
        return {name: tensor.to(self.device) for name, tensor in batch.items()}

    @contextlib.contextmanager
    def inference(self, *, tokens: int | None = None) -> Iterator[None]:
        """Hold the lock with dropout off and arithmetic in float32; gradients stay possible.

        Parameters
        ----------
        tokens
            Tokens of the longest text inside, which decides between implementations of attention;
            None takes plain matmuls on a CPU.
        """
        with self.evaluating(), arithmetic(self.model, "fp32", tokens=tokens):
            yield

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Hold the lock with dropout off; put the mode back afterwards, even after an error."""
        with self.lock:
            training = self.training
            self.eval()
            try:
                yield
            finally:
                self.train(training)

    def batches(self, lengths: Sequence[int]) -> Iterator[NDArray[np.int64]]:
        """Group texts of similar length into batches under the token budget of the device.

        Texts of different lengths share no batch where padding changes what the model gives.

        Parameters
        ----------
        lengths
            The number of tokens of each text.

        Yields
        ------
        int64 array
            Positions in ``lengths``, the longest texts first.

        Raises
        ------
        Cancelled
            Between two batches, if the work was cancelled.
        """
        for rows in token_batches(lengths, token_budget(self.device), padded=self.padded):
            check_cancelled()
            yield rows

    @functools.cached_property
    def padded(self) -> bool:
        """Whether texts of different lengths may share a batch, padded to the longest."""
        most = most_with_full_attention(self.model)
        if most is not None and self.max_length > most:
            return False
        return not padding_matters(
            self.model.config.model_type, lambda texts: self._batch_logits(self.encode(texts))
        )

    def logits(self, encodings: Sequence[Encoding]) -> torch.Tensor:
        """Run the model on encodings in batches of similar length, dropout off.

        Parameters
        ----------
        encodings
            As `encode` returns them.

        Returns
        -------
        Tensor
            float32 (len(encodings), classes), on the CPU.
        """
        logits = torch.zeros(len(encodings), len(self.labels))
        lengths = [len(e) for e in encodings]
        with progress(len(encodings), "predict") as bar:
            for rows in self.batches(lengths):
                parts = in_halves(self._batch_logits, [encodings[i] for i in rows])
                logits[torch.from_numpy(rows)] = torch.cat(parts)
                bar.update(len(rows))
        return logits

    def _batch_logits(self, encodings: Sequence[Encoding]) -> torch.Tensor:
        """Run the model on one batch, dropout off: float32 (batch, classes) on the CPU."""
        with self.inference(tokens=max(map(len, encodings))), torch.inference_mode():
            logits: torch.Tensor = self(**self.collate(encodings))
            return logits.float().cpu()

    def probabilities(self, logits: torch.Tensor) -> NDArray[np.float32]:
        """Turn logits (batch, classes) into probabilities: float32 array of the same shape."""
        normalised = logits.sigmoid() if self.multi_label else logits.softmax(-1)
        probabilities: NDArray[np.float32] = normalised.float().cpu().numpy()
        return probabilities


def _readable_length(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """Return how many tokens a model reads at once.

    RoBERTa and its descendants leave their first positions to the padding token.
    """
    positions = int(getattr(model.config, "max_position_embeddings", 0))
    if positions <= 0:
        positions = _POSITIONS  # relative ones have no limit
    encoder = without_adapter(model).base_model
    table = getattr(getattr(encoder, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    if padding is not None:
        positions -= int(padding) + 1
    return min(positions, int(tokenizer.model_max_length))


def _align(model: PreTrainedModel) -> None:
    """Move weights that are not aligned in memory, as those read from a file may be.

    The last bit of a matmul depends on that, and a resumed run must continue bit for bit.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.data_ptr() % _ALIGNMENT:
            tensor.data = tensor.data.clone()
