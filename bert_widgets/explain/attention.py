"""Attention maps of every layer and head, quantised layer by layer as the model runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .._compute import attention
from ._reading import Reading, encode_cut, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

    from ..classifier import BertClassifier


@dataclass(frozen=True, eq=False, kw_only=True)
class AttentionMaps(Reading):
    """Where each head of each layer looks, for one text or pair of n tokens.

    Attributes
    ----------
    weights
        uint8 array (layers, heads, n, n): row = the piece that looks, column = the piece looked at.
    scales
        float32 array (layers, heads): a weight is ``byte / 255 * scale``, the largest of its head
        being ``scale``.

    See Also
    --------
    Reading : text, pair, tokens, words and their offsets, which it has too.
    """

    weights: NDArray[np.uint8]
    scales: NDArray[np.float32]

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
            Each row sums to one, up to rounding: half of ``scale / 255`` an entry.

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

    def to_frame(self, layer: int, head: int) -> pd.DataFrame:
        """Return one head in long form: columns ``from``, ``to`` (pieces) and ``weight``."""
        import pandas as pd

        count = len(self.tokens)
        return pd.DataFrame(
            {
                "from": np.repeat(np.array(self.tokens, object), count),
                "to": np.tile(np.array(self.tokens, object), count),
                "weight": self.head(layer, head).ravel(),
            }
        )


def attention_maps(clf: BertClassifier, text: str, pair: str | None = None) -> AttentionMaps:
    """Read the attention of every head in one forward pass.

    Heads are reduced to bytes as each layer runs, so that at 12 layers, 12 heads and 512 tokens
    no more than one layer is ever held as floats (in families that say where their weights are:
    all but DeBERTa). The model is switched to plain attention for this pass only.

    Attention shows where a head looks, not why the model decided.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        The text, and the second text of a pair. What the model does not read is left out, with
        a warning.

    Raises
    ------
    TypeError
        If ``text`` or ``pair`` is not a string.
    ValueError
        If the model has no attention weights from every token to every token.

    Examples
    --------
    >>> maps = bw.attention_maps(clf, "the film was not bad")  # doctest: +SKIP
    >>> maps.head(0, 3).shape  # doctest: +SKIP
    (7, 7)
    """
    given: tuple[object, ...] = (text,) if pair is None else (text, pair)
    for value in given:
        if not isinstance(value, str):
            msg = f"A text must be a string, not {value!r:.80}."
            raise TypeError(msg)
    encoding = encode_cut(clf, [text], None if pair is None else [pair], stacklevel=3)[0]
    layers: list[tuple[NDArray[np.uint8], NDArray[np.float32]]] = []

    def keep(weights: torch.Tensor | None) -> None:
        if weights is None or tuple(weights.shape[2:]) != (len(encoding),) * 2:
            raise ValueError(_unreadable(clf.model))
        layers.append(_quantise(weights[0]))

    with clf.evaluating(), attention(clf, "eager"), torch.inference_mode():
        _run(clf.model, clf.collate([encoding]), keep)
    if not layers:
        raise ValueError(_unreadable(clf.model))
    return AttentionMaps(
        **reading(encoding),
        weights=np.stack([weights for weights, _ in layers]),
        scales=np.stack([scales for _, scales in layers]),
    )


def _run(
    model: PreTrainedModel,
    batch: dict[str, torch.Tensor],
    keep: Callable[[torch.Tensor | None], None],
) -> None:
    """Run the model, giving each layer's weights to ``keep`` while they exist."""
    hooks = [
        module.register_forward_hook(_reader(keep, index))
        for module, index in _attention_modules(model)
    ]
    if not hooks:
        for weights in model(**batch, output_attentions=True).attentions or ():
            keep(weights)
        return
    try:
        model(**batch)
    finally:
        for hook in hooks:
            hook.remove()


def _reader(keep: Callable[[torch.Tensor | None], None], index: int) -> Callable[..., None]:
    def read(_module: torch.nn.Module, _inputs: object, output: Any) -> None:  # noqa: ANN401
        keep(output[index] if isinstance(output, tuple) else output)

    return read


def _attention_modules(model: PreTrainedModel) -> list[tuple[torch.nn.Module, int]]:
    """Find the modules that yield weights, and at which place of their output.

    These are what transformers itself hooks to serve ``output_attentions``: a class, whose
    weights are its second output, or a recorder that names class and place.
    """
    declared = (getattr(model, "_can_record_outputs", None) or {}).get("attentions", [])
    found = []
    for spec in declared if isinstance(declared, list) else [declared]:
        kind: Any = getattr(spec, "target_class", spec)
        index: int = getattr(spec, "index", 1)
        found += [(module, index) for module in model.modules() if isinstance(module, kind)]
    return found


def _quantise(weights: torch.Tensor) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Reduce one layer (heads, n, n) to bytes and each head's largest weight."""
    scales = weights.amax((1, 2)).float().clamp_min(torch.finfo(torch.float32).tiny)
    levels = (weights / scales[:, None, None] * 255).round().to(torch.uint8)
    return levels.cpu().numpy(), scales.cpu().numpy()


def _unreadable(model: PreTrainedModel) -> str:
    return (
        f"{type(model).__name__} has no attention weights from every token to every token, "
        "so its attention cannot be shown; use word scores instead."
    )
