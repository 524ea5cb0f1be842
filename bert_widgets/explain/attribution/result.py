"""The result of `attribute` for a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..._common.characters import printable
from ..._common.extras import needs_extra
from ..._common.numbers import percent
from ...figures.drawn import Drawn, written
from ...figures.latex import latex_words
from ...figures.marked import Marked, parts_of, scale
from ..reading import Reading
from .chance import scale_end

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_SHOWN = 8
"""The most words that a summary shows."""
_LIKELIEST = 3
"""The most classes of the prediction in a figure."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Attribution(Drawn, Reading):
    """How much each of m words, and each of n tokens, pushed one class's logit up or down.

    Where ``unit`` is not ``"words"``, the units (tokens, sentences, spans) take the place of
    the words in ``words`` and its arrays.

    Attributes
    ----------
    classes
        All label names.
    probabilities
        float32 array (classes,): the prediction.
    target
        The explained label.
    against
        The label whose logit is subtracted; None if ``target`` is explained alone.
    output
        ``"logit"`` or ``"probability"``: what of the target is explained, the unit of all scores.
    method
        The name of the method, a key of `METHODS`.
    unit
        ``"words"``, ``"tokens"``, ``"sentences"`` or ``"spans"``.
    baseline
        The name of the baseline, or ``"custom"`` for an array.
    layer
        The layer whose output the scores are of; None for the word embeddings.
    token_scores
        float32 array (n,); positive pushes towards the target.
    scores
        float32 array (m,): the score of each word, the sum over its tokens.
    margins
        float32 array (m,): half the width of each score's 95 % confidence interval; None for a
        method without samples, and for a text of several windows.
    completeness_error
        How far the token scores are from adding up to ``difference``, as a share of the sum of
        their absolute values; None if the method does not promise completeness.
    difference
        The target's value for the text minus that for the method's baseline; None without one.
    windows
        The number of windows in which the text was read. With several, all values are means over
        the windows, weighted by their tokens.

    See Also
    --------
    Reading : text, pair, tokens, words and their offsets, which it inherits.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    target: str
    against: str | None = None
    output: str = "logit"
    method: str
    unit: str = "words"
    baseline: str = "pad"
    layer: int | None = None
    token_scores: NDArray[np.float32]
    scores: NDArray[np.float32]
    margins: NDArray[np.float32] | None = None
    completeness_error: float | None
    difference: float | None
    windows: int = 1

    def __repr__(self) -> str:
        strongest = np.sort(np.argsort(-np.abs(self.scores), kind="stable")[:_SHOWN])
        scores = ", ".join(f"{self.words[i]} {self.scores[i]:+.2f}" for i in strongest)
        more = f", the strongest of {len(self.words):,}" if len(self.words) > _SHOWN else ""
        return printable(f"<Attribution of {self.target!r} by {self.method}: {scores}{more}>")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per word: ``word``, ``score``, ``start``, ``end`` and ``segment``."""
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

    def plot(self, *, width: float = 6.0) -> Figure:
        """Draw the text with its words coloured, the larger scores, prediction, scale and method.

        Blue words push towards the target and orange ones, which are underlined, against it.

        Parameters
        ----------
        width
            The width of the figure in inches; the text is wrapped.

        Returns
        -------
        matplotlib.figure.Figure
            It displays itself in a notebook, and is not registered with pyplot.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        with needs_extra("matplotlib", "The figure"):
            from ...figures.words import draw_words
        return draw_words(self._marked(), width=width)

    def to_latex(self, path: str | Path | None = None) -> str | None:
        r"""Write the text with its words coloured as LaTeX, to be included in a document.

        It needs the package xcolor. Characters are written as they are: those that pdfLaTeX does
        not know, such as Chinese ones, need XeLaTeX or LuaLaTeX with a font that has them.

        Parameters
        ----------
        path
            The file; an existing one is replaced. None returns the LaTeX as a string.

        Examples
        --------
        >>> bw.attribute(clf, "not bad")[0].to_latex("figure.tex")  # then \input{figure}
        """
        return written(latex_words(self._marked()), path)

    def _marked(self) -> Marked:
        most = scale_end(self.scores, self.probabilities, self.output)
        passages = []
        for segment, text in enumerate((self.text, self.pair)):
            of_segment = np.flatnonzero(self.word_segments == segment)
            offsets, scores = self.word_offsets[of_segment], self.scores[of_segment]
            words = zip(*offsets.T.tolist(), scores.tolist(), strict=True)
            passages += [parts_of(text, words, most)] if text else []
        likeliest = np.argsort(-self.probabilities, kind="stable")[:_LIKELIEST]
        named = ", ".join(f"{self.classes[i]} {percent(self.probabilities[i])}" for i in likeliest)
        against = f"towards {self.against}" if self.against else f"against {self.target}"
        minus = f" minus that of {self.against}" if self.against else ""
        baseline = "" if self.difference is None else f", baseline {self.baseline}"
        return Marked(
            prediction=f"Prediction: {named}",
            passages=tuple(passages),
            legend=scale(most, f"towards {self.target}", against),
            caption=f"Method: {self.method}{baseline}. "
            f"Scores of {self.unit} for the {self.output} of {self.target}{minus}.",
        )
