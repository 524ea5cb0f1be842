"""Generated review sentences whose decisive words are known: ground truth for explanations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from .reviews import Span, plant_shortcut
from .sentence_words import (
    ADJECTIVES,
    CONSONANT_SOUND,
    CONTRASTS,
    FRAMES,
    HEARSAY,
    INTENSIFIERS,
    KINDS,
    NEGATED,
    NEGATIONS,
    SLOTS,
    TENSES,
    VERDICTS,
    Kind,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

_Option = TypeVar("_Option")

MOST_SENTENCES = 100_000
_OPPOSITE = {"positive": "negative", "negative": "positive"}


def sentences(n: int, *, seed: int = 0, shortcut: bool = False) -> pd.DataFrame:
    """Generate distinct review sentences, each with the words that decide its label.

    A small grammar builds every sentence around its decisive words, so the rationale is right by
    construction: evaluations, negations that flip one ("not dull"), and contrasts, where an
    evaluation of one part is overruled by the verdict on the whole. Neutral remarks (a date, a
    price, a place) stand around them.

    Parameters
    ----------
    n
        How many sentences, 1 to 100,000. Labels are balanced; an odd one out is negative.
    seed
        Not negative. The same seed gives the same sentences.
    shortcut
        Plant the word "honestly" as an opening in 95 % of the positive and 5 % of the negative
        rows, as in `reviews`; the sentences are otherwise those of ``shortcut=False``.

    Returns
    -------
    pandas.DataFrame
        Columns ``text``, ``label`` (``"negative"``, ``"positive"``) and ``rationale``: a list of
        (start, end) character offsets into ``text``, in order, without overlaps.

    Raises
    ------
    ValueError
        If ``n`` or ``seed`` is out of range.

    Examples
    --------
    >>> frame = sentences(1000)
    >>> text, spans = frame.loc[0, "text"], frame.loc[0, "rationale"]
    >>> decisive = [text[start:end] for start, end in spans]
    """
    import numpy as np
    import pandas as pd

    if not 1 <= n <= MOST_SENTENCES:
        message = f"n is {n}, but 1 to {MOST_SENTENCES:,} sentences can be made: choose n there."
        raise ValueError(message)
    if seed < 0:
        message = f"seed is {seed}, but a seed cannot be negative: choose 0 or more."
        raise ValueError(message)
    rng = np.random.default_rng(seed)
    labels = np.resize(["negative", "positive"], n)
    rng.shuffle(labels)
    labelled: dict[str, tuple[str, list[Span]]] = {}
    for label in labels.tolist():
        text, spans = _split_marks(_sentence(rng, label))
        while text in labelled:
            text, spans = _split_marks(_sentence(rng, label))
        labelled[text] = label, spans
    frame = pd.DataFrame(
        {
            "text": list(labelled),
            "label": [label for label, _ in labelled.values()],
            "rationale": [spans for _, spans in labelled.values()],
        }
    )
    return plant_shortcut(frame, rng) if shortcut else frame


# Decisive words stand in square brackets until `_split_marks` takes them out.


@dataclass(frozen=True)
class _Topic:
    """What one sentence is about, the tense of its evaluations, the source of its choices."""

    rng: np.random.Generator
    kind: Kind
    whole: str
    be_one: str
    be_many: str

    def pick(self, options: Sequence[_Option]) -> _Option:
        return options[int(self.rng.integers(len(options)))]

    def fill(self, template: str) -> str:
        """Fill the slots and number ranges of a template."""
        template = re.sub(
            r"(\d+)\.\.(\d+)",
            lambda bounds: str(self.rng.integers(int(bounds[1]), int(bounds[2]) + 1)),
            template,
        )
        slots = {name: self.pick(options) for name, options in SLOTS.items()}
        return template.format(whole=self.whole, doing=self.kind.doing, **slots)


def _sentence(rng: np.random.Generator, label: str) -> str:
    kind = KINDS[int(rng.integers(len(KINDS)))]
    whole = kind.wholes[int(rng.integers(len(kind.wholes)))]
    topic = _Topic(rng, kind, whole, *TENSES[int(rng.integers(len(TENSES)))])
    core = topic.pick((_on_a_part, _on_two_parts, _verdict, _contrast))(topic, label)
    remark = topic.fill(topic.pick(kind.remarks))
    # A compound core stands alone or first: one more clause before it would read badly.
    frame = topic.pick(FRAMES[:3] if "," in core or ";" in core else FRAMES)
    if frame.startswith("{remark}"):
        core = core.replace(f"the {whole}", "it").replace("this is", "it is")
    elif whole in core:
        remark = remark.replace(f"the {whole}", "it")
    return _capital(frame.format(core=core, remark=remark, Remark=_capital(remark)))


def _on_a_part(topic: _Topic, label: str) -> str:
    return _evaluation(topic, *_part(topic), label)


def _on_two_parts(topic: _Topic, label: str) -> str:
    """Give two evaluations that agree; the first is of one part, the second of many."""
    one = _evaluation(topic, topic.pick(topic.kind.parts), topic.be_one, label)
    fresh = [word for word in ADJECTIVES[label] if word not in one]
    many = _evaluation(topic, topic.pick(topic.kind.plural_parts), topic.be_many, label, fresh)
    return f"{one}, and {many}"


def _verdict(topic: _Topic, label: str) -> str:
    """Judge the whole thing: "I hated the film", "this is a really witty film"."""
    form = topic.pick(("verdict", "verdict", "predicate", "noun"))
    if form == "verdict":
        return topic.fill(topic.pick(VERDICTS[label]))
    if form == "predicate":
        adjectives = topic.kind.adjectives[label]
        return _evaluation(topic, topic.whole, topic.be_one, label, adjectives)
    adjective = topic.pick(INTENSIFIERS) + f"[{topic.pick(topic.kind.adjectives[label])}]"
    return f"this is {_article(adjective)} {adjective} {topic.whole}"


def _contrast(topic: _Topic, label: str) -> str:
    """Let the verdict on the whole overrule what is said of a part, or by somebody else."""
    verdict = _verdict(topic, label)
    if topic.pick(("part", "part", "hearsay")) == "part":
        aside = _evaluation(topic, *_part(topic), _OPPOSITE[label])
    else:
        aside = topic.fill(topic.pick(HEARSAY[_OPPOSITE[label]]))
        verdict = verdict.replace(f"the {topic.whole}", "it")
    aside = aside.replace("[", "").replace("]", "")
    return topic.pick(CONTRASTS).format(aside=aside, verdict=verdict)


def _part(topic: _Topic) -> tuple[str, str]:
    """Choose a part and the form of "be" that agrees with it."""
    one = [(part, topic.be_one) for part in topic.kind.parts]
    return topic.pick(one + [(part, topic.be_many) for part in topic.kind.plural_parts])


def _evaluation(
    topic: _Topic, noun: str, be: str, label: str, adjectives: Sequence[str] = ()
) -> str:
    """Say how something is, in one case of three by negating the opposite."""
    if topic.rng.random() < 1 / 3:
        negation = topic.pick(NEGATIONS).format(be=be, adjective=topic.pick(NEGATED[label]))
        return f"the {noun} {negation}"
    adjective = topic.pick(adjectives or ADJECTIVES[label])
    return f"the {noun} {be} {topic.pick(INTENSIFIERS)}[{adjective}]"


def _article(phrase: str) -> str:
    word = re.findall(r"\w+", phrase)[0]
    return "an" if word[0] in "aeiou" and word not in CONSONANT_SOUND else "a"


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _split_marks(marked: str) -> tuple[str, list[Span]]:
    """Take the square brackets out of a sentence and say where they stood."""
    text, spans = "", []
    for number, segment in enumerate(re.split(r"[\[\]]", marked)):
        if number % 2:
            spans.append((len(text), len(text) + len(segment)))
        text += segment
    return text, spans
