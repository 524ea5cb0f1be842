"""In fp32 the seed determines every bit, in each process, whatever else runs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from bert_widgets import BertClassifier
from tests.models import KINDS, tiny_classifier
from tests.training.small import (
    DATA,
    PATIENCE,
    TAGS,
    assert_same,
    everything,
    tag_classifier,
    trainer,
)

ROOT = Path(__file__).parents[2]
OPTIONS = {"keep_best": True, "evaluate_every": 3, "gradient_accumulation": 2, "layer_decay": 0.8}


def fingerprint(folder):
    """Train the model of a folder; return a hash of the resulting state."""
    clf = BertClassifier.from_pretrained(folder, device="cpu")
    training = trainer(clf, DATA, DATA[:9], **OPTIONS)
    list(training)
    return hashlib.sha256(repr(everything(training)).encode()).hexdigest()


@pytest.mark.process
def test_another_process_gives_the_same_bits(tmp_path):
    tiny_classifier("bert").save_pretrained(tmp_path)
    script = (
        "import sys, torch; from tests.scenarios.test_reproducible import fingerprint;"
        "torch.set_num_threads(1); print(fingerprint(sys.argv[1]))"
    )
    process = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "3"}, check=True, capture_output=True,
    ).stdout  # fmt: skip
    assert process.decode().strip() == fingerprint(tmp_path)


@pytest.mark.parametrize("make", [lambda: (tiny_classifier("bert"), DATA, DATA[:9]),
                                  lambda: (tag_classifier(), TAGS, TAGS)])  # fmt: skip
def test_other_cells_do_not_change_a_training(make):
    alone, among_others = trainer(*make(), **OPTIONS), trainer(*make(), **OPTIONS)
    list(alone)
    for number, _ in enumerate(among_others):
        torch.manual_seed(number)
        torch.rand(3)
        among_others.clf.predict(["The film was so good"])
        torch.set_float32_matmul_precision(["highest", "medium"][number % 2])
    torch.set_float32_matmul_precision("highest")
    assert_same(among_others, alone)


def test_seeds_differ():
    runs = [trainer(data=DATA, epochs=1, seed=seed) for seed in (5, 5, 6)]
    for run in runs:
        list(run)
    first, same, other = (everything(run)["weights"] for run in runs)
    assert first == same
    assert first != other


def test_training_does_not_disturb_the_random_numbers_of_others():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    list(trainer())
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_random_numbers_drawn_during_training_are_independent_of_it(kind):
    """As another run does, or a cell that seeds torch and draws random numbers."""
    alone, beside = (trainer(tiny_classifier(kind), DATA) for _ in range(2))
    list(alone)
    other = torch.Generator().manual_seed(7)
    expected = torch.rand(1000, generator=other)
    begun, ended = threading.Event(), threading.Event()

    def draw():
        numbers = []
        while not ended.is_set():
            torch.manual_seed(7)
            numbers.append(torch.rand(1000))
            begun.set()
        return numbers

    with ThreadPoolExecutor(1) as cell:
        drawn = cell.submit(draw)
        assert begun.wait(PATIENCE)
        list(beside)
        ended.set()
    assert all(torch.equal(draws, expected) for draws in drawn.result())
    assert_same(beside, alone)


def test_watching_does_not_change_the_weights():
    """Neither probes nor reading history, dynamics and progress change the result."""
    plain, watched = trainer(data=DATA), trainer(data=DATA, probes=["The soup was bad", "good"])
    list(plain)
    for _ in watched:
        watched.history.to_frame()
        watched.dynamics.to_frame()
        assert watched.progress.memory
    assert len(watched.history.probe_history) > 1
    for part in ("weights", "optimizer", "measured", "dynamics"):
        assert everything(plain)[part] == everything(watched)[part]
