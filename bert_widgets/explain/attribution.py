"""The one front door to word scores: `attribute`, its result, and the table of methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from .._compute import arithmetic
from .._options import named_options, unknown
from .._progress import progress
from ..data import token_batches
from ..text import as_texts
from ._reading import Reading, encode_cut, reading
from .gradients import TokenScores, completeness_error, input_x_gradient, integrated_gradients

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ..classifier import BertClassifier
    from ..text import Encoding, Texts

    Function = Callable[
        [BertClassifier, Sequence[Encoding], Sequence[int], float], list[TokenScores]
    ]

# Texts explained under one hold of the lock, in tokens: each sees one state of the weights, and
# a run that trains them gets its turn in between.
_TURN_TOKENS = 512


@dataclass(frozen=True, eq=False, kw_only=True)
class Attribution(Reading):
    """How much each of m words, and each of n tokens, pushed one class's logit up or down.

    Attributes
    ----------
    classes
        All label names.
    probabilities
        float32 array (classes,): the prediction for what the model read.
    target
        The label that is explained.
    method
        The name of the method, a key of `METHODS`.
    token_scores
        float32 array (n,), in units of the target's logit; positive pushes towards the target.
    scores
        float32 array (m,): each word's score, the sum of its pieces'.
    completeness_error
        How far the token scores are from adding up to ``difference``, as a share of the sum of
        their absolute values; None where the method does not promise that they do.
    difference
        The target's logit for the text less that for the method's baseline; None without one.

    See Also
    --------
    Reading : text, pair, tokens, words and their offsets, which it has too.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    target: str
    method: str
    token_scores: NDArray[np.float32]
    scores: NDArray[np.float32]
    completeness_error: float | None
    difference: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word: ``word``, ``score``, ``start``, ``end`` and ``segment``."""
        import pandas as pd

        return pd.DataFrame(
            {
                "word": self.words,
                "score": self.scores,
                "start": self.word_offsets[:, 0],
                "end": self.word_offsets[:, 1],
                "segment": self.word_segments,
            }
        )


@dataclass(frozen=True)
class Method:
    """A way to score the tokens of a text.

    Attributes
    ----------
    name
        The key in `METHODS`.
    title
        For people to read.
    paper
        Where it was published.
    promises
        What its scores are sure to satisfy, such as ``"completeness"``: token scores add up to
        the logit of the text less that of the baseline.
    function
        Takes classifier (its lock held, its dropout off), encodings, the number of the target of
        each, and a tolerance; returns the token scores of each.
    """

    name: str
    title: str
    paper: str
    promises: tuple[str, ...]
    function: Function


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="integrated_gradients",
            title="Integrated gradients",
            paper="Sundararajan, Taly & Yan 2017",
            promises=("completeness",),
            function=integrated_gradients,
        ),
        Method(
            name="input_x_gradient",
            title="Input times gradient",
            paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016",
            promises=(),
            function=input_x_gradient,
        ),
    )
}
"""Every method by name. To add one, add its `Method`."""


@named_options
def attribute(
    clf: BertClassifier,
    texts: Texts,
    *,
    method: str = "integrated_gradients",
    target: str | int | None = None,
    tolerance: float = 0.01,
) -> list[Attribution]:
    """Score each word of each text by how much it pushed the target's logit up or down.

    Parameters
    ----------
    clf
        The classifier. It may be in training: each text is explained under one state of the
        weights, with dropout off.
    texts
        A string, a list or Series of strings, or (text, second text) pairs. Of a text longer
        than the model only the part it reads is explained, with a warning.
    method
        A key of `METHODS`: ``"integrated_gradients"`` or the quicker ``"input_x_gradient"``.
    target
        A label's name or number; by default each text's likeliest label.
    tolerance
        The completeness error at which a method that promises completeness may stop, a share of
        the sum of absolute scores. One that never gets there states the error it has.

    Returns
    -------
    list of Attribution
        In the order of ``texts``.

    Raises
    ------
    TypeError
        If something in ``texts`` is not a string or a pair of strings; its place is named.
    ValueError
        If there is no such method or target, or the tolerance is not above zero.

    Examples
    --------
    >>> a = bw.attribute(clf, "a gorgeous, witty film")[0]  # doctest: +SKIP
    >>> a.words, a.scores.round(1).tolist()  # doctest: +SKIP
    (('a', 'gorgeous', ',', 'witty', 'film'), [0.1, 1.8, 0.2, 0.9, -0.1])
    """
    if method not in METHODS:
        raise ValueError(unknown("method", method, METHODS))
    if not tolerance > 0:
        msg = f"A tolerance of {tolerance!r} cannot be met; use a number above 0, such as 0.01."
        raise ValueError(msg)
    number = None if target is None else _target(clf, target)
    singles, pairs, _ = as_texts(texts)
    encodings = encode_cut(clf, singles, pairs, stacklevel=4)
    results: dict[int, Attribution] = {}
    with progress(len(encodings), "explain") as bar:
        for rows in token_batches([len(e) for e in encodings], _TURN_TOKENS):
            turn = _explain(clf, [encodings[i] for i in rows], METHODS[method], number, tolerance)
            results |= zip(rows.tolist(), turn, strict=True)
            bar.update(len(rows))
    return [results[i] for i in range(len(encodings))]


def _explain(
    clf: BertClassifier,
    encodings: list[Encoding],
    method: Method,
    target: int | None,
    tolerance: float,
) -> list[Attribution]:
    with clf.evaluating(), arithmetic(clf, "fp32"):
        with torch.inference_mode():
            logits = clf(**clf.collate(encodings)).float().cpu()
        targets = logits.argmax(1).tolist() if target is None else [target] * len(encodings)
        found = method.function(clf, encodings, targets, tolerance)
    probabilities = (logits.sigmoid() if clf.multi_label else logits.softmax(1)).numpy()
    promised = "completeness" in method.promises
    return [
        Attribution(
            **reading(encoding),
            classes=clf.labels,
            probabilities=row,
            target=clf.labels[number],
            method=method.name,
            token_scores=scores,
            scores=encoding.words.sum(scores),
            completeness_error=(
                completeness_error(scores, difference)
                if promised and difference is not None
                else None
            ),
            difference=difference,
        )
        for encoding, row, number, (scores, difference) in zip(
            encodings, probabilities, targets, found, strict=True
        )
    ]


def _target(clf: BertClassifier, target: str | int) -> int:
    if isinstance(target, str) and target in clf.labels:
        return clf.labels.index(target)
    if isinstance(target, int | np.integer) and 0 <= target < len(clf.labels):
        return int(target)
    raise ValueError(unknown("target", target, clf.labels))
