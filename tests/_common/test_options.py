"""An unknown name raises an error that suggests the nearest known one."""

from __future__ import annotations

import copy
import dataclasses
from typing import ClassVar

import pytest
from transformers import TrainingArguments

from bert_widgets import Trainer
from bert_widgets._common.options import named_options, unknown
from bert_widgets._common.other_names import OtherNames
from bert_widgets.training.hyperparameters import FORM
from bert_widgets.training.other_names import ATTRIBUTES, INSTEAD, OTHER_NAMES
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


@pytest.mark.parametrize("name", INSTEAD)
def test_a_name_without_an_equivalent_is_answered_with_what_to_do(name):
    with pytest.raises(TypeError) as caught:
        Trainer(tiny_classifier("bert"), ROWS, **{name: 1})
    assert str(caught.value) == f"Unknown option of Trainer '{name}': {INSTEAD[name]}"


def test_a_batch_size_is_answered_with_the_size_of_a_batch_in_tokens():
    with pytest.raises(TypeError, match="tokens, not texts: batch_tokens=2048 holds 32 texts"):
        Trainer(tiny_classifier("bert"), ROWS, batch_size=32)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_method_of_another_trainer_is_answered_with_ours(name):
    trainer = Trainer(tiny_classifier("bert"), ROWS)
    with pytest.raises(AttributeError, match=f"A Trainer has no '{name}': "):
        getattr(trainer, name)
    assert not hasattr(Trainer, name)


class Base(OtherNames):
    _other_names: ClassVar = {"size": "call len()."}

    @property
    def broken(self):
        return self.missing


def test_other_names_leave_the_errors_of_other_attributes_as_they_are():
    with pytest.raises(AttributeError, match=r"^A Base has no 'size': call len\(\)\.$"):
        _ = Base().size
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        _ = Base().other
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        _ = Base().broken
    assert copy.deepcopy(Base()).__dict__ == {}


def test_an_argument_that_needs_a_name_is_answered_with_the_names():
    @named_options
    def cut(text, *, start=0, end=1):
        return text[start:end]

    assert cut("abc", end=2) == "ab"
    with pytest.raises(TypeError, match="takes 2 only with a name: one of start=, end="):
        cut("abc", 2)


def test_an_exact_part_is_preferred_to_none():
    assert "did you mean 'negative'" in unknown("label", "neg", ["negative", "positive"])
