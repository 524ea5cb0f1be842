"""What-if edits: the prediction with some words masked, deleted or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from ..._common.options import unknown
from ...explain.evidence.removal import without
from ..shared.text_widget import unfit
from .questions import predicted

if TYPE_CHECKING:
    from ...explain import Reading
    from ...model.classifier import BertClassifier

ACTIONS = ("mask", "delete", "replace")
_LONGEST = 1000  # characters of a replacement
_MOST_WORDS = 1000


def check_edit(edit: dict[Any, Any], count: int) -> dict[str, Any]:
    """Return an edit in its simplest form, or raise if it is invalid.

    Parameters
    ----------
    edit
        ``{"word": int, "action": str}`` or ``{"words": [int, ...], "action": str}``, for the
        action ``"replace"`` with the new string as ``"with"``; empty for no edit.
    count
        The number of words.

    Raises
    ------
    traitlets.TraitError
        With one sentence.
    """
    if not edit:
        return {}
    for name in edit:
        if name not in ("word", "words", "action", "with"):
            raise t.TraitError(
                unknown("part of an edit", name, ("word", "words", "action", "with"))
            )
    action = edit.get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        raise t.TraitError(unknown("action", action, ACTIONS))
    if ("word" in edit) == ("words" in edit):
        msg = "An edit needs either 'word' or 'words', and not both."
        raise t.TraitError(msg)
    words = _checked_words(edit, count)
    if action != "replace":
        return {**words, "action": action}
    new = edit.get("with")
    if not isinstance(new, str) or len(new) > _LONGEST or unfit(new):
        msg = f"To replace a word, use a string of at most {_LONGEST:,} characters as 'with'."
        raise t.TraitError(msg)
    return {**words, "action": action, "with": new}


def _checked_words(edit: dict[Any, Any], count: int) -> dict[str, Any]:
    words = edit.get("words", [edit.get("word")])
    if not isinstance(words, list) or not 1 <= len(words) <= _MOST_WORDS:
        msg = f"The 'words' of an edit must be a list of 1 to {_MOST_WORDS:,} indices."
        raise t.TraitError(msg)
    for word in words:
        if not isinstance(word, int) or isinstance(word, bool) or not 0 <= word < count:
            msg = f"There is no word {word!r:.40} to edit; the text has {count}, counted from 0."
            raise t.TraitError(msg)
    return {"word": words[0]} if "word" in edit else {"words": sorted(set(words))}


def what_if(clf: BertClassifier, reading: Reading, edit: dict[str, Any]) -> dict[str, Any]:
    """Return the edited text with its prediction, ready for JSON.

    Raises
    ------
    ValueError
        If no text is left, or the model has no mask token.
    """
    text, pair = _edited(clf, reading, edit)
    if reading.pair and not pair.strip():
        msg = "The edit would leave nothing of the second text; keep at least one word."
        raise ValueError(msg)
    probabilities = predicted(clf, (text, pair)).probabilities
    return {
        "edit": edit,
        "text": text,
        "pair": pair,
        "probabilities": probabilities.astype(float).tolist(),
        "label": clf.labels[int(np.argmax(probabilities))],
    }


def _edited(clf: BertClassifier, reading: Reading, edit: dict[str, Any]) -> tuple[str, str]:
    words = edit.get("words") or [edit["word"]]
    new = edit.get("with", "")
    if edit["action"] == "mask":
        new = clf.tokenizer.mask_token
        if new is None:
            msg = "The model's tokenizer has no mask token; delete the word instead."
            raise ValueError(msg)
    elif new:
        return _replaced(reading, words, new)
    remaining = without(reading, words, mask=str(new))
    return (remaining, "") if isinstance(remaining, str) else remaining


def _replaced(reading: Reading, words: list[int], new: str) -> tuple[str, str]:
    """Replace everything from the first of the words to the last by a string."""
    segment = int(reading.word_segments[words[0]])
    if (reading.word_segments[words] != segment).any():
        msg = "One string cannot replace words of both texts; choose words of one text."
        raise ValueError(msg)
    offsets = reading.word_offsets[words]
    texts = [reading.text, reading.pair or ""]
    old = texts[segment]
    texts[segment] = old[: offsets[:, 0].min()] + new + old[offsets[:, 1].max() :]
    return texts[0], texts[1]
