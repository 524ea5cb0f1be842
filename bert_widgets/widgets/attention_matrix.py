"""Where each head of each layer looks, what that does to the prediction, and how it comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import traitlets as t

from .._options import named_options
from ..explain.ablation import ablated_logits, estimated_effects, exact_effects
from ..explain.query_key import neurons_of
from ..explain.targets import Target
from . import _attention_views as views
from ._answers import Part
from ._attention_slots import Drawn, Slots, drawn
from ._attention_traits import STATISTICS, AttentionTraits
from ._fallback import attention_html

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ..classifier import BertClassifier
    from ..explain.attention import AttentionMaps, Matrix
    from ..explain.query_key import Neurons

    # What `Part.compute` takes: text and second text come first.
    Question = tuple[Any, ...]

_BUDGET = 256 * 1024  # bytes of weights: as many heads of a short text are in the page at once
_THUMBNAIL = 36  # pixels: 12 x 12 heads are 0.19 MB


class AttentionMatrix(AttentionTraits):
    """The attention of every head: all at once, as a matrix, as lines, and as queries and keys.

    Attention shows where a head looks, not why the model decided; what a head does to the
    prediction is measured by switching it off.

    Parameters
    ----------
    clf
        The classifier.
    text, pair
        The text to read, and the second one of a pair.
    layer, head
        The head shown first; both count from zero.
    view
        ``"mosaic"`` (all heads), ``"matrix"``, ``"lines"`` or ``"neurons"``.
    target
        The label that effects are about; by default the predicted one, also after edits, until a
        target is chosen.

    Attributes
    ----------
    text, pair : str
        Settable; ``pair`` is empty for a single text.
    tokens : list of str
        The n pieces, special ones included.
    words : list of str
        The words they make up, the same as in `TokenHighlights`.
    token_words, token_segments : int32, int8 array (n,)
        The word of each piece, and the text it stands in (0 or 1); -1 for special tokens.
    classes : list of str
        All labels.
    logits, probabilities : float32 array (classes,)
        The prediction.
    layers, heads : int
        How many the model has.
    layer, head : int
        The head on show; settable. A head of -1 is the mean of the layer, a layer of -1 of all.
    measure : str
        Settable: ``"weights"``; ``"norms"``, how much of each piece really gets through
        (Kobayashi et al.); ``"rollout"``, the flow up to the layer (Abnar & Zuidema); or
        ``"gradient"``, the flow weighted by gradients of the target (Chefer et al.), less what
        each piece starts with, the one that it has to itself.
    unit : str
        Settable: ``"pieces"``, or ``"words"``, whose columns are summed and rows averaged.
    specials : bool
        Settable: whether special tokens are kept; without them rows are scaled up again.
    labels : list of str
        The rows and columns of the matrix.
    ablated : list of [layer, head]
        Settable: heads that are switched off.
    ablated_probabilities : float32 array (classes,)
        The prediction without them.
    estimates, effects : float32 array (layers * heads,)
        What each head adds to the target's logit: a first-order estimate, and measured by
        switching it off (NaN until `measure_effects`). `bw.head_effects` does it for many texts.
    effects_progress, measuring : float, bool
        From 0 to 1, and whether exact effects are wanted.
    selected : int or None
        The selected word; settable, and linkable with other widgets of the same text.
    line_heads, threshold : list of int, float
        Settable: the heads of the layer that are drawn as lines, and the share of the largest
        weight of a head from which on they are.
    view, target, order, colour, token, pairs_filter
        What is on show; settable.
    busy : bool
        Whether a text is being read.

    Raises
    ------
    TypeError, ValueError
        If the text is empty or no string, there is no such layer, head, view or target, or the
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
    ) -> None:
        self._clf = clf
        self._in_page = Slots()
        maps = views.read(clf, (text, pair or ""))
        if -1 not in (layer, head):
            maps.head(layer, head)  # raises if there is none
        self._chosen = target is not None
        super().__init__(
            maps,
            text=text,
            pair=pair or "",
            layers=maps.layers,
            heads=maps.heads,
            layer=layer,
            head=head,
            line_heads=[max(head, 0)],
            view=view,
            note=views.family_note(clf),
        )
        if target is not None:
            number = clf.labels.index(target) if target in clf.labels else target
            self.target = clf.labels[number] if isinstance(number, int) else str(number)

    @property
    def maps(self) -> AttentionMaps:
        """The attention of all heads for the text on show."""
        return cast("AttentionMaps", self._result)

    def measure_effects(self) -> None:
        """Measure in the background what each head does, by switching them off one by one.

        `effects` fills in as it goes; ``wait()`` waits for the end.
        """
        self._obey("effects")

    def fallback_html(self) -> str:
        """Return the matrix on show as a table of plain HTML."""
        return attention_html(self.maps, self._matrix(self._question()), self._where())

    def fallback_text(self) -> str:
        """Return for each row of the matrix on show where it looks most."""
        found = self._matrix(self._question())
        looks = "  ".join(
            f"{label}→{found.labels[row.argmax()]} {row.max():.2f}"
            for label, row in zip(found.labels, found.weights, strict=True)
        )
        return f"{self._where()}: {looks}"

    def _where(self) -> str:
        layer = f"layer {self.layer + 1} of {self.layers}" if self.layer >= 0 else "all layers"
        head = f"head {self.head + 1} of {self.heads}" if self.head >= 0 else "mean of the heads"
        parts = {"weights": [layer, head], "norms": ["value-weighted norms", layer, head]}
        flow = ["rollout" if self.measure == "rollout" else "attention times gradient", layer]
        return ", ".join(parts.get(self.measure, flow))

    def _parts(self) -> Sequence[Part]:
        def part(
            name: str,
            key: Callable[[], Question | None],
            compute: Callable[[Question], Any],
            show: Callable[[Any], None],
            *,
            at_once: bool = False,
        ) -> Part:
            now = compute if at_once else None
            return Part(name=name, key=key, compute=compute, at_once=now, show=show)

        return [
            part(
                "maps",
                lambda: (self.text, self.pair),
                lambda texts: views.read(self._clf, (texts[0], texts[1])),
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
                lambda question: self._without(frozenset(question[2])),
                self._show_without,
                at_once=True,
            ),
            part(
                "neurons", self._neuron_head, self._read_neurons, self._show_neurons, at_once=True
            ),
            part("estimates", self._aim, self._estimate, self._show_estimates),
            part("others", self._others, self._read_others, self._show_others),
            part(
                "effects",
                lambda: (*self._aim(), "exact") if self.measuring else None,
                self._measure,
                lambda _done: None,
            ),
        ]

    def _shown(self, result: AttentionMaps) -> dict[str, Any]:
        """Return the traits that show attention maps."""
        self._chosen = self._chosen and self._answers is not None
        likeliest = result.classes[int(result.probabilities.argmax())]
        thumbnails = result.thumbnails(_THUMBNAIL)
        return {
            "words": list(result.words),
            "tokens": list(result.pieces),
            "token_words": result.word_of_token,
            "token_segments": result.token_segments,
            "classes": list(result.classes),
            "logits": result.logits,
            "probabilities": result.probabilities,
            "ablated_probabilities": result.probabilities,
            "target": self.target if self._chosen else likeliest,
            "token": None,
            "_statistics": np.stack([result.statistics[name] for name, *_ in STATISTICS]).ravel(),
            "_thumbnails": thumbnails.ravel(),
            "_side": thumbnails.shape[-1],
            **self._unmeasured(result.layers * result.heads),
        }

    def _question(self) -> Question:
        at = views.place(self.measure, self.layer, self.head, self.target)
        return (self.text, self.pair, at, self.unit, self.specials)

    def _matrix(self, question: Question) -> Matrix:
        _, _, at, unit, specials = question
        words = unit == "words"
        return views.matrix(self._clf, self.maps, at, words=words, specials=specials)

    def _show_matrix(self, found: Matrix) -> None:
        _, _, at, *_ = self._question()
        if list(found.labels) != self.labels or not np.array_equal(
            found.of_token, self.label_tokens
        ):
            self._set(self._in_page.clear())
            self._set({"labels": list(found.labels), "label_tokens": found.of_token})
        self._set({"_left_out": found.left_out if found.left_out.any() else np.empty(0)})
        if at.key in self._in_page:
            self._in_page.use(at.key)
            return
        every = self.layers * self.heads * found.weights.size <= _BUDGET
        if every and at.measure == "weights" and at.head >= 0:
            self._set(self._in_page.put(self._every_head()))
        else:
            self._set(self._in_page.put([drawn(at.key, found)]))

    def _every_head(self) -> list[Drawn]:
        heads = np.ndindex(self.layers, self.heads)
        places = [views.place("weights", int(layer), int(head), "") for layer, head in heads]
        words = self.unit == "words"
        return [
            drawn(
                at.key,
                views.matrix(self._clf, self.maps, at, words=words, specials=self.specials),
            )
            for at in places
        ]

    def _others(self) -> Question:
        """Return which matrices are drawn with the one on show, or else looked at next."""
        at = self._question()[2]
        lines = views.together(at, self.line_heads)
        places = lines if self.view == "lines" else views.neighbours(at, self.layers, self.heads)
        return (*self._question(), tuple(places))

    def _read_others(self, question: Question) -> list[Drawn]:
        *texts_and_place, unit, specials, places = question
        texts = texts_and_place[:2]
        missing = [place for place in places if place.key not in self._in_page]
        return [
            drawn(place.key, self._matrix((*texts, place, unit, specials))) for place in missing
        ]

    def _show_others(self, found: list[Drawn]) -> None:
        *question, places = self._others()
        for place in places:
            self._in_page.use(place.key)
        for each in found:
            self._set(self._in_page.put([each]))
        self._in_page.use(question[2].key)

    def _off(self) -> Question | None:
        heads = tuple((layer, head) for layer, head in self.ablated)
        return (self.text, self.pair, heads)

    def _without(self, heads: frozenset[tuple[int, int]]) -> NDArray[np.float32]:
        if not heads:
            return self.maps.probabilities
        logits = ablated_logits(self._clf, views.encoded(self._clf, self.maps), [heads])
        probabilities: NDArray[np.float32] = self._clf.probabilities(logits)[0]
        return probabilities

    def _show_without(self, probabilities: NDArray[np.float32]) -> None:
        self.ablated_probabilities = probabilities

    def _neuron_head(self) -> Question | None:
        if self.view != "neurons" or self.layer < 0 or self.head < 0:
            return None
        return (self.text, self.pair, self.layer, self.head)

    def _read_neurons(self, question: Question) -> Neurons:
        _, _, layer, head = question
        return neurons_of(self._clf, views.encoded(self._clf, self.maps), layer, head)

    def _show_neurons(self, found: Neurons) -> None:
        self._set(views.neuron_traits(found))

    def _aim(self) -> Question:
        return (self.text, self.pair, self.target)

    def _estimate(self, question: Question) -> NDArray[np.float32]:
        target = Target(self._clf.labels.index(question[2]))
        return estimated_effects(self._clf, views.encoded(self._clf, self.maps), target)

    def _show_estimates(self, found: NDArray[np.float32]) -> None:
        self.estimates = found.ravel()

    def _measure(self, question: Question) -> None:
        """Measure exact effects, and show them as they become known."""
        shape = (self.layers, self.heads)
        target = Target(self._clf.labels.index(question[2]))
        effects = np.full(shape, np.nan, np.float32)
        encoding = views.encoded(self._clf, self.maps)
        for heads, values in exact_effects(self._clf, encoding, target, shape):
            effects[heads] = values
            with self.hold_sync():
                if not self.measuring or question[:3] != self._aim():
                    return
                self.effects = effects.ravel()
                self.effects_progress = float(np.isfinite(effects).mean())

    def _unmeasured(self, count: int) -> dict[str, Any]:
        return {
            "measuring": False,
            "estimates": np.empty(0),
            "effects": np.full(count, np.nan),
            "effects_progress": 0.0,
        }

    def _obey(self, command: str) -> None:
        with self.hold_sync():
            self.measuring = command == "effects"
            self.effects_progress = 0.0
            self._ask()

    @t.observe("layer", "head", "measure", "unit", "specials", "view", "ablated", "line_heads")
    def _follow_choice(self, change: dict[str, Any]) -> None:
        if self._answers is None:
            return
        if self.layer < 0:
            self.head = -1  # the mean of all layers knows no head
        if change["name"] == "head" and self.head >= 0 and self.head not in self.line_heads:
            self.line_heads = [self.head]
        self._ask()

    @t.observe("target")
    def _follow_target(self, _change: object) -> None:
        if self._answers is None:
            return
        likeliest = self.maps.classes[int(self.maps.probabilities.argmax())]
        self._chosen = self._chosen or self.target != likeliest
        self._set(self._unmeasured(self.layers * self.heads))
        self._ask()
