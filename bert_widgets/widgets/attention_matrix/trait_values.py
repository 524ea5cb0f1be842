"""How results of an attention widget are put in traits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .choices import STATISTICS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...explain.attention.query_key import QueryKey
    from ...explain.attention.result import AttentionMaps
    from ...model.classifier import BertClassifier

_THUMBNAIL = 36  # pixels: 12 x 12 heads are 0.19 MB


def maps_traits(
    maps: AttentionMaps,
    unmasked_probabilities: NDArray[np.float32],
    chosen_target: str,
) -> dict[str, Any]:
    """Return the traits that show the attention of a text; what is computed later is emptied.

    Parameters
    ----------
    maps
        The attention of all heads.
    unmasked_probabilities
        float32 array (classes,): the last prediction without masked tokens, which is kept while
        tokens are masked.
    chosen_target
        The chosen label, or an empty string.
    """
    unmasked = unmasked_probabilities if maps.masked else maps.probabilities
    thumbnails = maps.thumbnails(_THUMBNAIL)
    return {
        "words": list(maps.words),
        "token_texts": list(maps.token_texts),
        "word_of_token": maps.word_of_token,
        "token_segments": maps.token_segments,
        "labels": list(maps.classes),
        "logits": maps.logits,
        "probabilities": maps.probabilities,
        "unmasked_probabilities": unmasked,
        "ablated_probabilities": maps.probabilities,
        "target": chosen_target or maps.classes[int(unmasked.argmax())],
        "matches": [],
        "match_counts": [],
        "_matches_of": {},
        "_statistics": np.stack([maps.statistics[name] for name, *_ in STATISTICS]).ravel(),
        "_thumbnails": thumbnails.ravel(),
        "_side": thumbnails.shape[-1],
        **no_effects(maps.layers * maps.heads),
    }


def no_effects(heads: int) -> dict[str, Any]:
    """Return the traits of effects before any are known."""
    return {
        "measuring": False,
        "estimates": np.empty(0),
        "effects": np.full(heads, np.nan),
        "effects_progress": 0.0,
    }


def query_key_traits(query_key: QueryKey) -> dict[str, Any]:
    """Return the traits that show a head's queries and keys, as levels of the largest of each."""
    scales = [max(float(np.abs(part).max()), 1e-30) for part in (query_key.query, query_key.key)]
    levels = [
        np.rint(part * (127 / scale)).astype(np.int8).ravel()
        for part, scale in zip((query_key.query, query_key.key), scales, strict=True)
    ]
    return {
        "_query": levels[0],
        "_key": levels[1],
        "_query_key_scales": scales,
        "_query_key_size": query_key.query.shape[1],
        "_query_key_complete": query_key.complete,
        "_query_key_of": [query_key.layer, query_key.head],
    }


def family_note(clf: BertClassifier) -> str:
    """Return what is particular about the attention of a model's family; usually nothing."""
    config = clf.model.config
    if config.model_type == "deberta-v2":
        return (
            "DeBERTa's weights depend on the tokens and, separately, on their distance; "
            "both are included in what is shown."
        )
    if config.model_type == "albert":
        return "ALBERT's layers share their weights: a head is the same one in every layer."
    if config.model_type == "modernbert":
        local = [
            str(number + 1)
            for number, kind in enumerate(config.layer_types)
            if kind == "sliding_attention"
        ]
        reach = config.sliding_window
        listed = ", ".join(local)
        return f"Local layers ({listed}) look at most {reach} tokens to either side."
    return ""
