"""Many texts as token ids in flat arrays: what a training reads, epoch after epoch."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.progress import progress
from .batches import right_padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    import torch
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

_IN_MEMORY = 256 * 2**20
"""Bytes above which an array is kept in a file."""

_CHUNK = 2**18
"""Characters tokenised at once: about 50 ms, because other threads wait for the lock meanwhile."""


@dataclass(frozen=True, eq=False)
class TokenArrays:
    """Tokenised texts, end to end in flat arrays. Made by `tokenize`.

    Attributes
    ----------
    ids
        uint16 array, or int32 for a vocabulary above 65,536: the token ids of all texts, special
        tokens included. Large arrays are read-only maps of a temporary file.
    offsets
        int64 array (n + 1,): text i is ``ids[offsets[i] : offsets[i + 1]]``.
    types
        uint8 array of the segment ids, as long as ``ids``; None where all are 0.
    segmented
        Whether the model reads segment ids.
    padding
        The token id that fills up shorter texts of a batch.
    """

    ids: NDArray[np.uint16] | NDArray[np.int32]
    offsets: NDArray[np.int64]
    types: NDArray[np.uint8] | None
    segmented: bool
    padding: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """The number of tokens of each text, int32 (n,)."""
        return np.diff(self.offsets).astype(np.int32)

    def collate(self, rows: NDArray[np.int64] | Sequence[int]) -> dict[str, torch.Tensor]:
        """Pad texts on the right into what a model's ``forward`` takes.

        Parameters
        ----------
        rows
            The numbers (b,) of the texts, in the order wanted.

        Returns
        -------
        dict of str to Tensor
            int64 CPU tensors (b, longest): ``input_ids``, ``attention_mask`` and, for models that
            have segments, ``token_type_ids``.
        """
        rows = np.asarray(rows, np.int64)
        lengths = self.lengths[rows]
        columns = np.arange(lengths.max(initial=0))
        places = (self.offsets[rows][:, None] + columns)[columns < lengths[:, None]]
        return right_padded(
            lengths,
            self.ids[places],
            None if self.types is None else self.types[places],
            padding=self.padding,
            segmented=self.segmented,
        )


def tokenize(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    pairs: Sequence[str] | None = None,
    *,
    max_length: int | None,
    lock: AbstractContextManager[object] | None = None,
) -> TokenArrays:
    """Tokenise texts, or pairs of texts, without offsets, in parallel and with progress.

    Parameters
    ----------
    tokenizer
        The tokenizer; a slow one (written in Python) takes one text at a time.
    texts, pairs
        The strings; ``pairs``, if given, has the same length.
    max_length
        Cut longer input to this many tokens (the longer text of a pair first); None keeps all.
    lock
        Held while a chunk of texts is tokenised and let go between chunks, such as ``clf.lock``,
        since a tokenizer serves one thread at a time.

    Returns
    -------
    TokenArrays
        The ids that `bert_widgets.text.encode` gives, in order.

    Examples
    --------
    >>> tokenize(clf.tokenizer, ["not bad"], max_length=512).lengths
    array([4], dtype=int32)
    """
    small = max(tokenizer.get_vocab().values()) <= np.iinfo(np.uint16).max
    dtype = np.dtype(np.uint16 if small else np.int32)
    segmented = "token_type_ids" in tokenizer.model_input_names
    lock = lock or contextlib.nullcontext()
    with lock:
        typed = segmented and _has_types(tokenizer, paired=pairs is not None)
    offsets = np.zeros(len(texts) + 1, np.int64)
    with (
        tempfile.SpooledTemporaryFile(_IN_MEMORY) as ids,
        tempfile.SpooledTemporaryFile(_IN_MEMORY) as types,
        progress(len(texts), "tokenise") as bar,
    ):
        for start, end in _chunks(texts, pairs):
            chunk: list[Any] = list(texts[start:end])
            if pairs is not None:
                chunk = list(zip(chunk, pairs[start:end], strict=True))
            with lock:
                encoded, type_ids = _tokenized(tokenizer, chunk, max_length)
            offsets[start + 1 : end + 1] = [len(tokens) for tokens in encoded]
            ids.write(np.fromiter(chain.from_iterable(encoded), dtype).tobytes())
            if typed:
                types.write(np.fromiter(chain.from_iterable(type_ids), np.uint8).tobytes())
            bar.update(end - start)
        return TokenArrays(
            _array(ids, dtype),
            np.cumsum(offsets),
            _array(types, np.dtype(np.uint8)) if typed else None,
            segmented,
            tokenizer.pad_token_id or 0,
        )


def _has_types(tokenizer: PreTrainedTokenizerBase, *, paired: bool) -> bool:
    """Whether segment ids are ever other than 0; they follow one template for all texts."""
    return any(tokenizer("a", "a" if paired else None, return_token_type_ids=True).token_type_ids)


def _tokenized(
    tokenizer: PreTrainedTokenizerBase, chunk: list[Any], max_length: int | None
) -> tuple[list[list[int]], list[list[int]]]:
    """Return the token ids and the segment ids of texts, or of (text, second text) pairs."""
    cut: dict[str, Any] = {"truncation": max_length is not None, "max_length": max_length}
    if tokenizer.is_fast:
        # The tokenizer's own call sets its backend up: no padding, and where to cut.
        tokenizer("", **cut)
        encodings = tokenizer.backend_tokenizer.encode_batch_fast(chunk)
        return [encoding.ids for encoding in encodings], [
            encoding.type_ids for encoding in encodings
        ]
    fields = tokenizer(chunk, **cut, return_token_type_ids=True, verbose=False)
    return fields["input_ids"], fields["token_type_ids"]


def _array(file: tempfile.SpooledTemporaryFile[bytes], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return what was written: read into memory or, from a file that has no name, mapped."""
    size = file.tell()
    file.seek(0)
    if size <= _IN_MEMORY:
        return np.frombuffer(file.read(), dtype)
    return np.memmap(file, dtype, "r")


def _chunks(texts: Sequence[str], pairs: Sequence[str] | None) -> Iterator[tuple[int, int]]:
    """Cut the texts into stretches of about `_CHUNK` characters: first, and one past the last."""
    start = size = 0
    for i, text in enumerate(texts):
        size += len(text) + (0 if pairs is None else len(pairs[i]))
        if size >= _CHUNK or i + 1 == len(texts):
            yield start, i + 1
            start, size = i + 1, 0
