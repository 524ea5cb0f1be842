"""Training only those word embeddings that the training texts use."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from ..._common._compat import in_place_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier


class WordRows:
    """The rows of the word embeddings that the texts use, as a parameter to train instead.

    The vocabulary makes up half of a small model and two thirds of a multilingual one, and most
    of it occurs in no training text. The gradient of these rows is zero but costs time and memory
    in each step, and the averages of the optimizer cost twice that. With only the used rows in
    the optimizer, training is the same except that unused rows do not decay.

    Parameters
    ----------
    clf
        The classifier to train.
    ids
        Token ids of the training texts, in any shape and integer type.

    Attributes
    ----------
    parameter : torch.nn.Parameter
        float32 (rows, width), to optimise instead of the word embeddings.

    Examples
    --------
    >>> words = WordRows(clf, ids)  # doctest: +SKIP
    >>> with words.reading():  # doctest: +SKIP
    ...     loss_of(clf(**batch)).backward()
    >>> optimizer.step()  # doctest: +SKIP
    >>> words.write_back()  # doctest: +SKIP
    """

    def __init__(self, clf: BertClassifier, ids: NDArray[np.integer[Any]]) -> None:
        embedding: Any = clf.model.get_input_embeddings()
        self._embedding: torch.nn.Embedding = embedding
        rows = set(np.unique(ids).tolist()) | {clf.tokenizer.pad_token_id or 0}
        weight = self._embedding.weight
        self._rows = torch.tensor(sorted(rows), device=weight.device)
        self._places = torch.full((len(weight),), -1, device=weight.device)
        self._places[self._rows] = torch.arange(len(rows), device=weight.device)
        self.parameter = torch.nn.Parameter(weight.detach()[self._rows])
        self._version = in_place_changes(weight)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Make the model use `parameter` for its word embeddings inside."""
        padding = self._embedding.padding_idx
        place = None if padding is None else int(self._places[padding])
        weight = self._embedding.weight
        if in_place_changes(weight) != self._version:  # others put weights into the model
            self.parameter.data.copy_(weight.detach()[self._rows])

        def look_up(_module: object, inputs: tuple[torch.Tensor], _output: object) -> torch.Tensor:
            return functional.embedding(self._places[inputs[0]], self.parameter, place)

        hook = self._embedding.register_forward_hook(look_up)
        try:
            yield
        finally:
            hook.remove()

    @torch.no_grad()
    def write_back(self) -> None:
        """Copy `parameter` into the model."""
        weight = self._embedding.weight
        weight.index_copy_(0, self._rows, self.parameter)
        self._version = in_place_changes(weight)
