"""An unknown name raises an error that suggests the nearest known one."""

from __future__ import annotations

import dataclasses

import pytest
from transformers import TrainingArguments

from bert_widgets import Trainer
from bert_widgets._common.options import unknown
from bert_widgets.training.hyperparameters import FORM, OTHER_NAMES
from tests.models import tiny_classifier

ROWS = [("a gem", "positive"), ("a bore", "negative")]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lr", "learning_rate"),
        ("epoch", "epochs"),
        ("num_train_epochs", "epochs"),
        ("warmup_ratio", "warmup"),
        ("label_smoothing_factor", "label_smoothing"),
        ("lr_scheduler_type", "schedule"),
        ("gradient_accumulation_steps", "gradient_accumulation"),
        ("batch_size", "batch_tokens"),
        *OTHER_NAMES.items(),
    ],
)
def test_a_name_of_another_library_is_answered_with_ours(name, meant):
    with pytest.raises(TypeError, match=f"option of Trainer '{name}': did you mean '{meant}'"):
        Trainer(tiny_classifier("bert"), ROWS, **{name: 1})


@pytest.mark.parametrize("name", ["dropout", "logging_steps", "x", ""])
def test_a_name_that_is_like_none_is_answered_with_all(name):
    with pytest.raises(TypeError, match=r"choose one of 'text', .*'seed'\.$"):
        Trainer(tiny_classifier("bert"), ROWS, **{name: 1})


def test_names_of_other_libraries_are_none_of_ours():
    ours = {"train", "valid", "folder", *(field.name for field in FORM)}
    assert set(OTHER_NAMES.values()) <= ours
    assert not ours & set(OTHER_NAMES)
    theirs = {field.name for field in dataclasses.fields(TrainingArguments)}
    assert len(theirs & set(OTHER_NAMES)) >= len(OTHER_NAMES) / 2


def test_an_exact_part_is_preferred_to_none():
    assert "did you mean 'negative'" in unknown("label", "neg", ["negative", "positive"])
