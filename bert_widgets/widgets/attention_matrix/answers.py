"""What an attention widget answers: each part with its question, its computing and its traits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..shared.task_queue import Task
from . import matches as matching
from .map_key import line_keys, map_key, neighbour_keys
from .slots import Drawn, Slots, drawn
from .text_attention import TextAttention
from .trait_values import query_key_traits
from .traits import AttentionTraits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ...explain.attention.maps import AttentionMaps, Matrix
    from ...explain.attention.query_key import QueryKey
    from ...explain.corpus.corpus import Corpus
    from ...model.classifier import BertClassifier

    # What `Task.compute` takes: what is read comes first, as text, second text and masked pieces.
    Question = tuple[Any, ...]

_BUDGET = 256 * 1024  # bytes of weights: as many heads of a short text are in the page at once


class AttentionAnswers(AttentionTraits):
    """The parts of an `AttentionMatrix`."""

    _clf: BertClassifier
    _corpus: Corpus | None
    _in_page: Slots
    _attention: TextAttention  # of the text on show
    _arranged: AttentionMaps | None = None  # the maps that the matrices in the page are of
    _found: pd.DataFrame | None = None

    @property
    def maps(self) -> AttentionMaps:
        """The attention of all heads for the text on show."""
        return cast("AttentionMaps", self._result)

    def _parts(self) -> Sequence[Task]:
        def part(
            name: str,
            key: Callable[[], Question | None],
            compute: Callable[[Question], Any],
            show: Callable[[Any], None],
            *,
            at_once: bool = False,
        ) -> Task:
            now = compute if at_once else None
            return Task(name=name, key=key, compute=compute, at_once=now, show=show)

        return [
            part(
                "maps",
                self._read,
                lambda question: TextAttention(self._clf, *question),
                self._show,
                at_once=True,
            ),
            part(
                "matrix",
                self._question,
                lambda question: self._matrix(question),  # noqa: PLW0108 - typed
                self._show_matrix,
                at_once=True,
            ),
            part(
                "ablated",
                self._off,
                lambda question: self._without(frozenset(question[1])),
                self._show_without,
                at_once=True,
            ),
            part(
                "query_key",
                self._query_key_head,
                self._read_query_key,
                self._show_query_key,
                at_once=True,
            ),
            part("similar", self._likes, self._search, self._show_matches, at_once=True),
            part("estimates", self._aim, self._estimate, self._show_estimates),
            part("others", self._others, self._read_others, self._show_others),
            part(
                "effects",
                lambda: (*self._aim(), "exact") if self.measuring else None,
                self._measure,
                lambda _done: None,
            ),
        ]

    def _read(self) -> Question:
        return (self.text, self.pair, tuple(self.masked))

    def _show(self, result: TextAttention) -> None:  # type: ignore[override]
        self._found, self._attention = None, result
        # Where the same was read again, since the weights have changed, it goes on.
        maps = self.maps
        same = self._read() == (maps.text, maps.pair or "", maps.masked)
        measuring = self.measuring and same
        super()._show(result.maps)
        self.measuring = measuring

    def _question(self) -> Question:
        at = map_key(self.measure, self.layer, self.head, self.target)
        return (self._read(), at, self.unit, self.specials)

    def _matrix(self, question: Question) -> Matrix:
        _, at, unit, specials = question
        return self._attention.matrix(at, words=unit == "words", specials=specials)

    def _show_matrix(self, found: Matrix) -> None:
        _, at, *_ = self._question()
        same = list(found.labels) == self.row_labels and np.array_equal(
            found.of_token, self._row_tokens
        )
        if not same or self._arranged is not self.maps:
            self._arranged = self.maps
            self._set(self._in_page.clear())
            self._set({"row_labels": list(found.labels), "_row_tokens": found.of_token})
        self._set({"_left_out": found.left_out if found.left_out.any() else np.empty(0)})
        if at in self._in_page:
            self._in_page.use(at)
            return
        every = self.layers * self.heads * found.weights.size <= _BUDGET
        if every and at.measure == "weights" and at.head >= 0:
            self._set(self._in_page.put(self._every_head()))
        else:
            self._set(self._in_page.put([drawn(at, found)]))

    def _every_head(self) -> list[Drawn]:
        heads = np.ndindex(self.layers, self.heads)
        places = [map_key("weights", int(layer), int(head), "") for layer, head in heads]
        words = self.unit == "words"
        return [
            drawn(at, self._attention.matrix(at, words=words, specials=self.specials))
            for at in places
        ]

    def _others(self) -> Question:
        """Return which matrices are drawn with the one on show, or else looked at next."""
        at = self._question()[1]
        lines = line_keys(at, self.line_heads)
        places = lines if self.view == "lines" else neighbour_keys(at, self.layers, self.heads)
        return (*self._question(), tuple(places))

    def _read_others(self, question: Question) -> list[Drawn]:
        read, _, unit, specials, places = question
        missing = [place for place in places if place not in self._in_page]
        return [drawn(place, self._matrix((read, place, unit, specials))) for place in missing]

    def _show_others(self, found: list[Drawn]) -> None:
        *question, places = self._others()
        ahead = self.view != "lines"
        for place in places:
            self._in_page.use(place, ahead=ahead)
        for each in found[: self._in_page.spare] if ahead else found:
            self._set(self._in_page.put([each], ahead=ahead))
        self._in_page.use(question[1])

    def _off(self) -> Question | None:
        heads = tuple((layer, head) for layer, head in self.ablated)
        return (self._read(), heads)

    def _without(self, heads: frozenset[tuple[int, int]]) -> NDArray[np.float32]:
        return self._attention.without_heads(heads)

    def _show_without(self, probabilities: NDArray[np.float32]) -> None:
        self.ablated_probabilities = probabilities

    def _query_key_head(self) -> Question | None:
        if self.view != "query_key" or self.layer < 0 or self.head < 0:
            return None
        return (self._read(), self.layer, self.head)

    def _read_query_key(self, question: Question) -> QueryKey:
        _, layer, head = question
        return self._attention.query_key(layer, head)

    def _show_query_key(self, found: QueryKey) -> None:
        self._set(query_key_traits(found))

    def _likes(self) -> Question | None:
        """Return which tokens are looked for: those like the one looked at."""
        token = matching.token_in_view(self.maps, self.token, self.selected)
        if self._corpus is None or self.view != "similar" or token is None or self.layer < 0:
            return None
        if self.maps.word_of_token[token] < 0:
            return None  # special tokens have no like in a corpus
        heads = tuple(self.line_heads)
        return (self._read(), matching.Wanted(token, self.layer, self.similar_by, heads))

    def _search(self, question: Question) -> pd.DataFrame:
        def tell(share: float) -> None:
            self._search_progress = share

        return matching.search(
            cast("Corpus", self._corpus), self._attention.encoding, question[1], tell
        )

    def _show_matches(self, found: pd.DataFrame) -> None:
        _, wanted = self._likes() or ((), None)
        self._found = found
        self._set(
            {
                "matches": matching.match_rows(found),
                "match_counts": matching.match_counts(found),
                "_matches_of": matching.as_trait(wanted) if wanted else {},
            }
        )

    def _aim(self) -> Question:
        return (self._read(), self.target)

    def _estimate(self, question: Question) -> NDArray[np.float32]:
        return self._attention.estimated_effects(question[1])

    def _show_estimates(self, found: NDArray[np.float32]) -> None:
        self.estimates = found.ravel()

    def _measure(self, question: Question) -> None:
        """Measure exact effects, and show them as they become known."""
        effects = np.full((self.layers, self.heads), np.nan, np.float32)
        for heads, values in self._attention.exact_effects(question[1]):
            effects[heads] = values
            with self.hold_sync():
                if not self.measuring or question[:2] != self._aim():
                    return
                self.effects = effects.ravel()
                self.effects_progress = float(np.isfinite(effects).mean())
