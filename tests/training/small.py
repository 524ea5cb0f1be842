"""Small trainings that take milliseconds, and comparisons of two of them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import threading

import numpy as np
import torch

from bert_widgets import Trainer
from bert_widgets.data.text_data import TextData
from bert_widgets.training.checkpoints import state as saving
from tests.models import tiny_classifier

NOUNS = ["film", "acting", "story", "soup", "café"]
GOOD, BAD = ["good", "gorgeous", "delightful"], ["bad", "boring", "unwatchable"]
DATA = [
    (f"The {noun} was {degree} {word}", label)
    for noun, degree, (label, words) in itertools.product(
        NOUNS, ["so", "rather", "surprisingly"], [("positive", GOOD), ("negative", BAD)]
    )
    for word in words
]
FEW = DATA[::4]
"""Both labels; texts of several lengths."""

FLIPPED = [(text, "negative" if label == "positive" else "positive") for text, label in DATA[:40:3]]
"""Validation texts with wrong labels: what is learnt makes their measures worse."""

TAGS = TextData(
    tuple(text for text, _ in FEW[:12]),
    tuple(text[-9:] for text, _ in FEW[:12]),
    np.array([["good" in text, len(text) > 24] for text, _ in FEW[:12]], np.float32),
    ("kind", "long"),
)
"""Pairs of texts with several labels."""

PATIENCE = 60
"""Seconds that no wait takes unless something is broken."""

FP32 = {"epochs": 2, "batch_tokens": 64, "precision": "fp32", "learning_rate": 1e-3}


def trainer(clf=None, data=FEW, valid=None, **options):
    """Return a trainer of a tiny BERT that computes in fp32."""
    return Trainer(clf or tiny_classifier("bert"), data, valid, **FP32 | options)


def tag_classifier(kind="bert"):
    return tiny_classifier(kind, labels=TAGS.classes, problem_type="multi_label")


def without_dropout(kind="bert", **options):
    clf = tiny_classifier(kind, **options)
    for module in clf.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        for name in ("attention_dropout", "dropout_prob"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, 0.0)
    return clf


def weights(clf):
    return torch.cat([p.detach().flatten() for p in clf.parameters()])


def everything(training):
    """Return the state of a training as plain values that compare equal bit for bit."""
    loop, history = training._loop, training.history
    snapshots, arrays = saving.probes.to_state(history.probe_history)
    position = dataclasses.asdict(loop.position) | {"seconds": 0}
    evaluation = history.evaluation and saving._plain(history.evaluation)
    return {
        "weights": {name: _bits(value) for name, value in training.clf.model.state_dict().items()},
        "optimizer": {name: _bits(value) for name, value in loop.learner.state().items()},
        "best": loop._best and {name: _bits(value) for name, value in loop._best.items()},
        "measured": {name: _bits(value) for name, value in history.tables().items()},
        "dynamics": {name: _bits(value) for name, value in training.dynamics.state().items()},
        "probe_history": [
            json.dumps(snapshots),
            {name: _bits(value) for name, value in arrays.items()},
        ],
        "notes": [(note.step, note.text) for note in history.notes],
        "evaluation": json.dumps(evaluation),
        "best_step": history.best_step,
        "position": position,
        "probes": training.probes,
        "hyperparameters": training.hyperparameters,
    }


def assert_same(first, second):
    ours, theirs = everything(first), everything(second)
    for part, value in ours.items():
        assert value == theirs[part], part


def epoch_ends(plan):
    """Return the number of steps at the end of each epoch of a plan."""
    return np.cumsum([len(list(plan.steps(epoch))) for epoch in range(plan.epochs)]).tolist()


def until(run, condition):
    """Wait until a condition holds; it is checked whenever the run notifies its subscribers."""
    changed = threading.Condition()

    def notify():
        with changed:
            changed.notify_all()

    unsubscribe = run.subscribe(notify)
    try:
        with changed:
            assert changed.wait_for(condition, PATIENCE)
    finally:
        unsubscribe()


def _bits(values):
    array = values.cpu().numpy() if isinstance(values, torch.Tensor) else values
    return str(array.dtype), array.shape, array.tobytes()
