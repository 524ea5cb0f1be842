"""Whether a classifier's weights are those something was computed with, or those as loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common._compat import in_place_changes

if TYPE_CHECKING:
    from .text_model import TextModel


def weights_of(clf: TextModel) -> tuple[int, ...]:
    """Return torch's counts of the changes in place of each weight."""
    return tuple(in_place_changes(parameter) for parameter in clf.model.parameters())


def mark_untrained(clf: TextModel) -> None:
    """Remember that the head has never been trained with the weights as they are now."""
    clf.untrained_weights = weights_of(clf)


def is_untrained(clf: TextModel) -> bool:
    """Return whether the head is new and no weight has changed since the model was loaded."""
    return bool(clf.untrained_weights == weights_of(clf))
