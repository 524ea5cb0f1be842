"""How results of an attention widget are put in traits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ...explain.attention.query_key import QueryKey
    from ...model.classifier import BertClassifier


def query_key_traits(found: QueryKey) -> dict[str, Any]:
    """Return the traits that show a head's queries and keys, in levels of the largest of each."""
    scales = [max(float(np.abs(part).max()), 1e-30) for part in (found.query, found.key)]
    levels = [
        np.rint(part * (127 / scale)).astype(np.int8).ravel()
        for part, scale in zip((found.query, found.key), scales, strict=True)
    ]
    return {
        "_query": levels[0],
        "_key": levels[1],
        "_query_key_scales": scales,
        "_query_key_size": found.query.shape[1],
        "_query_key_complete": found.complete,
        "_query_key_of": [found.layer, found.head],
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
