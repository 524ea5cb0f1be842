"""The result of `attribute`: an explanation of each text by each method, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from ..._common.extras import needs_extra

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .result import Attribution

_SHOWN = 10
"""The most explanations that a summary shows."""


@dataclass(frozen=True, eq=False, repr=False)
class Attributions(Sequence["Attribution"]):
    """Explanations of texts, a sequence of `Attribution`.

    If there are several methods, those of the first method come first, in the order of the texts.

    Attributes
    ----------
    items
        The explanations.
    text_numbers
        For each of them, the number of its text, counted from 0.

    Examples
    --------
    >>> both = bw.attribute(clf, ["so good", "so dull"], method=["saliency", "occlusion"])
    >>> both.to_frame()[["text", "method", "word"]].iloc[[0, 2, -1]].to_numpy().tolist()
    [[0, 'saliency', 'so'], [1, 'saliency', 'so'], [1, 'occlusion', 'dull']]
    """

    items: tuple[Attribution, ...]
    text_numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Attribution: ...
    @overload
    def __getitem__(self, index: slice) -> Attributions: ...
    def __getitem__(self, index: int | slice) -> Attribution | Attributions:
        if isinstance(index, slice):
            return Attributions(self.items[index], self.text_numbers[index])
        return self.items[index]

    def __repr__(self) -> str:
        lines = [repr(attribution) for attribution in self.items[:_SHOWN]]
        more = len(self) - len(lines)
        return "\n".join([*lines, *([f"and {more:,} more"] if more else [])]) or "<no Attributions>"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per word of each explanation.

        Returns
        -------
        pandas.DataFrame
            ``text`` (its number), ``method``, ``target``, ``against`` (None without one),
            ``probability`` (of the target), and the columns of `Attribution.to_frame`: ``word``
            (the token, sentence or span, if these are the units), ``score``, ``start``, ``end``
            and ``segment``.
        """
        import pandas as pd

        names = ["text", "method", "target", "against", "probability"]
        parts = []
        for number, attribution in zip(self.text_numbers, self.items, strict=True):
            part = attribution.to_frame()
            target = attribution.classes.index(attribution.target)
            values = (
                number,
                attribution.method,
                attribution.target,
                attribution.against,
                attribution.probabilities[target],
            )
            for position, (name, value) in enumerate(zip(names, values, strict=True)):
                part.insert(position, name, [value] * len(part))
            parts.append(part)
        if not parts:
            return pd.DataFrame(columns=[*names, "word", "score", "start", "end", "segment"])
        return pd.concat(parts, ignore_index=True)

    def to_parquet(self, path: str | Path) -> None:
        """Write the table of `to_frame` as a Parquet file, which needs the package pyarrow."""
        with needs_extra("pyarrow", "Attributions.to_parquet"):
            self.to_frame().to_parquet(path, engine="pyarrow", index=False)
