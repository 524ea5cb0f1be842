"""What TensorBoard reads is what the trainer measured."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bert_widgets.training import Event, Trainer
from bert_widgets.training.records.reporting import tensorboard
from tests.models import tiny_classifier

DATA = [("The film was so good", "positive"), ("The soup was so bad", "negative")] * 4


def scalars(folder):
    """Read {tag: (steps, values)} from the event files."""
    read = EventAccumulator(str(folder)).Reload()
    return {
        tag: ([event.step for event in read.Scalars(tag)], [e.value for e in read.Scalars(tag)])
        for tag in read.Tags()["scalars"]
    }


def test_a_run_is_read_back(tmp_path):
    trainer = Trainer(
        tiny_classifier("bert"), DATA, DATA, epochs=3, precision="fp32",
        report_to=tensorboard(tmp_path / "runs" / "first"),
    )  # fmt: skip
    list(trainer)
    written = scalars(
        tmp_path / "runs" / "first"
    )  # it ends with an evaluation, so everything is written
    for kind, group in (("step", "train"), ("evaluation", "validation")):
        columns = trainer.history.columns(kind)
        steps = columns.pop("step")
        del columns["epoch"]
        assert {tag for tag in written if tag.startswith(group)} == {
            f"{group}/{c}" for c in columns
        }
        for name, values in columns.items():
            assert written[f"{group}/{name}"][0] == steps.tolist()
            np.testing.assert_array_equal(written[f"{group}/{name}"][1], values.astype(np.float32))


def test_nothing_is_lost_when_the_reporter_is_deleted(tmp_path):
    report = tensorboard(tmp_path)
    report(Event("step", 1, 0.5, {"loss": 0.25}))
    report(Event("step", 2, 1.0, {"loss": float("nan")}))
    del report
    gc.collect()
    steps, values = scalars(tmp_path)["train/loss"]
    assert steps == [1, 2]
    np.testing.assert_array_equal(values, [0.25, np.nan])


def test_a_missing_package_raises_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)  # as if not installed
    with pytest.raises(ImportError, match=r'pip install "bert-widgets\[tensorboard\]"'):
        tensorboard(tmp_path)
