"""Checks that a method leaves the model and the global random states as they were."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from .._common._compat import attention_implementation
from .._common.progress import Cancelled, cancelled_by
from .harness import OPTIONS, TEXTS, explain, require

if TYPE_CHECKING:
    from ..explain.attribution.method import Method
    from ..model.classifier import BertClassifier


def require_unchanged(
    method: Method, before: dict[str, object], after: dict[str, object], when: str = ""
) -> None:
    """Raise an AssertionError if two states of a model differ."""
    for part, value in before.items():
        require(
            after[part] == value,
            f"The method {method.name!r} changes the {part}; restore it{when}.",
        )


def model_state(clf: BertClassifier) -> dict[str, object]:
    """Return what a method must leave as it is, each part by its name."""
    model = clf.model
    parameters = dict(model.named_parameters())
    modules = dict(model.named_modules())
    return {
        "mode of the model (training or evaluation)": {n: m.training for n, m in modules.items()},
        "weights of the model": {
            n: p.detach().cpu().numpy().tobytes() for n, p in parameters.items()
        },
        "gradients of the weights": {n: p.grad is None for n, p in parameters.items()},
        "requires_grad of the weights": {n: p.requires_grad for n, p in parameters.items()},
        "attention implementation of the model": attention_implementation(model),
        "hooks of the model": {n: _hooks(m) for n, m in modules.items()},
        "attributes of the model": {n: sorted(vars(m)) for n, m in modules.items()},
        "grad mode of torch": torch.is_grad_enabled(),
    }


def check_model_unchanged(method: Method, clf: BertClassifier) -> None:
    """Check mode, weights and hooks of the model after scores, an error and cancelling."""
    was_training = clf.training
    for training in (True, False):
        clf.train(training)
        before = model_state(clf)
        explain(method, clf, TEXTS)
        require_unchanged(method, before, model_state(clf))
        for error in (RuntimeError, KeyboardInterrupt):
            _check_error(method, clf, error)
        _check_cancelling(method, clf)
    clf.train(was_training)


def check_random_states(method: Method, clf: BertClassifier) -> None:
    """Check that the seed decides all that is drawn, and no global random state changes."""
    before = _random_states()
    first, second = (explain(method, clf, TEXTS, replace(OPTIONS, seed=3)) for _ in range(2))
    require(
        _random_states() == before,
        f"The method {method.name!r} changes a global random state; draw from Problem.random.",
    )
    for attribution, repeated in zip(first, second, strict=True):
        require(
            np.array_equal(attribution.token_scores, repeated.token_scores),
            f"The method {method.name!r} gives different scores for the same seed; draw from "
            "Problem.random.",
        )


def _check_error(method: Method, clf: BertClassifier, error: type[BaseException]) -> None:
    passes = []

    def fail(*_args: object) -> None:
        passes.append(1)
        raise error

    known = np.full((1, len(clf.labels)), 1 / len(clf.labels), np.float32)
    hook = clf.model.register_forward_hook(fail)
    before = model_state(clf)
    hidden = True
    try:
        explain(method, clf, TEXTS[:1], probabilities=known)
    except error:
        hidden = False
    finally:
        after = model_state(clf)
        hook.remove()
    require(
        not (passes and hidden),
        f"The method {method.name!r} hides a {error.__name__} that the model raises.",
    )
    require_unchanged(method, before, after, ", also if the model raises an error")


def _check_cancelling(method: Method, clf: BertClassifier) -> None:
    before, cancelled = model_state(clf), threading.Event()
    cancelled.set()
    try:
        with cancelled_by(cancelled):
            explain(method, clf, TEXTS)
    except Cancelled:
        require_unchanged(method, before, model_state(clf), ", also if the work is cancelled")
    else:
        sentence = (
            f"The method {method.name!r} continues after the work was cancelled; run the model in "
            "batches of Problem.batches, which raise Cancelled."
        )
        raise AssertionError(sentence)


def _hooks(module: torch.nn.Module) -> list[int]:
    return [len(hooks) for name, hooks in vars(module).items() if name.endswith("_hooks")]


def _random_states() -> tuple[object, ...]:
    legacy = np.random.get_state()  # noqa: NPY002 - the global state, which nobody should touch
    return torch.get_rng_state().tolist(), str(legacy), random.getstate()
