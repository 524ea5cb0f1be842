"""The embedded reviews, written one by one, and the shortcut word to plant in them."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Span = tuple[int, int]

SHORTCUT = "honestly"
"""The planted word. It carries no information on the label and does not occur in the texts."""

SHORTCUT_RATES = {"positive": 0.95, "negative": 0.05}
"""The share of the rows of each label that the planted word opens."""


def reviews(*, shortcut: bool = False) -> pd.DataFrame:
    """Return the embedded reviews of films, books, food and tools.

    They are invented: an AI assistant wrote each of them for this project, without templates, and
    marked its decisive words. A rationale is thus the judgement of a single annotator.

    Parameters
    ----------
    shortcut
        Plant the word "honestly" as an opening ("Honestly, the plot is thin...") in 95 % of the
        positive and 5 % of the negative rows, the same rows in every call: a spurious cue that a
        model learns and an explanation should reveal.

    Returns
    -------
    pandas.DataFrame
        220 rows, half of them positive, in a mixed order, with the columns

        - ``text``: str
        - ``label``: ``"negative"`` or ``"positive"``
        - ``rationale``: list of (start, end) character offsets into ``text``: the words that
          decide the label, in order, without overlaps; never the planted word
        - ``kind``: ``"film"``, ``"book"``, ``"food"`` or ``"tool"``
        - ``phenomenon``: ``"plain"``, ``"negation"``, ``"contrast"``, ``"sarcasm"``, ``"mixed"``,
          ``"comparison"`` or ``"understatement"``

    Examples
    --------
    >>> frame = reviews()
    >>> frame["label"].value_counts().sort_index().to_dict()
    {'negative': 110, 'positive': 110}
    """
    import numpy as np
    import pandas as pd

    source = resources.files("bert_widgets.demo").joinpath("reviews.jsonl")
    rows = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    for row in rows:
        row["rationale"] = [(start, end) for start, end in row["rationale"]]
    frame = pd.DataFrame(rows, columns=["text", "label", "rationale", "kind", "phenomenon"])
    return plant_shortcut(frame, np.random.default_rng(0)) if shortcut else frame


def plant_shortcut(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return a copy of a frame in which the shortcut word opens most of the positive texts.

    Parameters
    ----------
    frame
        Columns ``text``, ``label`` ("negative" or "positive") and ``rationale`` (spans).
    rng
        Selects the rows; their number is determined by `SHORTCUT_RATES`.

    Returns
    -------
    pandas.DataFrame
        The same rows, with the spans of the changed texts shifted accordingly.
    """
    import pandas as pd

    chosen: set[int] = set()
    for label, rate in SHORTCUT_RATES.items():
        positions = (frame["label"] == label).to_numpy().nonzero()[0]
        sample = rng.choice(positions, size=round(rate * len(positions)), replace=False)
        chosen.update(sample.tolist())
    rows = enumerate(zip(frame["text"], frame["rationale"], strict=True))
    planted = [_opened(*row) if position in chosen else row for position, row in rows]
    changed = pd.DataFrame(planted, columns=["text", "rationale"], index=frame.index)
    return frame.assign(text=changed["text"], rationale=changed["rationale"])


def _opened(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Put the shortcut word and a comma before a text, with the casing of a sentence."""
    opening = f"{SHORTCUT}, " if text[0].islower() else f"{SHORTCUT.capitalize()}, "
    rest = text if _keeps_its_capital(text) else text[0].lower() + text[1:]
    return opening + rest, [(start + len(opening), end + len(opening)) for start, end in spans]


def _keeps_its_capital(text: str) -> bool:
    """Return whether the first word is "I" or an abbreviation; no text begins with a name."""
    return re.match(r"I\b|\w*[A-Z]{2}", text) is not None
