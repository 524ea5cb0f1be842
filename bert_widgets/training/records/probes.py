"""Probes: sentences whose prediction and word scores are looked at again as the model learns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ...explain import Attribution, attribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier

MOST_PROBES = 20
MOST_CHARACTERS = 2000

# Word scores to about 2 % (30 reviews: at worst 13 %), in two thirds of the time of the usual
# tolerance: a film has many frames.
_TOLERANCE = 0.05


@dataclass(frozen=True, eq=False)
class Frame:
    """How the model sees p probes after a step: one frame of the film of its learning.

    Attributes
    ----------
    step
        Steps of the optimiser done so far.
    texts
        The p probes.
    targets
        int32 array (p,): the number of the class whose logit the word scores explain.
    probabilities
        float32 array (p, classes): the predictions.
    attributions
        The word scores: an `Attribution` for each probe.
    """

    step: int
    texts: tuple[str, ...]
    targets: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    attributions: tuple[Attribution, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word; ``pandas.concat`` puts those of several steps together.

        Columns are ``step``, ``text``, ``target``, ``probability`` (of the target), ``word``,
        ``score``, ``start`` and ``end``.
        """
        import pandas as pd

        return pd.concat(
            [
                attribution.to_frame()[["word", "score", "start", "end"]].assign(
                    step=self.step,
                    text=attribution.text,
                    target=attribution.target,
                    probability=attribution.probabilities[target],
                )
                for target, attribution in zip(self.targets, self.attributions, strict=True)
            ],
            ignore_index=True,
        )[["step", "text", "target", "probability", "word", "score", "start", "end"]]


def probe_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts as a tuple if they can be probes; none at all can be, too.

    Raises
    ------
    TypeError
        If they are not strings in a list or tuple.
    ValueError
        If there are more than 20, or one is empty or longer than 2,000 characters.
    """
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        msg = f"Probes must be a list of strings, and {texts!r:.80} is not."
        raise TypeError(msg)
    if len(texts) > MOST_PROBES:
        msg = f"There are {len(texts)} probes; use at most {MOST_PROBES}."
        raise ValueError(msg)
    for number, text in enumerate(texts):
        if any("\ud800" <= character <= "\udfff" for character in text):
            msg = f"Probe {number} holds half a character ({text[:40]!r}); mend its encoding."
            raise ValueError(msg)
        if not text.strip():
            msg = f"Probe {number} is empty; give it some words or leave it out."
            raise ValueError(msg)
        if len(text) > MOST_CHARACTERS:
            msg = f"Probe {number} has {len(text):,} characters; use at most {MOST_CHARACTERS:,}."
            raise ValueError(msg)
    return tuple(texts)


def look(
    clf: BertClassifier, texts: Sequence[str], step: int, method: str = "integrated_gradients"
) -> Frame:
    """Predict and explain the probes with the model as it is between two steps.

    Of a model with two labels the second one is explained in each frame, so that a colour means
    the same throughout the film; of others (and where a text may carry several labels) the label
    that is likeliest in this frame. The scores are a little less exact than those of `attribute`
    by itself; each attribution states its completeness error.

    Parameters
    ----------
    clf
        The classifier. Its weights, gradients and random numbers stay as they are.
    texts
        The probes, one or more, as `probe_texts` wants them.
    step
        Steps of the optimiser done so far.
    method
        A method of `attribute`.

    Raises
    ------
    TypeError
        If the texts are not strings in a list or tuple.
    ValueError
        If there is no text, or one is unfit (see `probe_texts`), or there is no such method.

    Examples
    --------
    >>> film = [look(clf, ["a gorgeous, witty film"], 0)]  # doctest: +SKIP
    >>> film[0].to_frame()  # doctest: +SKIP
    """
    checked = probe_texts(texts)
    if not checked:
        msg = "There is no probe to look at; give at least one text."
        raise ValueError(msg)
    target = 1 if len(clf.labels) == 2 and not clf.multi_label else None  # noqa: PLR2004
    return _frame(
        step, attribute(clf, list(checked), method=method, target=target, tolerance=_TOLERANCE)
    )


def to_state(frames: Sequence[Frame]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Take a film apart for a checkpoint.

    Returns
    -------
    description : dict
        What JSON holds: strings, numbers, None, lists and dicts.
    arrays : dict
        By name, the arrays of all attributions, one after the other; ``description`` has the
        length of each. Empty if there are no frames.
    """
    attributions = [attribution for frame in frames for attribution in frame.attributions]
    described: list[dict[str, Any]] = [{} for _ in attributions]
    arrays: dict[str, NDArray[Any]] = {}
    for field in fields(Attribution):
        values = [getattr(attribution, field.name) for attribution in attributions]
        if values and isinstance(values[0], np.ndarray):
            arrays[field.name] = np.concatenate(values)
            values = [len(value) for value in values]
        for record, value in zip(described, values, strict=True):
            record[field.name] = list(value) if isinstance(value, tuple) else value
    return {
        "steps": [frame.step for frame in frames],
        "probes": [len(frame.texts) for frame in frames],
        "attributions": described,
    }, arrays


def from_state(description: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> tuple[Frame, ...]:
    """Put together what `to_state` took apart."""
    used = dict.fromkeys(arrays, 0)
    attributions: list[Attribution] = []
    for record in description["attributions"]:
        values: dict[str, Any] = {}
        for name, value in record.items():
            if name in arrays:
                values[name] = arrays[name][used[name] : used[name] + value]
                used[name] += value
            else:
                values[name] = tuple(value) if isinstance(value, list) else value
        attributions.append(Attribution(**values))
    left = iter(attributions)
    return tuple(
        _frame(step, list(islice(left, probes)))
        for step, probes in zip(description["steps"], description["probes"], strict=True)
    )


def _frame(step: int, attributions: list[Attribution]) -> Frame:
    return Frame(
        step=step,
        texts=tuple(a.text for a in attributions),
        targets=np.array([a.classes.index(a.target) for a in attributions], np.int32),
        probabilities=np.stack([a.probabilities for a in attributions]),
        attributions=tuple(attributions),
    )
