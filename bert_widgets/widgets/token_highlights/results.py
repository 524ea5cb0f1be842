"""The trait values that show each result of `TokenHighlights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...explain.attribution.method_table import METHODS

if TYPE_CHECKING:
    from ...explain.attribution.method import Method
    from ...explain.attribution.result import Attribution
    from ...explain.evidence.badge import Badge
    from ...explain.evidence.faithfulness import Curve
    from ...model.classifier import BertClassifier
    from .questions import Rows

_NONE = np.empty(0, np.float32)

EMPTY: dict[str, dict[str, Any]] = {
    "edit": {"edited": {}},
    "classes": {"class_scores": _NONE, "class_method": ""},
    "layers": {"layer_scores": _NONE, "layer_method": ""},
    "badge": {"badge": "", "badge_words": []},
    "check": {},
    "evidence": {"deletion": _NONE},
    "exact": {},
}
"""For each task, what its traits are until it has been done for the displayed result."""


def attribution_traits(result: Attribution) -> dict[str, Any]:
    """Return the traits that show an attribution."""
    return {
        "probabilities": result.probabilities,
        "target": result.target,
        "words": list(result.words),
        "word_offsets": result.word_offsets,
        "word_segments": result.word_segments.astype(np.uint8),
        "scores": result.scores,
        "margins": _NONE if result.margins is None else result.margins,
        "token_texts": list(result.token_texts),
        "token_offsets": result.token_offsets,
        "word_of_token": result.word_of_token,
        "token_scores": result.token_scores,
        "completeness_error": result.completeness_error,
        "difference": result.difference,
        "windows": result.windows,
        "shown_method": result.method,
    }


def class_traits(rows: Rows) -> dict[str, Any]:
    """Return the traits that show the scores of each class."""
    return {"class_scores": rows[0].ravel(), "class_method": rows[1]}


def layer_traits(rows: Rows) -> dict[str, Any]:
    """Return the traits that show the scores at each layer."""
    return {"layer_scores": rows[0].ravel(), "layer_method": rows[1]}


def badge_traits(badge: Badge) -> dict[str, Any]:
    """Return the traits that show what removing the strongest words does."""
    return {"badge": badge.sentence, "badge_words": list(badge.words)}


def deletion_traits(curve: Curve) -> dict[str, Any]:
    """Return the traits that show a deletion curve."""
    columns = curve.probability, curve.random_mean, curve.random_low, curve.random_high
    points = np.stack([curve.removed.astype(np.float32), *columns], axis=1)
    return {"deletion": points.ravel()}


def is_multi_label(clf: BertClassifier | None, result: Attribution) -> bool:
    """Return whether several labels may apply to one text."""
    if clf is not None:
        return clf.multi_label
    # Probabilities that add up to one are those of a single label.
    return not bool(np.isclose(result.probabilities.sum(), 1, atol=1e-3))


def method_row(name: str, clf: BertClassifier | None) -> list[str | int]:
    """Return what the menu of methods says of one.

    Name, title and cost, 1 if its scores have signs, else 0, then family, paper, and why the model
    refuses it, if it does. A stored result may be by a method that is not registered any more.
    """
    method = METHODS.get(name)
    if method is None:
        return [name, name, "", 1, "", "", ""]
    about: list[str | int] = [name, method.title, method.cost, int(method.signed)]
    return [*about, method.family, method.paper, _refusal(method, clf)]


def _refusal(method: Method, clf: BertClassifier | None) -> str:
    if clf is None or method.check is None:
        return ""
    try:
        method.check(clf.model)
    except ValueError as error:
        return str(error)
    return ""
