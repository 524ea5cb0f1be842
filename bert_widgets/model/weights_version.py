"""Whether a classifier's weights are still those that something was computed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common._compat import in_place_changes

if TYPE_CHECKING:
    from .classifier import BertClassifier


def weights_of(clf: BertClassifier) -> tuple[int, ...]:
    """Return torch's counts of the changes in place of each weight."""
    return tuple(in_place_changes(parameter) for parameter in clf.model.parameters())
