"""Training on a GPU agrees with training on the CPU."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets import Trainer
from tests.models import tiny_classifier
from tests.training.test_trainer import DATA

OPTIONS = {"epochs": 3, "batch_tokens": 64, "learning_rate": 1e-3}


def without_dropout(kind="bert"):
    clf = tiny_classifier(kind)
    for module in clf.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return clf


def probabilities(clf):
    return clf.predict([text for text, _ in DATA]).probabilities


def test_fp32_learns_the_same_on_both():
    on_cpu, on_gpu = without_dropout(), without_dropout().to("cuda")
    for clf in (on_cpu, on_gpu):
        list(Trainer(clf, DATA, precision="fp32", **OPTIONS))
    np.testing.assert_allclose(probabilities(on_gpu), probabilities(on_cpu), atol=2e-3)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_bf16_learns(compiled):
    clf = tiny_classifier("bert").to("cuda")
    trainer = Trainer(clf, DATA, DATA, compile=compiled, **OPTIONS | {"epochs": 20})
    assert dict(trainer.settings)["precision"].startswith("bf16")
    list(trainer)
    losses = trainer.history.columns("evaluation")["loss"]
    assert losses[-1] < 0.6 * losses[0]


def test_resume_restores_the_random_state_of_the_gpu(tmp_path):
    uninterrupted = tiny_classifier("bert").to("cuda")
    list(Trainer(uninterrupted, DATA, precision="fp32", **OPTIONS))

    interrupted = Trainer(
        tiny_classifier("bert").to("cuda"), DATA, precision="fp32", folder=tmp_path,
        checkpoint_every=3, **OPTIONS,
    )  # fmt: skip
    for event in interrupted:
        if event.step == 8:
            break
    resumed = Trainer.resume(tmp_path, device="cuda")
    assert resumed.progress.step in (6, 8)
    list(resumed)
    np.testing.assert_allclose(probabilities(resumed.clf), probabilities(uninterrupted), atol=1e-4)


def test_running_out_of_memory_splits_the_batches_and_continues():
    clf = without_dropout().to("cuda")
    hook = clf.model.register_forward_pre_hook(refuse_more_than_32_tokens, with_kwargs=True)
    trainer = Trainer(clf, DATA, precision="fp32", **OPTIONS)
    list(trainer)
    hook.remove()
    assert "Out of memory" in trainer.history.notes[0].text
    assert trainer.progress.step == trainer.progress.total_steps


def refuse_more_than_32_tokens(_module, _args, inputs):
    if inputs["input_ids"].numel() > 32:
        torch.empty(2**50, dtype=torch.uint8, device="cuda")
