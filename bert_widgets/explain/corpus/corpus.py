"""Search of a corpus for tokens that a layer, or some of its heads, represent similarly."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from ..._common.options import named_options, unknown
from ..._common.progress import check_cancelled, progress
from ...model.classifier import check_classifier
from ...model.weights_version import weights_of
from ..reading import encode_cut, encode_one
from .arguments import number_of, texts_of
from .match_frame import Match, match_frame
from .token_index import BY, By, TokenIndex, bytes_per_token, read_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ...data.inputs import Texts
    from ...data.text_data import TextData
    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding
    from .match_frame import Tagger

_MOST_BYTES = 512 * 2**20


class Corpus:
    """Texts to search for tokens that the model represents similarly.

    Texts are tokenised once. The first search at a layer runs the model on all of them and keeps
    one vector per token in float16, so that later searches take only one matrix product. At most
    512 MiB are kept, enough for one layer of about 340,000 tokens of a model as wide as bert-base;
    the least recently used layer is dropped for a new one. After the weights have changed, for
    example by training, a layer is read again. A search is by one state of the weights: a training
    of the model waits until it ends.

    Parameters
    ----------
    clf
        The classifier.
    source
        Texts, or pairs of texts, as `BertClassifier.predict` takes them; a DataFrame; or a
        `TextData`. Text beyond what the model reads is not searched.
    text, pair, label
        Columns of a DataFrame. ``pair`` has the second text of sentence pairs; labels are shown
        with the matches if there is such a column.
    tags
        A function that takes a text and returns a list of (start, end, tag), in characters, such
        as parts of speech; see the examples.

    Attributes
    ----------
    texts : int
        The number of texts.
    tokens : int
        The number of tokens, without special tokens.

    Raises
    ------
    ValueError
        If there is no text or no such column, or one layer would take more than 512 MiB.
    TypeError
        If something is not a string or a pair of strings.

    References
    ----------
    Hoover, Strobelt & Gehrmann 2020, "exBERT: A Visual Analysis Tool to Explore Learned
    Representations in Transformer Models".

    Examples
    --------
    >>> corpus = bw.Corpus(clf, bw.demo.sentences(500))  # doctest: +SKIP
    >>> corpus.similar("The plot was not bad", "not", layer=3)  # doctest: +SKIP
    >>> nlp = spacy.load("en_core_web_sm")  # doctest: +SKIP
    >>> def pos(text):
    ...     return [(t.idx, t.idx + len(t), t.pos_) for t in nlp(text)]  # doctest: +SKIP
    >>> tagged = bw.Corpus(clf, texts, tags=pos)  # doctest: +SKIP
    """

    @named_options
    def __init__(  # noqa: PLR0913 - options that describe the source
        self,
        clf: BertClassifier,
        source: Texts | pd.DataFrame | TextData,
        *,
        text: str = "text",
        pair: str | None = None,
        label: str = "label",
        tags: Tagger | None = None,
    ) -> None:
        check_classifier(clf)
        singles, pairs, self._labels = texts_of(source, text, pair, label)
        self.clf = clf
        self._encodings = encode_cut(clf, singles, pairs, stacklevel=4)
        self._tags = None if tags is None else functools.lru_cache(4096)(tags)
        # Special tokens and separate markers of the start of a word cover no characters.
        positions = [np.flatnonzero(e.offsets[:, 1] > e.offsets[:, 0]) for e in self._encodings]
        self._rows = np.repeat(np.arange(len(positions)), list(map(len, positions)))
        self._positions = np.concatenate([np.empty(0, np.int64), *positions])
        self._starts = np.searchsorted(self._rows, np.arange(len(positions) + 1))
        self.texts, self.tokens = len(singles), len(self._rows)
        if not self.tokens:
            msg = "There is no text to search; give at least one with a word."
            raise ValueError(msg)
        self._heads = int(clf.model.config.num_attention_heads)
        self._room = _MOST_BYTES // bytes_per_token(clf)
        if self.tokens > self._room:
            msg = (
                f"The corpus has {self.tokens:,} tokens, but one layer of no more than "
                f"{self._room:,} fits in {_MOST_BYTES // 2**20} MiB; give fewer texts."
            )
            raise ValueError(msg)
        self._batches = list(clf.batches([len(e) for e in self._encodings]))
        self._indices: dict[tuple[int, By], TokenIndex] = {}  # least recently used first

    def __repr__(self) -> str:
        return f"<Corpus of {self.texts:,} texts, {self.tokens:,} tokens>"

    @named_options
    def similar(  # noqa: PLR0913
        self,
        text: str,
        token: int | str,
        *,
        layer: int,
        pair: str | None = None,
        by: By = "embedding",
        heads: Sequence[int] | None = None,
        n: int = 50,
        specials: bool = True,
    ) -> pd.DataFrame:
        """Find the tokens of the corpus that are most similar to one token of a text.

        Parameters
        ----------
        text, pair
            The text with the token, and the second one of a pair.
        token
            The number of the token, as in `AttentionMaps.tokens`, or a word of the text, of which
            the first token is taken.
        layer
            Counts from zero.
        by
            ``"embedding"`` compares the output of the layer, its hidden states; ``"heads"`` the
            output of its heads for the token, before the output projection combines them.
        heads
            The heads, from zero, that are compared and whose attention is reported; None for all.
        n
            The largest number of matches.
        specials
            Whether ``attends_to`` may be a special token.

        Returns
        -------
        DataFrame
            One row per match, the most similar first: ``row`` of the corpus, ``text`` (and
            ``pair``, with ``segment`` 1 if the match is in it), the matched ``token``, the ``word``
            it belongs to, its characters ``start`` to ``end``, and its ``similarity``: the cosine,
            for several heads the mean over them. Then the token with the largest weight in any of
            the heads: ``attends_to``, its word ``attends_to_word``, and the weight ``attention``.
            Then ``tag`` and ``attends_to_tag``, and the ``label``, if the corpus has them.

        Raises
        ------
        ValueError
            If there is no such token, layer or head, or the model's attention cannot be read.

        Examples
        --------
        >>> matches = corpus.similar("not a bad film", "bad", layer=2, by="heads", heads=[3])
        ... # doctest: +SKIP
        >>> matches["attends_to_word"].value_counts()  # doctest: +SKIP
        """
        encoding = encode_one(self.clf, text, pair, stacklevel=4)
        number = number_of(encoding, token)
        with progress(self.texts, "read the corpus") as bar:
            return self.search(
                encoding, number, layer=layer, by=by, heads=heads, n=n, specials=specials,
                report=lambda share: bar.update(round(share * self.texts) - bar.n),
            )  # fmt: skip

    def search(  # noqa: PLR0913
        self,
        encoding: Encoding,
        token: int,
        *,
        layer: int,
        by: By,
        heads: Sequence[int] | None,
        n: int,
        specials: bool,
        report: Callable[[float], object],
    ) -> pd.DataFrame:
        """Search for tokens similar to one of an encoded text, as `similar` does.

        All is by one state of the weights: the lock of the classifier is held until the end. If
        the search is cancelled, the next one goes on with the texts that are left.

        Parameters
        ----------
        report
            Called with the share of the corpus that has been read, from 0 to 1. It must not wait
            for the model.
        """
        self._check(layer, by)
        chosen = self._chosen(heads)
        if n < 1:
            msg = f"n={n} is not a number of matches; use at least 1."
            raise ValueError(msg)
        with self.clf.lock:
            index = self._index(layer, by)
            while index.share < 1:
                check_cancelled()
                self._read_into(index)
                report(index.share)
            return self._nearest(index, encoding, token, chosen, n, specials=specials)

    def _nearest(  # noqa: PLR0913
        self,
        index: TokenIndex,
        encoding: Encoding,
        token: int,
        heads: list[int],
        n: int,
        *,
        specials: bool,
    ) -> pd.DataFrame:
        """Search a complete index; hold the classifier's lock to call."""
        query = read_layer(self.clf, [encoding], index.layer, index.by).vectors[0, token]
        if index.by == "heads":
            shares = np.zeros((self._heads, 1), np.float32)
            shares[heads] = 1 / len(heads)
            query = (query.reshape(self._heads, -1) * shares).ravel()
        cosines = index.cosines(query).clip(-1, 1)
        best = np.argsort(-cosines, kind="stable")[:n]
        attended, weights = index.most_attended(best, heads, specials=specials)
        positions = (self._rows[best].tolist(), self._positions[best].tolist())
        rows = zip(*positions, cosines[best].astype(float).tolist(), attended, weights, strict=True)
        matches = [Match(*row) for row in rows]
        return match_frame(matches, self._encodings, self._tags, self._labels)

    def _index(self, layer: int, by: By) -> TokenIndex:
        """Return the index of a layer, empty if the weights have changed; hold the lock."""
        weights = weights_of(self.clf)
        index = self._indices.pop((layer, by), None)
        if index is None or index.weights != weights:
            index = TokenIndex(layer, by, weights, len(self._batches))
        while self._indices and self.tokens * (len(self._indices) + 1) > self._room:
            del self._indices[next(iter(self._indices))]
        self._indices[layer, by] = index
        return index

    def _read_into(self, index: TokenIndex) -> None:
        """Read one more batch into an index; hold the lock."""
        rows = self._batches[index.done].tolist()
        encodings = [self._encodings[row] for row in rows]
        reading = read_layer(self.clf, encodings, index.layer, index.by)
        if not index.done:
            index.reserve(self.tokens, reading)
        for i, row in enumerate(rows):
            here = slice(self._starts[row], self._starts[row + 1])
            index.put(here, reading, i, self._positions[here])
        index.done += 1

    def _check(self, layer: int, by: By) -> None:
        count = int(self.clf.model.config.num_hidden_layers)
        if not 0 <= layer < count:
            msg = f"There is no layer {layer}; use 0 to {count - 1}."
            raise ValueError(msg)
        if by not in BY:
            raise ValueError(unknown("by", by, BY))

    def _chosen(self, heads: Sequence[int] | None) -> list[int]:
        chosen = list(range(self._heads)) if heads is None else sorted(set(heads))
        for head in chosen:
            if not 0 <= head < self._heads:
                msg = f"There is no head {head}; use 0 to {self._heads - 1}."
                raise ValueError(msg)
        if not chosen:
            msg = "There are no heads to compare; give at least one, or None for all."
            raise ValueError(msg)
        return chosen
