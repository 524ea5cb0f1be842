"""Checks of what a method promises: completeness, weights times change, layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from .harness import OPTIONS, TEXTS, explain, require, require_same, with_targets
from .models import BagOfWords, bag_of_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..explain.attribution.method import Method
    from ..explain.attribution.result import Attribution
    from ..model.classifier import BertClassifier

PROMISES = ("completeness", "linear", "layers")

_COMPLETE = 0.01


def check_completeness(method: Method, clf: BertClassifier) -> None:
    """Check that scores add up to the difference between text and baseline."""
    if "completeness" not in method.promises:
        return
    baselines = [replace(OPTIONS, target=0, baseline=baseline) for baseline in ("zero", "mean")]
    for options in [*with_targets(method, clf), *baselines]:
        for result in explain(method, clf, TEXTS, options):
            _check_sum(method, result)
    if clf.tokenizer.mask_token_id is None:
        return
    for result in explain(method, clf, TEXTS, replace(OPTIONS, target=1, baseline="mask")):
        _check_sum(method, result)
        text = result.text
        expected, stated = _difference_to_masks(clf, text), result.difference or 0.0
        require(
            abs(stated - expected) <= 1e-3 * (1 + abs(expected)),
            f"The method {method.name!r} states a difference of {stated:.4g} between {text!r} and "
            f"its baseline; it is {expected:.4g}.",
        )


def check_layers(method: Method, clf: BertClassifier) -> None:
    """Check that the output of each layer is scored, with the same scores in any batch."""
    has_layers = any(isinstance(module, torch.nn.ModuleList) for module in clf.model.modules())
    if "layers" not in method.promises or not has_layers:
        return
    embeddings = explain(method, clf, TEXTS)
    for layer in range(int(clf.model.config.num_hidden_layers)):
        results = explain(method, clf, TEXTS, replace(OPTIONS, layer=layer))
        for text, result, at_embeddings in zip(TEXTS, results, embeddings, strict=True):
            require(
                not np.array_equal(result.token_scores, at_embeddings.token_scores),
                f"The method {method.name!r} promises layers but gives layer {layer} the scores of "
                "the word embeddings.",
            )
            (alone,) = explain(method, clf, [text], replace(OPTIONS, layer=layer))
            require_same(
                result,
                alone,
                f"The method {method.name!r} scores {text!r} at layer {layer} differently alone "
                "and in a batch.",
            )


def check_linear(method: Method) -> None:
    """Check that scores are weights times change on a linear model."""
    if "linear" not in method.promises:
        return
    clf = bag_of_words()
    text = "the film was never good but so very boring"  # one token per word
    for baseline in ("pad", "mask"):
        (result,) = explain(method, clf, [text], replace(OPTIONS, target=1, baseline=baseline))
        _check_special(method, result)
        expected = _weights_times_change(clf, text, baseline)
        errors = result.scores - expected
        if result.difference is None and result.margins is not None:
            errors = errors - errors.mean()  # it draws its own baselines, of unknown mean
        sampling = 0 if result.margins is None else 3 * result.margins
        require(
            (np.abs(errors) <= 0.02 * np.abs(expected).max() + sampling).all(),
            f"The method {method.name!r} promises to be linear, but on a linear model with the "
            f"baseline {baseline!r} its scores differ from weights times change by up to "
            f"{np.abs(errors).max():.2g}.",
        )


def _check_sum(method: Method, result: Attribution) -> None:
    name = f"The method {method.name!r} promises completeness"
    error = result.completeness_error
    if error is None:
        sentence = f"{name} but returns no difference between text and baseline."
        raise AssertionError(sentence)
    require(
        error <= _COMPLETE,
        f"{name}, but its scores of {result.text!r} add up to {result.token_scores.sum():.4g} "
        f"instead of {result.difference:.4g} (baseline {result.baseline!r}, {result.output}).",
    )
    _check_special(method, result)


def _check_special(method: Method, result: Attribution) -> None:
    require(
        not result.token_scores[result.token_segments < 0].any(),
        f"The method {method.name!r} scores special tokens, which do not change between "
        f"text and baseline, so it breaks its promises {method.promises}.",
    )


def _difference_to_masks(clf: BertClassifier, text: str) -> float:
    """Return how far the logit of class 1 is above that of as many mask tokens."""
    (encoding,) = clf.encode([text])
    ids = np.where(encoding.segments < 0, encoding.input_ids, clf.tokenizer.mask_token_id)
    with clf.inference(tokens=len(encoding)), torch.no_grad():
        logits = clf(**clf.collate([encoding, replace(encoding, input_ids=ids.tolist())]))
    return float(logits[0, 1] - logits[1, 1])


def _weights_times_change(clf: BertClassifier, text: str, baseline: str) -> NDArray[np.float32]:
    model = clf.model
    assert isinstance(model, BagOfWords)
    (encoding,) = clf.encode([text])
    table, weights = model.words.weight.detach(), model.readout.weight.detach()[1]
    start = {"pad": clf.tokenizer.pad_token_id, "mask": clf.tokenizer.mask_token_id}[baseline]
    change = table[encoding.input_ids] - table[start]
    worth: NDArray[np.float32] = (change @ weights).numpy()
    return worth[encoding.segments >= 0]
