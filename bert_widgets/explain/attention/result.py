"""The attention of every head for one text, as bytes, and matrices made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..._common.extras import needs_extra
from ..._common.numbers import percent
from ...figures.drawn import Drawn
from ..reading import Reading

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


class Matrix(NamedTuple):
    """One matrix of attention, with tokens merged or left out as requested.

    Attributes
    ----------
    labels
        The names of the k rows and columns.
    weights
        float32 array (k, k): each row sums to one, up to rounding.
    of_token
        int32 array (n,): the row of each of the n tokens, -1 for one that was left out.
    left_out
        float32 array (k,): the share of each row's attention that went to special tokens which
        were left out, before the rest was scaled up to one.
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    of_token: NDArray[np.int32]
    left_out: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class AttentionMaps(Drawn, Reading):
    """Where each head of each layer looks, for one text or pair of n tokens.

    Attributes
    ----------
    classes
        All label names.
    masked
        The numbers of the tokens that were replaced by the mask token.
    logits, probabilities
        float32 arrays (classes,): the prediction for what the model read.
    weights
        uint8 array (layers, heads, n, n): the weight that each token (row) gives to each (column).
    scales
        float32 array (layers, heads): a weight is ``byte / 255 * scale``, where ``scale`` is the
        largest weight of the head.
    means
        float32 array (layers, n, n): the mean over the heads of each layer.
    value_norms
        float32 array (layers, heads, n): the length of each token's value vector in each head,
        after the output projection (Kobayashi et al. 2020).
    statistics
        Statistics of each head: name to float32 array (layers, heads); see `head_frame`.

    See Also
    --------
    Reading : text, pair, tokens, words and their offsets.
    """

    classes: tuple[str, ...]
    masked: tuple[int, ...] = ()
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    weights: NDArray[np.uint8]
    scales: NDArray[np.float32]
    means: NDArray[np.float32]
    value_norms: NDArray[np.float32]
    statistics: dict[str, NDArray[np.float32]]

    def __repr__(self) -> str:
        return (
            f"<AttentionMaps of {len(self.tokens)} tokens: {self.layers} layers of "
            f"{self.heads} heads>"
        )

    @property
    def layers(self) -> int:
        """The number of layers."""
        return len(self.weights)

    @property
    def heads(self) -> int:
        """The number of heads in a layer."""
        return int(self.weights.shape[1])

    def head(self, layer: int, head: int) -> NDArray[np.float32]:
        """Return one head's weights.

        Parameters
        ----------
        layer, head
            Both count from zero.

        Returns
        -------
        float32 array (n, n)
            Each row sums to one, up to rounding: at most half of ``scale / 255`` per entry.

        Raises
        ------
        ValueError
            If there is no such layer or head.
        """
        for name, number, count in (("layer", layer, self.layers), ("head", head, self.heads)):
            if not 0 <= number < count:
                msg = f"There is no {name} {number}; use 0 to {count - 1}."
                raise ValueError(msg)
        scale = self.scales[layer, head] / np.float32(255)
        weights: NDArray[np.float32] = self.weights[layer, head] * scale
        return weights

    def mean(self, layer: int | None = None) -> NDArray[np.float32]:
        """Return the mean over the heads of a layer, or over all: float32 array (n, n)."""
        if layer is not None:
            self.head(layer, 0)  # raises if there is none
        mean: NDArray[np.float32] = self.means.mean(0) if layer is None else self.means[layer]
        return mean

    def norms(self, layer: int, head: int) -> NDArray[np.float32]:
        """Return how much each token really contributes through one head.

        Returns
        -------
        float32 array (n, n)
            The length of the vector that each row gets from each column: weight times length of
            the projected value. Attention weights do not show this: heads often give large weights
            to tokens with very small values, such as ``[SEP]``.

        References
        ----------
        Kobayashi, Kuribayashi, Yokoi & Inui 2020, "Attention is Not Only a Weight: Analyzing
        Transformers with Vector Norms".
        """
        norms: NDArray[np.float32] = self.head(layer, head) * self.value_norms[layer, head]
        return norms

    def arranged(
        self, weights: NDArray[np.float32], *, words: bool = False, specials: bool = True
    ) -> Matrix:
        """Merge tokens into words, or leave special tokens out.

        Parameters
        ----------
        weights
            float32 array (n, n), such as `head`, `mean` or `norms` returns.
        words
            Whether to merge the tokens of a word: columns are summed, rows averaged.
        specials
            Whether to keep special tokens. Without them each row is scaled up to the sum it had.
        """
        of_token = self._groups(words=words)
        if not specials:
            inside = self.word_of_token >= 0
            of_token = np.where(inside, of_token, -1)
            _, of_token[inside] = np.unique(of_token[inside], return_inverse=True)
        count = int(of_token.max(initial=-1)) + 1
        member = (of_token == np.arange(count)[:, None]).astype(np.float32)
        sizes = member.sum(1, keepdims=True)
        rows = (member / sizes) @ weights
        merged = rows @ member.T
        whole = rows.sum(1)
        share = merged.sum(1) / np.where(whole, whole, 1)
        scaled = merged / np.where(share, share, 1)[:, None]
        return Matrix(
            self._labels(of_token, count, words=words),
            scaled.astype(np.float32),
            of_token.astype(np.int32),
            np.maximum(1 - share, 0).astype(np.float32) * (not specials),
        )

    def thumbnails(self, size: int = 48) -> NDArray[np.uint8]:
        """Return every head at most ``size`` pixels wide: uint8 array (layers, heads, k, k).

        Each pixel is the largest weight in its area, so that thin lines are kept. 255 is the
        largest weight of the head.
        """
        count = len(self.tokens)
        starts = np.unique(np.arange(min(size, count)) * count // min(size, count))
        rows = np.maximum.reduceat(self.weights, starts, axis=2)
        return np.maximum.reduceat(rows, starts, axis=3)

    def head_frame(self) -> pd.DataFrame:
        """Return statistics of the heads, one row per head.

        Columns are ``layer``, ``head``, ``entropy`` (of a row, in bits), ``distance`` (between a
        token and the tokens it attends to, in tokens), ``to_first`` and ``to_other_special`` (the
        share on ``[CLS]``, and on ``[SEP]`` and other special tokens), and the share that tokens
        give to the ``previous`` token, the ``next`` token and other tokens of the ``same_word``,
        which may occur several times. All are means over the rows.
        """
        import pandas as pd

        layer, head = np.indices((self.layers, self.heads)).reshape(2, -1)
        columns = {name: values.ravel() for name, values in self.statistics.items()}
        return pd.DataFrame({"layer": layer, "head": head, **columns})

    def to_frame(self, layer: int, head: int) -> pd.DataFrame:
        """Return one head in long form: columns ``from``, ``to`` (tokens) and ``weight``."""
        import pandas as pd

        count = len(self.tokens)
        return pd.DataFrame(
            {
                "from": np.repeat(np.array(self.tokens, object), count),
                "to": np.tile(np.array(self.tokens, object), count),
                "weight": self.head(layer, head).ravel(),
            }
        )

    def plot(
        self,
        *,
        layer: int | None = None,
        head: int | None = None,
        words: bool = False,
        specials: bool = True,
        width: float = 6.0,
    ) -> Figure:
        """Draw one head, the mean of a layer's heads, or all heads as a mosaic.

        Row i of a matrix shows where token i looks. This is not why the model decided.

        Parameters
        ----------
        layer, head
            Both for one head, the layer alone for the mean of its heads, neither for the mosaic.
        words, specials
            As in `arranged`; the mosaic shows all tokens.
        width
            The width of the figure in inches.

        Returns
        -------
        matplotlib.figure.Figure
            It displays itself in a notebook, and is not registered with pyplot.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no such layer or head, or an option is given that has no effect.
        """
        with needs_extra("matplotlib", "The figure"):
            from ...figures.matrices import draw_matrix, draw_mosaic
        best = int(self.probabilities.argmax())
        predicted = f"predicted: {self.classes[best]} {percent(self.probabilities[best])}"
        if layer is None:
            if head is not None or words or not specials:
                msg = "The mosaic shows all heads and tokens; give a layer to draw one matrix."
                raise ValueError(msg)
            return draw_mosaic(self.thumbnails(), f"All heads, {predicted}", width=width)
        weights = self.mean(layer) if head is None else self.head(layer, head)
        matrix = self.arranged(weights, words=words, specials=specials)
        name = "mean of the heads" if head is None else f"head {head}"
        title = f"Layer {layer}, {name}, {predicted}"
        return draw_matrix(matrix.labels, matrix.weights, title, width=width)

    def _groups(self, *, words: bool) -> NDArray[np.int64]:
        """Return the group of each token; groups are numbered by their first token."""
        count = len(self.tokens)
        alone = ~(words & (self.word_of_token >= 0))
        keys = np.where(alone, np.arange(count), count + self.word_of_token)
        _, first, of_key = np.unique(keys, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[of_key]

    def _labels(self, of_token: NDArray[np.int64], count: int, *, words: bool) -> tuple[str, ...]:
        texts = self.token_texts
        first = [int(np.flatnonzero(of_token == group)[0]) for group in range(count)]
        return tuple(
            self.words[self.word_of_token[i]]
            if words and self.word_of_token[i] >= 0 and i not in self.masked
            else texts[i]
            for i in first
        )
