"""Where each head of each layer looks, what that does to the prediction, and how it comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from ..._common.options import named_options
from ...model.classifier import check_classifier
from .answers import AttentionAnswers
from .fallback import attention_html, matches_html
from .matches import check_corpus
from .slots import Slots
from .text_attention import TextAttention
from .trait_values import family_note
from .traits import STATISTICS

if TYPE_CHECKING:
    import pandas as pd

    from ...explain.attention.maps import AttentionMaps
    from ...explain.corpus.corpus import Corpus
    from ...model.classifier import BertClassifier

_THUMBNAIL = 36  # pixels: 12 x 12 heads are 0.19 MB


class AttentionMatrix(AttentionAnswers):
    """The attention of every head: all at once, as a matrix, as lines, and as queries and keys.

    Attention shows where a head looks, not why the model decided; what a head does to the
    prediction is measured by switching it off. After a training the first question has all of it
    computed anew.

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
        The label that effects are about; by default the predicted one, also after edits, until a
        target is chosen.
    corpus
        Texts to search for tokens like the selected one: ``bw.Corpus(clf, texts)``.

    Attributes
    ----------
    text, pair : str
        Settable; ``pair`` is empty for a single text.
    tokens : list of str
        The n pieces, special ones included.
    words : list of str
        The words they make up, the same as in `TokenHighlights`.
    word_of_token, token_segments : int32, int8 array (n,)
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
        Settable: ``"tokens"``, or ``"words"``, whose columns are summed and rows averaged.
    specials : bool
        Settable: whether special tokens are kept; without them rows are scaled up again.
    labels : list of str
        The rows and columns of the matrix.
    masked : list of int
        Settable: the numbers of pieces in the place of which the model reads its mask token. All
        else on show is of the text so masked.
    unmasked_probabilities : float32 array (classes,)
        The prediction for the text as it stands.
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
    similar_by : str
        Settable: whether tokens of the corpus are compared by their ``"embedding"`` after the
        layer, or by what its ``"heads"`` (`line_heads`) have gathered.
    matches : list of dict
        The tokens of the corpus most like the selected one, while ``view`` is ``"similar"``, with
        their context; `similar_tokens` holds them as a DataFrame.
    match_counts : list of [heading, list of [value, count]]
        What they have in common.
    target, chosen_target : str
        The label that effects are about, and the one chosen for that: empty while it is the
        predicted one, also after edits. Settable; link the latter, which only a choice changes.
    view, order, colour, token, pairs_filter
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
        corpus: Corpus | None = None,
    ) -> None:
        check_classifier(clf)
        check_corpus(corpus, clf)
        self._clf, self._corpus = clf, corpus
        self._in_page = Slots()
        self._attention = TextAttention(clf, text, pair or "")
        maps = self._attention.maps
        if -1 not in (layer, head):
            maps.head(layer, head)  # raises if there is none
        super().__init__(
            maps,
            text=text,
            pair=pair or "",
            layers=maps.layers,
            heads=maps.heads,
            layer=layer,
            head=head,
            line_heads=[max(head, 0)],
            _corpus_size=0 if corpus is None else corpus.texts,
            _maskable=clf.tokenizer.mask_token_id is not None,
            view=view,
            _note=family_note(clf),
        )
        if target is not None:
            number = clf.labels.index(target) if target in clf.labels else target
            self.chosen_target = clf.labels[number] if isinstance(number, int) else str(number)

    @property
    def similar_tokens(self) -> pd.DataFrame | None:
        """The matches on show, as `Corpus.similar` returns them; None while there are none."""
        return self._found

    def measure_effects(self) -> None:
        """Measure in the background what each head does, by switching them off one by one.

        `effects` fills in as it goes; ``wait()`` waits for the end.
        """
        self._obey("effects")

    def fallback_html(self) -> str:
        """Return the matrix on show, or the matches, as a table of plain HTML."""
        if self.view == "similar" and self.matches:
            return matches_html(self.matches, self.match_counts, self._searched())
        return attention_html(self.maps, self._matrix(self._question()), self._where())

    def fallback_text(self) -> str:
        """Return the matches on show, or for each row of the matrix where it looks most."""
        if self.view == "similar" and self.matches:
            contexts = (
                f"{row['before']}{''.join(row['match'])}{row['after']}" for row in self.matches
            )
            return "\n".join([self._searched(), *contexts])
        found = self._matrix(self._question())
        looks = "  ".join(
            f"{label}→{found.labels[row.argmax()]} {row.max():.2f}"
            for label, row in zip(found.labels, found.weights, strict=True)
        )
        return f"{self._where()}: {looks}"

    def _searched(self) -> str:
        token, layer = (self._matches_of[name] for name in ("token", "layer"))
        name = self.token_texts[token]
        return f"most similar to {name!r} at layer {layer + 1}, in {self._corpus_size} texts"

    def _where(self) -> str:
        layer = f"layer {self.layer + 1} of {self.layers}" if self.layer >= 0 else "all layers"
        head = f"head {self.head + 1} of {self.heads}" if self.head >= 0 else "mean of the heads"
        parts = {"weights": [layer, head], "norms": ["value-weighted norms", layer, head]}
        flow = ["rollout" if self.measure == "rollout" else "attention times gradient", layer]
        return ", ".join(parts.get(self.measure, flow))

    def _shown(self, result: AttentionMaps) -> dict[str, Any]:
        """Return the traits that show attention maps."""
        whole = self.unmasked_probabilities if result.masked else result.probabilities
        thumbnails = result.thumbnails(_THUMBNAIL)
        return {
            "words": list(result.words),
            "token_texts": list(result.token_texts),
            "word_of_token": result.word_of_token,
            "token_segments": result.token_segments,
            "labels": list(result.classes),
            "logits": result.logits,
            "probabilities": result.probabilities,
            "unmasked_probabilities": whole,
            "ablated_probabilities": result.probabilities,
            "target": self.chosen_target or result.classes[int(whole.argmax())],
            "matches": [],
            "match_counts": [],
            "_matches_of": {},
            "_statistics": np.stack([result.statistics[name] for name, *_ in STATISTICS]).ravel(),
            "_thumbnails": thumbnails.ravel(),
            "_side": thumbnails.shape[-1],
            **self._unmeasured(result.layers * result.heads),
        }

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
            self.head = -1  # the mean of all layers knows no head
        if change["name"] == "head" and self.head >= 0 and self.head not in self.line_heads:
            self.line_heads = [self.head]
        self._ask()

    @t.observe("masked", "token", "selected", "similar_by")
    def _follow_look(self, _change: object) -> None:
        self._ask()

    @t.observe("target", "chosen_target")
    def _follow_target(self, change: dict[str, Any]) -> None:
        if self._tasks is None:
            return
        value = change["new"]
        likeliest = self.labels[int(self.unmasked_probabilities.argmax())]
        if change["name"] == "chosen_target":
            self.target = value or likeliest
            return
        if self.chosen_target or value != likeliest:
            self.chosen_target = value
        self._set(self._unmeasured(self.layers * self.heads))
        self._ask()
