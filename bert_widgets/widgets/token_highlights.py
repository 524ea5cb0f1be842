"""A text with each word coloured by how much it pushed the prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from .._options import named_options, unknown
from ..explain.attribution import METHODS, Attribution, attribute
from ._array import Array
from ._fallback import highlights_html
from ._text_widget import TextWidget, check_text

if TYPE_CHECKING:
    from ..classifier import BertClassifier


class TokenHighlights(TextWidget):
    """A text whose words are coloured by their share in one class's score.

    With a classifier it is live: edit the text, choose the class to explain or the method, here
    or in the page, and it is explained anew. With a finished `Attribution` it shows that.

    Parameters
    ----------
    clf_or_attribution
        A classifier, or a result of `attribute`.
    text, pair
        The text to explain, and the second one of a pair; only with a classifier.
    target
        The label to explain, by name or number; by default the predicted one, also after edits,
        until a target is chosen.
    method
        A name in ``bert_widgets.explain.attribution.METHODS``.

    Attributes
    ----------
    text, pair : str
        Settable; ``pair`` is empty for a single text.
    labels : list of str
        All classes.
    probabilities : float32 array (labels,)
        The prediction.
    target, method : str
        Settable.
    words : list of str
        The m words.
    offsets : int32 array (m, 2)
        Where each stands: characters of ``text``, or of ``pair`` where ``segments`` is 1.
    segments : uint8 array (m,)
        0 for a word of ``text``, 1 for one of ``pair``.
    scores : float32 array (m,)
        Each word's push towards (positive) or against the target, in units of its logit.
    tokens, token_offsets, token_words, token_scores
        The same of the n pieces; ``token_words`` is the word of each, -1 for special tokens.
    selected : int or None
        The selected word; settable, and linkable with other widgets of the same text.
    completeness_error : float or None
        How far the scores are from adding up, as a share of their absolute sum.
    editable : bool
        Whether there is a classifier to explain another text.
    busy : bool
        Whether an explanation is being computed.

    Raises
    ------
    TypeError, ValueError
        If the text is empty or no string, or there is no such target or method.

    Examples
    --------
    >>> highlights = bw.TokenHighlights(clf, "not a bad film at all")  # doctest: +SKIP
    >>> highlights.observe(print, "selected")  # doctest: +SKIP
    """

    bundle = "token_highlights"
    title = "Token highlights"

    text = t.Unicode().tag(sync=True, page=True)
    pair = t.Unicode().tag(sync=True, page=True)
    labels = t.List(t.Unicode()).tag(sync=True)
    probabilities = Array("float32")
    multi_label = t.Bool(default_value=False).tag(sync=True)
    target = t.Unicode().tag(sync=True, page=True)
    method = t.Unicode().tag(sync=True, page=True)
    methods = t.List(t.List(t.Unicode())).tag(sync=True)
    offsets = Array("int32", 2)
    segments = Array("uint8")
    scores = Array("float32")
    tokens = t.List(t.Unicode()).tag(sync=True)
    token_offsets = Array("int32", 2)
    token_words = Array("int32")
    token_scores = Array("float32")
    completeness_error = t.Float(None, allow_none=True).tag(sync=True)

    @named_options
    def __init__(
        self,
        clf_or_attribution: BertClassifier | Attribution,
        text: str | None = None,
        pair: str | None = None,
        *,
        target: str | int | None = None,
        method: str = "integrated_gradients",
    ) -> None:
        if isinstance(clf_or_attribution, Attribution):
            if text is not None or target is not None:
                msg = "An Attribution has its text and target already; give it alone."
                raise TypeError(msg)
            self._clf = None
            result = clf_or_attribution
            # Probabilities that add up to one are those of a single label.
            multi_label = not np.isclose(result.probabilities.sum(), 1, atol=1e-3)
        else:
            self._clf = clf_or_attribution
            result = self._compute(text, pair or "", target, method)
            multi_label = self._clf.multi_label
        self._follows_prediction = target is None
        titles = {name: method.title for name, method in METHODS.items()}
        if self._clf is None:
            titles = {result.method: titles.get(result.method, result.method)}
        super().__init__(
            result,
            text=result.text,
            pair=result.pair or "",
            labels=list(result.classes),
            multi_label=bool(multi_label),
            method=result.method,
            methods=[list(item) for item in titles.items()],
            editable=self._clf is not None,
        )

    @property
    def attribution(self) -> Attribution:
        """The result on show."""
        return self._attribution

    def _inputs(self) -> tuple[str, str, str | None, str]:
        """Return text, second text, target (None: the predicted one) and method."""
        target = None if self._follows_prediction else self.target
        return self.text, self.pair, target, self.method

    def _compute(self, *inputs: Any) -> Attribution:  # noqa: ANN401
        """Explain the text."""
        text, pair, target, method = inputs
        check_text(text, pair)
        read = (text, pair) if pair else text
        result = attribute(self._clf, read, target=target, method=method)[0]  # type: ignore[arg-type]
        if not np.isfinite(result.token_scores).all():
            msg = "The model's scores are not finite numbers; its weights may be broken."
            raise ValueError(msg)
        return result

    def _shown(self, result: Attribution) -> dict[str, Any]:
        """Return the traits that show an attribution."""
        self._attribution = result
        return {
            "probabilities": result.probabilities,
            "target": result.target,
            "words": list(result.words),
            "offsets": result.word_offsets,
            "segments": result.word_segments.astype(np.uint8),
            "scores": result.scores,
            "tokens": list(result.pieces),
            "token_offsets": result.token_offsets,
            "token_words": result.word_of_token,
            "token_scores": result.token_scores,
            "completeness_error": result.completeness_error,
        }

    def fallback_html(self) -> str:
        """Return prediction, coloured text and legend as plain HTML."""
        return highlights_html(self._attribution)

    def fallback_text(self) -> str:
        """Return the prediction and each word with its score."""
        result = self._attribution
        probability = result.probabilities[result.classes.index(result.target)]
        words = "  ".join(
            f"{word} {score:+.2f}" for word, score in zip(result.words, result.scores, strict=True)
        )
        return f"{result.target} {probability:.0%}: {words}"

    @t.observe("target", "method")
    def _follow_choice(self, change: dict[str, Any]) -> None:
        if change["name"] == "target" and change["new"] != self._attribution.target:
            self._follows_prediction = False
        self._ask()

    @t.validate("target", "method")
    def _check_choice(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if self._asked is None:
            return str(value)
        known = self.labels if name == "target" else list(METHODS)
        if value not in known:
            raise t.TraitError(unknown(name, value, known))
        if not self.editable:
            msg = f"This is a finished result; to choose a {name}, give the widget a classifier."
            raise t.TraitError(msg)
        return str(value)
