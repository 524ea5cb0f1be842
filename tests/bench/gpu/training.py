"""Training steps: ours compared with `transformers.Trainer` in bf16, tuned."""

from __future__ import annotations

import contextlib
import copy
import tempfile
from typing import TYPE_CHECKING, Any

import torch

import bert_widgets as bw
from tests.bench.gpu.timing import Measurement, StepClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.gpu.settings import Settings

EPOCHS = 100  # more than are ever reached: the clock stops the training


def ours(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Train with `bw.Trainer`, whose default precision on a GPU is bf16."""
    clf = copy.deepcopy(clf)
    labels = [clf.labels[i % len(clf.labels)] for i in range(len(texts))]
    tokens = len(clf.encode(texts[:1])[0])
    trainer = bw.Trainer(
        clf,
        list(zip(texts, labels, strict=True)),
        epochs=EPOCHS,
        batch_tokens=settings.train_batch * tokens,
        precision="bf16",
    )
    clock = StepClock(settings)
    events = iter(trainer)
    next(events)  # the first step also sets things up
    clock.step()
    with clock.counting():
        next(events)
    clock.step()
    for event in events:
        if event.kind == "step" and clock.step():
            break
    return clock.measurement()


def transformers_trainer(
    clf: bw.BertClassifier, texts: Sequence[str], settings: Settings
) -> Measurement:
    """Train with `transformers.Trainer` in bf16, tuned.

    All texts have the same length and are tensors already, so that no time goes into padding; no
    step waits for the GPU to check or log the loss.
    """
    from transformers import (
        PrinterCallback,
        Trainer,
        TrainerCallback,
        TrainerControl,
        TrainingArguments,
        default_data_collator,
    )

    clf = copy.deepcopy(clf)
    clock = StepClock(settings)
    counting = contextlib.ExitStack()

    class Clock(TrainerCallback):
        def on_step_begin(
            self, args: Any, state: Any, control: TrainerControl, **kwargs: Any
        ) -> None:
            if state.global_step == 1:
                counting.enter_context(clock.counting())

        def on_step_end(
            self, args: Any, state: Any, control: TrainerControl, **kwargs: Any
        ) -> None:
            counting.close()
            if clock.step():
                control.should_training_stop = True

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=settings.train_batch,
            bf16=True,
            logging_nan_inf_filter=False,
            logging_strategy="no",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=settings.device == "cpu",
            dataloader_pin_memory=settings.device != "cpu",
        )
        encoded = clf.tokenizer(list(texts), return_tensors="pt")
        rows = [
            {name: values[i] for name, values in encoded.items()} | {"labels": torch.tensor(i % 2)}
            for i in range(len(texts))
        ]
        trainer = Trainer(
            clf.model,
            arguments,
            train_dataset=rows,
            data_collator=default_data_collator,
            callbacks=[Clock()],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return clock.measurement()
