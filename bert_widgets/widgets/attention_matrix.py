"""Where each head of each layer looks, as a matrix of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import traitlets as t

from .._options import named_options
from ..explain.attention import AttentionMaps, attention_maps
from ._answers import Part
from ._array import Array
from ._fallback import attention_html
from ._text_widget import TextWidget, check_text

if TYPE_CHECKING:
    from ..classifier import BertClassifier

_BUDGET = 256 * 1024  # bytes of weights in the page


class AttentionMatrix(TextWidget):
    """One attention head at a time: rows look at columns.

    Attention shows where a head looks, not why the model decided.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        The text to read, and the second one of a pair.
    layer, head
        The head shown first; both count from zero.

    Attributes
    ----------
    text, pair : str
        Settable; ``pair`` is empty for a single text.
    tokens : list of str
        The n pieces, special ones included.
    words : list of str
        The words they make up, the same as in `TokenHighlights`.
    token_words : int32 array (n,)
        The word of each piece, -1 for special tokens.
    layers, heads : int
        How many the model has.
    layer, head : int
        The head on show; settable.
    selected : int or None
        The selected word; settable, and linkable with other widgets of the same text.
    busy : bool
        Whether a text is being read.

    Raises
    ------
    TypeError, ValueError
        If the text is empty or no string, there is no such layer or head, or the model's
        attention cannot be read.

    Examples
    --------
    >>> matrix = bw.AttentionMatrix(clf, "not a bad film at all", layer=2)  # doctest: +SKIP
    >>> ipywidgets.link((matrix, "selected"), (highlights, "selected"))  # doctest: +SKIP
    """

    bundle = "attention_matrix"
    title = "Attention"

    tokens = t.List(t.Unicode()).tag(sync=True)
    token_words = Array("int32")
    layers = t.Int().tag(sync=True)
    heads = t.Int().tag(sync=True)
    layer = t.Int().tag(sync=True, page=True)
    head = t.Int().tag(sync=True, page=True)
    _weights = Array("uint8")
    _held = t.List(t.Int()).tag(sync=True)
    _scales = t.List(t.Float()).tag(sync=True)

    @named_options
    def __init__(
        self,
        clf: BertClassifier,
        text: str,
        pair: str | None = None,
        *,
        layer: int = 0,
        head: int = 0,
    ) -> None:
        self._clf = clf
        maps = self._read((text, pair or ""))
        maps.head(layer, head)  # raises if there is none
        self._opened = [layer * maps.heads + head]
        counts = {"layers": maps.layers, "heads": maps.heads, "layer": layer, "head": head}
        super().__init__(maps, text=text, pair=pair or "", **counts)

    @property
    def maps(self) -> AttentionMaps:
        """The attention of all heads for the text on show."""
        return cast("AttentionMaps", self._result)

    def _parts(self) -> list[Part]:
        return [Part("maps", self._texts, self._read, self._show, at_once=self._read)]

    def _texts(self) -> tuple[str, str]:
        return self.text, self.pair

    def _read(self, texts: tuple[str, str]) -> AttentionMaps:
        """Read the attention of every head."""
        check_text(*texts)
        return attention_maps(self._clf, texts[0], texts[1] or None)

    def _shown(self, result: AttentionMaps) -> dict[str, Any]:
        """Return the traits that show attention maps."""
        return {
            "words": list(result.words),
            "tokens": list(result.pieces),
            "token_words": result.word_of_token,
            **self._sent(),
        }

    def fallback_html(self) -> str:
        """Return the head on show as a table of plain HTML."""
        return attention_html(self.maps, self.layer, self.head)

    def fallback_text(self) -> str:
        """Return for each piece of the head on show where it looks most."""
        weights = self.maps.head(self.layer, self.head)
        looks = "  ".join(
            f"{token}→{self.tokens[row.argmax()]} {row.max():.2f}"
            for token, row in zip(self.tokens, weights, strict=True)
        )
        return f"layer {self.layer + 1}, head {self.head + 1}: {looks}"

    def _sent(self) -> dict[str, Any]:
        """Return the heads to hold in the page: all if they fit, else those opened last."""
        weights, scales = self.maps.weights, self.maps.scales
        count = weights.shape[0] * weights.shape[1]
        fit = max(1, _BUDGET // weights[0, 0].size)
        held = list(range(count)) if fit >= count else self._opened[-fit:]
        return {
            "_weights": weights.reshape(count, -1)[held].ravel(),
            "_held": held,
            "_scales": scales.reshape(count)[held].astype(float).tolist(),
        }

    @t.observe("layer", "head")
    def _follow_head(self, _change: object) -> None:
        if self._answers is None:
            return
        flat = self.layer * self.heads + self.head
        self._opened = [*(each for each in self._opened if each != flat), flat]
        if flat not in self._held:
            with self.hold_sync():
                self._set(self._sent())

    @t.validate("layer", "head")
    def _check_number(self, proposal: dict[str, Any]) -> int:
        value: int = proposal["value"]
        name = proposal["trait"].name
        count = self.layers if name == "layer" else self.heads
        if isinstance(value, bool) or not 0 <= value < count:
            msg = f"There is no {name} {value!r}; use 0 to {count - 1}."
            raise t.TraitError(msg)
        return value
