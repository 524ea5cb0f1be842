"""Removing words from a text, as one would by typing, and predicting it again."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Literal

import numpy as np
import regex

from ..._common.options import unknown
from ..._common.progress import check_cancelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier
    from ..attribution.result import Attribution
    from ..reading import Reading

Removal = Literal["delete", "mask"]
REMOVALS: tuple[Removal, ...] = ("delete", "mask")

_CHUNK = 2048
"""Texts tokenised at once, to limit memory."""

# Two adjacent characters of this kind would be read as one word.
_LETTER = regex.compile(r"[[\p{L}\p{N}\p{M}_]--[\p{Han}\p{Hiragana}\p{Katakana}]]", regex.V1)
_CLOSING = frozenset(".,;:!?…)]}”’%")


def without(reading: Reading, removed: Iterable[int], *, mask: str = "") -> str | tuple[str, str]:
    """Return a text, or a pair of texts, with some of its words (or other units) removed.

    Parameters
    ----------
    reading
        The text.
    removed
        The numbers of the words.
    mask
        The replacement of each; if empty, the words are deleted with the spaces around them.

    Examples
    --------
    >>> without(bw.attribute(clf, "a gorgeous, witty film")[0], [1])
    'a, witty film'
    """
    spans: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for number in removed:
        start, end = reading.word_offsets[number].tolist()
        spans[reading.word_segments[number]].append((start, end))
    first = _cut(reading.text, spans[0], mask)
    return first if reading.pair is None else (first, _cut(reading.pair, spans[1], mask))


def remaining(
    clf: BertClassifier,
    attributions: Sequence[Attribution],
    questions: Sequence[tuple[int, Iterable[int]]],
    *,
    removal: str,
) -> NDArray[np.float64]:
    """Predict texts without some of their words, equal strings only once.

    Parameters
    ----------
    clf
        The classifier.
    attributions
        The texts, and the target of each.
    questions
        The number of a text, and the words to remove from it.
    removal
        ``"delete"``, or ``"mask"`` to replace each word by a mask token.

    Returns
    -------
    float64 array (len(questions),)
        The probability of the text's target; for log-odds, its probability among the two labels.

    Raises
    ------
    ValueError
        If the removal is unknown, or the tokenizer has no mask token.
    Cancelled
        If the work was cancelled.
    """
    mask = _mask(clf, removal)
    strings = [without(attributions[row], removed, mask=mask) for row, removed in questions]
    predictions: dict[str | tuple[str, str], NDArray[np.float32]] = {}
    with clf.lock:  # all predictions by the same weights
        for kind in (str, tuple):  # a prediction takes texts or pairs, not both
            distinct = [string for string in dict.fromkeys(strings) if isinstance(string, kind)]
            for start in range(0, len(distinct), _CHUNK):
                check_cancelled()
                chunk = distinct[start : start + _CHUNK]
                predictions |= zip(chunk, clf.predict(chunk).probabilities, strict=True)  # type: ignore[arg-type]
    return np.array(
        [
            target_probability(clf, attributions[row], predictions[string])
            for (row, _), string in zip(questions, strings, strict=True)
        ],
        np.float64,
    )


def target_probability(
    clf: BertClassifier, attribution: Attribution, probabilities: NDArray[np.floating]
) -> float:
    """Return the probability of what an attribution explains, from those of all classes."""
    target = float(probabilities[clf.labels.index(attribution.target)])
    if attribution.against is None:
        return target
    other = float(probabilities[clf.labels.index(attribution.against)])
    if clf.multi_label:  # the sigmoid of the difference of the two logits
        target, other = target * (1 - other), other * (1 - target)
    return target / (target + other) if target + other else 0.5


def ranking(attribution: Attribution) -> list[int]:
    """Return the numbers of the words, the highest score first; of equal scores, the first word."""
    order: list[int] = np.argsort(-attribution.scores, kind="stable").tolist()
    return order


def text_random(attribution: Attribution, seed: int) -> np.random.Generator:
    """Return a generator that depends on seed and text only."""
    text = f"{attribution.text}\0{attribution.pair}".encode("utf-8", "surrogatepass")
    return np.random.default_rng([seed, zlib.crc32(text)])


def _mask(clf: BertClassifier, removal: str) -> str:
    if removal not in REMOVALS:
        raise ValueError(unknown("removal", removal, REMOVALS))
    if removal == "delete":
        return ""
    if clf.tokenizer.mask_token is None:
        msg = "This model's tokenizer has no mask token; use removal='delete'."
        raise ValueError(msg)
    return str(clf.tokenizer.mask_token)


def _cut(text: str, spans: list[tuple[int, int]], mask: str) -> str:
    if not spans:
        return text
    parts, position = [], 0
    for start, end in sorted(spans):
        if start >= position:  # several tokens may cover the same character
            parts.append(text[position:start])
        position = max(position, end)
    parts.append(text[position:])
    if mask:
        return mask.join(parts)
    joined = parts[0]
    for part in parts[1:]:
        joined = _glue(joined, part)
    return joined.strip()


def _glue(left: str, right: str) -> str:
    if not left or not right:
        return left + right
    if right[0] in _CLOSING:
        return left.rstrip() + right
    if left[-1].isspace():
        return left + right.lstrip()
    if _LETTER.match(left, len(left) - 1) and _LETTER.match(right):
        return f"{left} {right}"
    return left + right
