"""Probes: texts that are predicted and explained again and again as the model learns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from ..._common.characters import check_characters
from ...explain import Attribution, attribute
from ...model.forward.out_of_memory import in_halves

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ...model.classifier import BertClassifier

MOST_PROBES = 20
MOST_CHARACTERS = 2000

# What every tokenizer reads. Of other letters, marks and symbols some drop a few: "¨", "\ufffd".
_ALWAYS_READ = regex.compile(r"[\p{Lu}\p{Ll}\p{Nd}]")

# Word scores are within about 2 % (30 reviews: at worst 13 %), in two thirds of the time of the
# default tolerance: a history has many snapshots.
_TOLERANCE = 0.05


@dataclass(frozen=True, eq=False)
class ProbeSnapshot:
    """Predictions and word scores of p probes at one step of a training.

    Attributes
    ----------
    step
        Number of optimiser steps done.
    texts
        The p probes.
    targets
        int32 array (p,): index of the class whose logit the word scores explain.
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
        """Return one row per word; join those of several steps with ``pandas.concat``.

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


def probe_texts(texts: Sequence[str], clf: BertClassifier) -> tuple[str, ...]:
    """Return the texts as a tuple if they can be probes of a classifier; there may be none.

    Raises
    ------
    TypeError
        If they are not strings in a list or tuple.
    ValueError
        If there are more than 20, or one is empty, longer than 2,000 characters, has a lone
        surrogate or no word that the classifier reads.
    """
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        msg = f"Probes must be a list of strings, not {texts!r:.80}."
        raise TypeError(msg)
    if len(texts) > MOST_PROBES:
        msg = f"There are {len(texts)} probes; use at most {MOST_PROBES}."
        raise ValueError(msg)
    for number, text in enumerate(texts):
        check_characters(text, f"Probe {number}")
        if not text.strip():
            msg = f"Probe {number} is empty; write at least one word or remove it."
            raise ValueError(msg)
        if len(text) > MOST_CHARACTERS:
            msg = f"Probe {number} has {len(text):,} characters; use at most {MOST_CHARACTERS:,}."
            raise ValueError(msg)
        # Most texts need not wait for a training to let go of the tokenizer.
        if not _ALWAYS_READ.search(text) and not len(clf.encode([text])[0].words):
            msg = f"Probe {number}, {text!r:.80}, has no word to explain; write at least one word."
            raise ValueError(msg)
    return tuple(texts)


def without_invalid(
    texts: Sequence[str], clf: BertClassifier
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the saved texts that can be probes, and a sentence about each of the others."""
    valid: list[str] = []
    sentences: list[str] = []
    for text in texts:
        try:
            probe_texts([*valid, text], clf)
        except (TypeError, ValueError) as error:
            sentences.append(f"A saved probe was dropped: {error}")
        else:
            valid.append(text)
    return tuple(valid), tuple(sentences)


def take_snapshot(
    clf: BertClassifier, texts: Sequence[str], step: int, method: str = "integrated_gradients"
) -> ProbeSnapshot:
    """Predict and explain the probes with the model as it is between two steps.

    For a model with two labels the second one is always explained, so that a colour has the same
    meaning in all snapshots; for other models, and in multi-label data, it is the most likely
    label of this snapshot. The scores are slightly less exact than the default of `attribute`;
    each attribution states its completeness error.

    Parameters
    ----------
    clf
        The classifier; its weights, gradients and random state are not changed.
    texts
        One or more probes, valid for `probe_texts`.
    step
        Number of optimiser steps done.
    method
        A method of `attribute`.

    Raises
    ------
    TypeError
        If the texts are not strings in a list or tuple.
    ValueError
        If there is no text, a text is not valid (see `probe_texts`), or the method is unknown.

    Examples
    --------
    >>> take_snapshot(clf, ["a gorgeous, witty film"], 0).to_frame()  # doctest: +SKIP
    """
    checked = probe_texts(texts, clf)
    if not checked:
        msg = "There are no probes; give at least one text."
        raise ValueError(msg)
    target = 1 if len(clf.labels) == 2 and not clf.multi_label else None  # noqa: PLR2004

    def explain(batch: Sequence[str]) -> list[Attribution]:
        return list(attribute(clf, list(batch), method=method, target=target, tolerance=_TOLERANCE))

    return _snapshot(step, [*chain.from_iterable(in_halves(explain, checked))])


def to_state(
    snapshots: Sequence[ProbeSnapshot],
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Split snapshots into JSON and arrays, for a checkpoint.

    Returns
    -------
    description : dict
        The part that JSON can hold: strings, numbers, None, lists and dicts.
    arrays : dict
        By name, the concatenated arrays of all attributions; ``description`` has the length of
        each. Empty if there are no snapshots.
    """
    attributions = [attribution for shot in snapshots for attribution in shot.attributions]
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
        "steps": [snapshot.step for snapshot in snapshots],
        "probes": [len(snapshot.texts) for snapshot in snapshots],
        "attributions": described,
    }, arrays


def from_state(
    description: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> tuple[ProbeSnapshot, ...]:
    """Return the snapshots from which `to_state` made description and arrays."""
    starts = dict.fromkeys(arrays, 0)
    attributions: list[Attribution] = []
    for record in description["attributions"]:
        values: dict[str, Any] = {}
        for name, value in record.items():
            if name in arrays:
                values[name] = arrays[name][starts[name] : starts[name] + value]
                starts[name] += value
            else:
                values[name] = tuple(value) if isinstance(value, list) else value
        attributions.append(Attribution(**values))
    remaining = iter(attributions)
    return tuple(
        _snapshot(step, list(islice(remaining, probes)))
        for step, probes in zip(description["steps"], description["probes"], strict=True)
    )


def _snapshot(step: int, attributions: list[Attribution]) -> ProbeSnapshot:
    return ProbeSnapshot(
        step=step,
        texts=tuple(a.text for a in attributions),
        targets=np.array([a.classes.index(a.target) for a in attributions], np.int32),
        probabilities=np.stack([a.probabilities for a in attributions]),
        attributions=tuple(attributions),
    )
