"""The check of an attribution method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .harness import OPTIONS, PAIRS, TEXTS, explain, require, require_same, with_targets
from .models import bag_of_words, tiny_bert
from .promise_checks import PROMISES, check_completeness, check_layers, check_linear
from .side_effect_checks import (
    check_model_unchanged,
    check_random_states,
    model_state,
    require_unchanged,
)

if TYPE_CHECKING:
    from ..explain.attribution.method import Method
    from ..explain.attribution.units import Unit
    from ..model.classifier import BertClassifier

_ROUNDING = 1e-6


def check_method(method: Method, clf: BertClassifier | None = None) -> None:
    """Check that an attribution method does what `attribute` and the widgets rely on.

    The method need not be in `METHODS`. The checks take some seconds:

    - one finite float32 score per token and, if there are margins, one margin per unit;
    - the same scores alone and in a batch, so no dependence on padding or other texts;
    - words, tokens, sentences and spans as units, and pairs of texts;
    - labels and log-odds as targets, and probabilities unless they are refused;
    - no negative score from a method that is not ``signed``;
    - the same scores for the same seed, and unchanged global random states;
    - the promises: completeness, weights times change on a linear model, layers;
    - a model that is left as it was, in training and evaluation mode, also after an error;
    - that the method stops when the work is cancelled.

    Parameters
    ----------
    method
        The method.
    clf
        The classifier to check it on. By default these are a tiny BERT with random weights and a
        linear model of word embeddings, both built in memory; a method may refuse one of them
        with a ValueError.

    Raises
    ------
    AssertionError
        If a check fails; the message says what the method does wrong.

    Examples
    --------
    >>> from bert_widgets.explain import METHODS
    >>> from bert_widgets.testing import check_method
    >>> check_method(METHODS["input_x_gradient"])
    """
    unknown = sorted(set(method.promises) - set(PROMISES))
    require(
        not unknown,
        f"The method {method.name!r} promises {unknown}; the promises are {list(PROMISES)}.",
    )
    classifiers = [tiny_bert(), bag_of_words()] if clf is None else [clf]
    refusals = []
    for classifier in classifiers:
        before = model_state(classifier)
        try:
            explain(method, classifier, TEXTS)
        except ValueError as error:
            refusals.append(str(error))
            continue
        require_unchanged(method, before, model_state(classifier))
        for check in _CHECKS:
            check(method, classifier)
    require(
        len(refusals) < len(classifiers),
        f"The method {method.name!r} refuses each model it is checked on: {' '.join(refusals)}",
    )
    check_linear(method)


def _check_batches(method: Method, clf: BertClassifier) -> None:
    for texts in (TEXTS, PAIRS):
        together = explain(method, clf, texts)
        backwards = explain(method, clf, texts[::-1])[::-1]
        for text, *results in zip(texts, together, backwards, strict=True):
            (alone,) = explain(method, clf, [text])
            for result in results:
                require_same(
                    result,
                    alone,
                    f"The method {method.name!r} scores {text!r} differently alone and in a batch.",
                )


def _check_pairs(method: Method, clf: BertClassifier) -> None:
    for result in explain(method, clf, PAIRS):
        for segment, text in enumerate((result.text, result.pair)):
            require(
                result.scores[result.word_segments == segment].any(),
                f"The method {method.name!r} scores no word of {text!r} in the pair "
                f"{(result.text, result.pair)}.",
            )


def _check_units(method: Method, clf: BertClassifier) -> None:
    units: list[Unit] = ["words", "tokens", "sentences", [(0, 2), (3, 4)]]
    for unit in units:
        (result,) = explain(method, clf, TEXTS[:1], replace(OPTIONS, unit=unit))
        require(result.scores.any(), f"The method {method.name!r} scores nothing for unit={unit}.")


def _check_targets(method: Method, clf: BertClassifier) -> None:
    for options in with_targets(method, clf):
        for result in explain(method, clf, TEXTS, options):
            require(
                method.signed or (result.token_scores >= -_ROUNDING).all(),
                f"The method {method.name!r} has signed=False but returns negative scores.",
            )


_CHECKS = (
    _check_batches,
    _check_pairs,
    _check_units,
    _check_targets,
    check_completeness,
    check_layers,
    check_random_states,
    check_model_unchanged,
)
