"""The classifier: any Hugging Face encoder with a classification head; load, predict, save."""

from __future__ import annotations

import contextlib
import functools
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification

from .._common.options import named_options
from .._common.progress import check_cancelled, progress
from ..data.inputs import as_texts
from ..data.text_data import TextData, check_problem_type
from ..text import encoding as bw_text
from ..text.batches import token_batches
from ..text.windows import encode_windows, shares
from . import lean_forward as _lean
from .adapters import check_adapter, has_adapter, merged_model, save_adapter
from .evaluation import Evaluation, evaluate
from .fair_lock import FairLock
from .label_map import config_labels, label_map
from .loading import (
    PROBLEM_TYPES,
    align,
    choose_device,
    load_model,
    load_tokenizer,
    quiet,
    read_config,
    readable_length,
)
from .padding import padding_matters
from .precision import arithmetic
from .prediction import Prediction, decided
from .repeated_dropout import repeated_dropout
from .run_options import plain_outputs
from .token_budget import token_budget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from ..data.inputs import Texts
    from ..data.text_data import ProblemType, Source
    from .label_map import LabelNames


class BertClassifier(torch.nn.Module):
    """A text classifier: a Hugging Face sequence-classification model with its tokenizer.

    Make one with `from_pretrained` or ``bert_widgets.demo.classifier()``.

    Parameters
    ----------
    model
        A Hugging Face model with a sequence-classification head and label names in its config, or
        one in a PEFT adapter of the task type ``"SEQ_CLS"``, such as LoRA.
    tokenizer
        Its fast tokenizer.

    Attributes
    ----------
    labels : tuple of str
        The label names; logit number i belongs to ``labels[i]``.
    max_length : int
        The most tokens the model reads at once, special tokens included.
    lock : FairLock
        Held while the model runs, so that cells can predict during a training.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        super().__init__()
        check_adapter(model)
        self.model = model
        self.tokenizer = tokenizer
        self.lock = FairLock()
        self.labels = tuple(config_labels(model.config))
        self.max_length = readable_length(model, tokenizer)
        align(model)
        self.eval()

    @classmethod
    @named_options
    def from_pretrained(
        cls,
        name_or_folder: str | Path,
        *,
        labels: LabelNames | None = None,
        problem_type: str | None = None,
        new_head: bool = False,
        device: str = "auto",
    ) -> Self:
        """Load a checkpoint from a folder or from the Hugging Face Hub.

        Weights are read from safetensors only and no code of the checkpoint is run.

        Parameters
        ----------
        name_or_folder
            A folder with a config, a tokenizer and weights, or a name on the Hub.
        labels
            Label names, or a `TextData` for its classes. A checkpoint with the same names, in
            any order or case, keeps its trained head and its order, as does one without names
            (``LABEL_0``, ...). A dict from the checkpoint's names to new ones renames them. For
            another number of labels, the head is new and must be fine-tuned.
        problem_type
            ``"single_label"`` or ``"multi_label"``, or Hugging Face's names for them; by default
            what the checkpoint says.
        new_head
            Whether to replace a trained head by a new one.
        device
            ``"auto"`` takes CUDA, else MPS, else the CPU; or a torch device name.

        Raises
        ------
        OSError
            If there is no such checkpoint, or it lacks safetensors weights or a tokenizer.
        ValueError
            If the labels repeat or are not those of a trained head; weights other than the
            head's are missing, left over or of another shape than the config describes; the
            tokenizer is not the model's; or the checkpoint cannot be a classifier of texts.

        Warns
        -----
        UserWarning
            If the head is new, since its predictions mean nothing before fine-tuning.

        Examples
        --------
        >>> BertClassifier.from_pretrained(
        ...     "bert-base-uncased", labels=["negative", "positive"]
        ... )  # doctest: +SKIP
        """
        where = str(Path(name_or_folder).expanduser())
        config = read_config(where)
        names, conflict = label_map(config, labels)
        if problem_type is not None:
            config.problem_type = PROBLEM_TYPES[check_problem_type(problem_type)]
        config.id2label = dict(enumerate(names))
        config.label2id = {name: i for i, name in enumerate(names)}
        model, reason = load_model(where, config, new_head=new_head)
        if conflict and not reason:
            raise ValueError(conflict)
        tokenizer = load_tokenizer(where, model)
        if reason:
            warnings.warn(
                f"{reason}: fine-tune the new head before you use its predictions.", stacklevel=3
            )
        return cls(model, tokenizer).to(choose_device(device))

    @classmethod
    def from_weights(
        cls, folder: str | Path, weights: dict[str, torch.Tensor], *, device: str = "auto"
    ) -> Self:
        """Build the model that a folder's config and tokenizer describe, with given weights.

        Parameters
        ----------
        folder
            Holds ``config.json`` and the tokenizer's files.
        weights
            The whole state of the model, by name.
        device
            As for `from_pretrained`.

        Raises
        ------
        RuntimeError
            If a weight is missing, left over or of another shape.
        """
        model = AutoModelForSequenceClassification.from_config(  # type: ignore[no-untyped-call]
            read_config(str(folder))
        )
        model.load_state_dict(weights)
        tokenizer = load_tokenizer(str(folder), model)
        return cls(model, tokenizer).to(choose_device(device))

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
        if _lean.fits(self.model):
            return _lean.logits(
                self.model, input_ids, attention_mask, token_type_ids, inputs_embeds
            )
        inputs = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": token_type_ids,
            "inputs_embeds": inputs_embeds,
        }
        given = {name: value for name, value in inputs.items() if value is not None}
        with repeated_dropout(self.model), plain_outputs(self.model):
            logits: torch.Tensor = self.model(**given).logits
        return logits

    def encode(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None
    ) -> list[bw_text.Encoding]:
        """Tokenise, cutting each text to what the model reads at once."""
        with self.lock:  # a tokenizer serves one thread at a time
            return bw_text.encode(self.tokenizer, texts, pairs, max_length=self.max_length)

    def collate(self, encodings: Sequence[bw_text.Encoding]) -> dict[str, torch.Tensor]:
        """Pad encodings on the right into the int64 tensors (batch, tokens) of `forward`."""
        shape = (len(encodings), max(len(e) for e in encodings))
        ids = np.full(shape, self.tokenizer.pad_token_id or 0, np.int64)
        types, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.input_ids
            types[row, : len(encoding)] = encoding.token_type_ids
            mask[row, : len(encoding)] = 1
        batch = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        if "token_type_ids" not in self.tokenizer.model_input_names:
            del batch["token_type_ids"]
        return {name: torch.from_numpy(array).to(self.device) for name, array in batch.items()}

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

    @named_options
    def predict(
        self, texts: Texts, *, window: int | None = None, overlap: int | None = None
    ) -> Prediction:
        """Predict the labels of texts of any length.

        Texts are sorted by length and run in batches of a bounded number of tokens. A text longer
        than the window is cut at sentence ends into overlapping windows; its probabilities are
        the mean of theirs, weighted by their tokens.

        Parameters
        ----------
        texts
            A string, a list or Series of strings, (text, second text) pairs, or a `TextData`.
        window
            The most tokens of a window, special tokens included; by default what the model reads.
        overlap
            The least number of tokens that neighbouring windows share; by default an eighth.

        Returns
        -------
        Prediction
            In the order of ``texts``.

        Raises
        ------
        TypeError
            If something in ``texts`` is not a string or a pair of strings; its place is named.
        ValueError
            If the window is longer than the model reads or too short to hold text.

        Examples
        --------
        >>> clf.predict(["a gorgeous, witty film"]).labels
        ('positive',)
        """
        singles, pairs, shown = as_texts(texts)
        probabilities = self._probabilities(singles, pairs, window, overlap)
        labels = decided(probabilities, self.labels, multi_label=self.multi_label)
        return Prediction(shown, self.labels, labels, probabilities)

    def evaluate(self, data: Source, **columns: Any) -> Evaluation:  # noqa: ANN401
        """Predict labelled texts and measure the predictions.

        Parameters
        ----------
        data
            Anything `TextData.from_` reads.
        **columns
            Column names (``text``, ``pair``, ``label``) for `TextData.from_`.

        Examples
        --------
        >>> round(clf.evaluate(bw.demo.reviews()).accuracy, 3)
        0.645
        """
        checked = TextData.from_(
            data, classes=self.labels, problem_type=self.problem_type, **columns
        )
        probabilities = self._probabilities(checked.texts, checked.pairs, None, None)
        return evaluate(probabilities, checked.labels, self.labels)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write a plain Hugging Face folder that ``transformers.pipeline`` loads.

        Of a model with a PEFT adapter, the adapter and the whole classification head are written,
        which PEFT loads onto the base model; for a plain folder use ``merged().save_pretrained``.

        Parameters
        ----------
        folder
            Made if missing; files of the same names are replaced.
        """
        with self.lock, quiet():
            check_adapter(self.model)
            if has_adapter(self.model):
                save_adapter(self.model, folder)
            else:
                self.model.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)

    def merged(self) -> BertClassifier:
        """Return a copy whose PEFT adapter is added to its weights: a classifier without one.

        Raises
        ------
        ValueError
            If the model has no adapter.
        """
        if not has_adapter(self.model):
            msg = f"A {type(self.model).__name__} has no PEFT adapter to merge; use it as it is."
            raise ValueError(msg)
        with self.lock:
            return BertClassifier(merged_model(self.model), self.tokenizer)

    def _probabilities(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None,
        window: int | None,
        overlap: int | None,
    ) -> NDArray[np.float32]:
        with self.lock:
            windows = encode_windows(
                self.tokenizer, texts, pairs, limit=self._window(window, pairs), overlap=overlap
            )
        logits = self.logits([window.encoding for window in windows])
        pooled = np.zeros((len(texts), len(self.labels)), np.float32)
        each = self.probabilities(logits) * shares(windows)[:, None]
        np.add.at(pooled, [window.owner for window in windows], each.astype(np.float32))
        return pooled

    def probabilities(self, logits: torch.Tensor) -> NDArray[np.float32]:
        """Turn logits (batch, classes) into probabilities: float32 array of the same shape."""
        normalised = logits.sigmoid() if self.multi_label else logits.softmax(-1)
        probabilities: NDArray[np.float32] = normalised.float().cpu().numpy()
        return probabilities

    def _window(self, window: int | None, pairs: Sequence[str] | None) -> int:
        special = self.tokenizer.num_special_tokens_to_add(pair=pairs is not None)
        limit = self.max_length if window is None else window
        if not special < limit <= self.max_length:
            room = f"{special + 1} to {self.max_length}"
            msg = f"A window of {limit} tokens does not fit; use {room}."
            raise ValueError(msg)
        return limit

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
        return not padding_matters(
            self.model.config.model_type, lambda texts: self._batch_logits(self.encode(texts))
        )

    def logits(self, encodings: Sequence[bw_text.Encoding]) -> torch.Tensor:
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
                logits[torch.from_numpy(rows)] = self._batch_logits([encodings[i] for i in rows])
                bar.update(len(rows))
        return logits

    def _batch_logits(self, encodings: Sequence[bw_text.Encoding]) -> torch.Tensor:
        """Run the model on one batch, dropout off: float32 (batch, classes) on the CPU."""
        with self.inference(tokens=max(map(len, encodings))), torch.inference_mode():
            logits: torch.Tensor = self(**self.collate(encodings))
            return logits.float().cpu()


def check_classifier(given: object) -> None:
    """Raise if what is given for a classifier is something else."""
    if not isinstance(given, BertClassifier):
        msg = (
            f"The classifier must be a BertClassifier, not a {type(given).__name__}; make one with "
            "BertClassifier.from_pretrained(...)."
        )
        raise TypeError(msg)
