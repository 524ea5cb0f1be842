"""Where each head of each layer looks, what that does to the prediction, and how it comes about."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import traitlets as t

from ..._common.options import named_options
from ...model.classifier import check_classifier
from ..shared.lock import widget_lock
from ..shared.task_queue import Task
from .fallback import (
    attention_html,
    attention_text,
    matches_html,
    matches_text,
    matrix_title,
    search_title,
)
from .matches import check_corpus, match_traits, search
from .page_matrices import PageMatrices
from .questions import (
    ablation_question,
    effects_question,
    estimates_question,
    matrix_question,
    nearby_question,
    query_key_question,
    search_question,
    text_question,
)
from .text_attention import TextAttention
from .trait_values import family_note, maps_traits, no_effects, query_key_traits
from .traits import AttentionTraits

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...explain.attention.result import AttentionMaps, Matrix
    from ...explain.corpus.corpus import Corpus
    from ...model.classifier import BertClassifier
    from .questions import EffectsQuestion, MatrixQuestion, NearbyQuestion, SearchQuestion
    from .slots import Drawn

    Ask = Callable[["AttentionMatrix"], Any]
    Compute = Callable[[Any], Any]
    Show = Callable[[Any], None]


class AttentionMatrix(AttentionTraits):
    """The attention of every head: all at once, as a matrix, as lines, and as queries and keys.

    Attention shows where a head looks, not why the model decided; the effect of a head on the
    prediction is measured by switching it off. After the model was trained, everything is computed
    again for the next question.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        The text to read, and the second one of a pair.
    layer, head
        The head shown first; both count from zero.
    view
        ``"mosaic"`` (all heads), ``"matrix"``, ``"lines"``, ``"query_key"`` or, with a corpus,
        ``"similar"``.
    target
        The label that effects refer to; by default the predicted one, also after edits, until a
        target is chosen.
    corpus
        Texts to search for tokens similar to the selected one: ``bw.Corpus(clf, texts)``.

    Raises
    ------
    TypeError, ValueError
        If the text is empty or not a string, there is no such layer, head, view or target, or the
        model's attention cannot be read.

    Examples
    --------
    >>> matrix = bw.AttentionMatrix(clf, "not a bad film at all", layer=2)  # doctest: +SKIP
    >>> matrix.ablated = [[2, 3]]  # doctest: +SKIP
    >>> ipywidgets.link((matrix, "selected"), (highlights, "selected"))  # doctest: +SKIP
    """

    bundle = "attention_matrix"
    title = "Attention"
    commands = ("effects", "cancel")

    _similar_tokens: pd.DataFrame | None = None

    @named_options
    def __init__(  # noqa: PLR0913
        self,
        clf: BertClassifier,
        text: str,
        pair: str | None = None,
        *,
        layer: int = 0,
        head: int = 0,
        view: str = "matrix",
        target: str | int | None = None,
        corpus: Corpus | None = None,
    ) -> None:
        check_classifier(clf)
        check_corpus(corpus, clf)
        self._corpus = corpus
        self._attention = TextAttention(clf, text, pair or "")  # of the displayed text
        self._in_page = PageMatrices()
        maps = self._attention.maps
        if -1 not in (layer, head):
            maps.head(layer, head)  # raises if there is none
        super().__init__(
            clf,
            maps,
            self._traits_of_maps,
            self._make_tasks(clf),
            text=text,
            pair=pair or "",
            layers=maps.layers,
            heads=maps.heads,
            layer=layer,
            head=head,
            line_heads=[max(head, 0)],
            view=view,
            _corpus_size=0 if corpus is None else corpus.texts,
            _maskable=clf.tokenizer.mask_token_id is not None,
            _note=family_note(clf),
        )
        if target is not None:
            number = clf.labels.index(target) if target in clf.labels else target
            self.chosen_target = clf.labels[number] if isinstance(number, int) else str(number)

    @property
    def maps(self) -> AttentionMaps:
        """The attention of all heads for the displayed text."""
        return cast("AttentionMaps", self._result)

    @property
    def similar_tokens(self) -> pd.DataFrame | None:
        """The displayed matches, as `Corpus.similar` returns them; None while there are none."""
        return self._similar_tokens

    def measure_effects(self) -> None:
        """Measure the effect of every head in the background, by switching them off one by one.

        `effects` fills in as it goes; ``wait()`` waits for the end.
        """
        self._obey("effects")

    def fallback_html(self) -> str:
        """Return the displayed matrix, or the matches, as a table of plain HTML."""
        if self.view == "similar" and self.matches:
            return matches_html(self.matches, self.match_counts, self._search_title())
        question = matrix_question(self)
        matrix, title = self._matrix(question), matrix_title(self.maps, question)
        return attention_html(self.maps, matrix, title, one_of_all=self.view == "mosaic")

    def fallback_text(self) -> str:
        """Return the displayed matches, or for each row of the matrix where it looks most."""
        if self.view == "similar" and self.matches:
            return matches_text(self.matches, self._search_title())
        question = matrix_question(self)
        return attention_text(self._matrix(question), matrix_title(self.maps, question))

    def _search_title(self) -> str:
        return search_title(self._matches_of, self.token_texts, self._corpus_size)

    def _make_tasks(self, clf: BertClassifier) -> list[Task]:
        """Return what is computed, in this order; the first one reads the text."""

        def later(name: str, ask: Ask, compute: Compute, show: Show) -> Task:
            return Task(name=name, key=partial(ask, self), compute=compute, show=show)

        def now(name: str, ask: Ask, compute: Compute, show: Show) -> Task:
            return replace(later(name, ask, compute, show), at_once=compute)

        def traits(traits_of: Callable[[Any], dict[str, Any]]) -> Show:
            return lambda answer: self._set(traits_of(answer))

        return [
            now("maps", text_question, lambda q: TextAttention(clf, *q), self._show_text),
            now("matrix", matrix_question, self._matrix, self._show_matrix),
            now(
                "ablated",
                ablation_question,
                lambda q: self._attention.without_heads(q.heads),
                traits(lambda probabilities: {"ablated_probabilities": probabilities}),
            ),
            now(
                "query_key",
                query_key_question,
                lambda q: self._attention.query_key(q.layer, q.head),
                traits(query_key_traits),
            ),
            now("similar", search_question, self._search, self._show_matches),
            later(
                "estimates",
                estimates_question,
                lambda q: self._attention.estimated_effects(q.label),
                traits(lambda estimates: {"estimates": estimates.ravel()}),
            ),
            later("nearby", nearby_question, self._nearby, self._show_nearby),
            later("effects", effects_question, self._measure, lambda _none: None),
        ]

    def _show_text(self, attention: TextAttention) -> None:
        # If the same text is read again because the weights have changed, measuring continues.
        shown = (self.maps.text, self.maps.pair or "", self.maps.masked)
        measuring = self.measuring and shown == text_question(self)
        self._similar_tokens, self._attention = None, attention
        if self._tasks is not None:
            self._tasks.forget_after("maps")
        self._show(attention.maps)
        self.measuring = measuring

    def _traits_of_maps(self, maps: AttentionMaps) -> dict[str, Any]:
        return maps_traits(maps, self.unmasked_probabilities, self.chosen_target)

    def _matrix(self, question: MatrixQuestion) -> Matrix:
        return self._attention.matrix(
            question.key, words=question.words, specials=question.specials
        )

    def _show_matrix(self, matrix: Matrix) -> None:
        self._set(self._in_page.show(self._attention, matrix_question(self), matrix))

    def _nearby(self, question: NearbyQuestion) -> list[Drawn]:
        missing = self._in_page.missing(question.keys, ahead=question.ahead)
        return self._in_page.drawn(self._attention, question.matrix, missing)

    def _show_nearby(self, matrices: list[Drawn]) -> None:
        question = nearby_question(self)
        current = question.matrix.key
        self._set(self._in_page.add(matrices, question.keys, current, ahead=question.ahead))

    def _search(self, question: SearchQuestion) -> pd.DataFrame:
        def progress(share: float) -> None:
            with widget_lock.unless_busy() as free:
                if free:
                    self._search_progress = share

        corpus = cast("Corpus", self._corpus)
        return search(corpus, self._attention.encoding, question, progress)

    def _show_matches(self, matches: pd.DataFrame) -> None:
        question = search_question(self)
        if question is not None:
            self._similar_tokens = matches
            self._set(match_traits(matches, question))

    def _measure(self, question: EffectsQuestion) -> None:
        """Measure exact effects, and show them as they become known."""
        effects = np.full((self.layers, self.heads), np.nan, np.float32)
        for heads, values in self._attention.exact_effects(question.label):
            effects[heads] = values
            with self.hold_sync():
                if question != effects_question(self):
                    return
                self.effects = effects.ravel()
                self.effects_progress = float(np.isfinite(effects).mean())

    def _obey(self, command: str) -> None:
        with self.hold_sync():
            self.measuring = command == "effects"
            self.effects_progress = 0.0
            self._ask()

    @t.observe("text", "pair")
    def _follow_text(self, change: dict[str, Any]) -> None:
        if self._tasks is not None:
            self.token, self.masked = None, []
        super()._follow_text(change)

    @t.observe("layer", "head", "measure", "unit", "specials", "view", "ablated", "line_heads")
    def _follow_choice(self, change: dict[str, Any]) -> None:
        if self._tasks is None:
            return
        if self.layer < 0:
            self.head = -1  # the mean over all layers is over all heads too
        if change["name"] == "head" and self.head >= 0 and self.head not in self.line_heads:
            self.line_heads = [self.head]
        self._ask()

    @t.observe("masked", "token", "selected", "similar_by")
    def _follow_selection(self, _change: object) -> None:
        self._ask()

    @t.observe("target", "chosen_target")
    def _follow_target(self, change: dict[str, Any]) -> None:
        if self._tasks is None:
            return
        value = change["new"]
        predicted = self.labels[int(self.unmasked_probabilities.argmax())]
        if change["name"] == "chosen_target":
            self.target = value or predicted
            return
        if self.chosen_target or value != predicted:
            self.chosen_target = value
        self._tasks.forget("estimates", "effects")
        self._set(no_effects(self.layers * self.heads))
        self._ask()
