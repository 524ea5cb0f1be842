"""Each hyper-parameter is named, bounded and explained once; the form is made from that."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.training import Hyperparameters, loop
from bert_widgets.training.hyperparameters import FORM
from tests.models import tiny_classifier
from tests.training.small import DATA, everything, trainer

FIELDS = {field.name: field for field in FORM}
NUMBERS = [field.name for field in FORM if field.kind in ("integer", "number")]


def values(field):
    """A strategy of values that fit a field."""
    least = field.least if field.above is None else math.nextafter(field.above, math.inf)
    most = 1e6 if field.most is None else field.most
    fitting = {
        "integer": lambda: st.integers(math.ceil(least), int(most)),
        "number": lambda: st.floats(least, most),
        "choice": lambda: st.sampled_from(field.choices),
        "flag": st.booleans,
    }[field.kind]()
    return st.none() | fitting if field.optional else fitting


def test_the_form_has_each_field_once_and_in_order():
    assert [field.name for field in FORM] == [
        field.name for field in dataclasses.fields(Hyperparameters)
    ]
    for field in FORM:
        assert field.label
        assert field.help.endswith(".")


def test_kind_and_choices_of_a_field_follow_from_the_annotation():
    kinds = {
        "epochs": ("integer", (), False),
        "learning_rate": ("number", (), False),
        "batch_tokens": ("integer", (), True),
        "keep_best": ("flag", (), False),
        "schedule": ("choice", ("linear", "cosine", "constant"), False),
        "class_weights": ("choice", ("balanced",), True),
    }
    for name, expected in kinds.items():
        field = FIELDS[name]
        assert (field.kind, field.choices, field.optional) == expected


def test_the_docstring_explains_each_hyperparameter_as_the_form_does():
    lines = Hyperparameters.__doc__.split("\n")
    assert [line for line in lines if line in FIELDS] == list(FIELDS)
    words = " ".join(Hyperparameters.__doc__.split())
    for field in FORM:
        explanation = field.help.split(" Empty: ")[0].split(" None: ")[0]
        assert f"{field.name} {explanation}" in words
    assert words.index("Attributes") < words.index("Raises") < words.index("Examples")
    assert max(map(len, lines)) <= 92


@given(st.fixed_dictionaries({name: values(field) for name, field in FIELDS.items()}))
def test_valid_values_are_accepted_and_survive_json(given_values):
    chosen = Hyperparameters(**given_values)
    for name, value in given_values.items():
        assert getattr(chosen, name) == value
    assert Hyperparameters(**json.loads(json.dumps(dataclasses.asdict(chosen)))) == chosen
    assert Hyperparameters().changed(**given_values) == chosen


@given(st.data(), st.sampled_from(NUMBERS))
def test_values_out_of_bounds_raise_one_sentence_with_the_value(data, name):
    field = FIELDS[name]
    wrong = [st.sampled_from(["3", True, math.nan, math.inf, -math.inf, [1]])]
    if field.kind == "integer":
        wrong.append(st.floats(field.least, 99).filter(lambda x: x != int(x)))
    if field.least is not None:
        wrong.append(st.floats(max_value=field.least, exclude_max=True))
    if field.above is not None:
        wrong.append(st.floats(max_value=field.above))
    if field.most is not None:
        wrong.append(st.floats(min_value=field.most, exclude_min=True))
    value = data.draw(st.one_of(wrong))
    with pytest.raises(ValueError, match=f"{name}=") as error:
        Hyperparameters(**{name: value})
    assert repr(value) in str(error.value)
    assert str(error.value).count(". ") == 0
    assert "must be a" in str(error.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"schedule": "linaer"}, "'linaer'.*'linear'"),
        ({"best_by": "acc"}, "'acc'"),
        ({"precision": "fp23"}, "'fp23'.*'fp32'"),
        ({"keep_best": 1}, "keep_best=1 .*True or False"),
        ({"class_weights": "balance"}, "'balance'.*'balanced'"),
        ({"class_weights": [1, -1]}, "class_weights=-1 .*above 0"),
        ({"class_weights": [1, "a"]}, "class_weights='a'"),
        ({"class_weights": 2}, "class_weights=2 .*one number per class, or 'balanced'"),
        ({"epochs": None}, "epochs=None"),
    ],
)
def test_other_invalid_values_raise_one_sentence_too(values, message):
    with pytest.raises(ValueError, match=message):
        Hyperparameters(**values)


def test_numpy_numbers_are_accepted_as_plain_ones():
    chosen = Hyperparameters(
        epochs=np.int64(2), learning_rate=np.float32(0.5), class_weights=np.array([1.0, 2.0])
    )
    assert [type(v) for v in (chosen.epochs, chosen.learning_rate)] == [int, float]
    assert chosen.class_weights == (1.0, 2.0)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(TypeError, match=r"'learning_rat'.*'learning_rate'"):
        Hyperparameters().changed(learning_rat=1)


def test_configuring_before_the_first_step_equals_passing_the_value():
    options = {
        "epochs": 3,
        "batch_tokens": 40,
        "gradient_accumulation": 2,
        "seed": 4,
        "frozen_layers": 1,
    }
    given_first, configured = trainer(**options), trainer(learning_rate=0.5)
    assert configured.learning_rate == 0.5
    configured.configure(**options)
    configured.learning_rate = 1e-3
    assert configured.hyperparameters == given_first.hyperparameters
    assert dict(configured.settings) == dict(given_first.settings)
    for training in (given_first, configured):
        list(training)
    assert everything(given_first) == everything(configured)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"batch_tokens": 8},
            r"batch_tokens=8 is less than the length of the longest .* use at least \d+",
        ),
        ({"frozen_layers": 3}, "frozen_layers=3 does not fit a model of 2 layers; use 0 to 2"),
        ({"class_weights": [1, 2, 3]}, "3 numbers; give one for each of negative, positive"),
        ({"patience": 1}, "patience=1 needs validation texts"),
        ({"keep_best": True}, "keep_best=True needs validation texts"),
        ({"checkpoint_every": 1}, "checkpoint_every=1 needs a folder"),
        ({"learning_rate": 0}, "learning_rate=0 .*above 0"),
    ],
)
def test_values_invalid_for_data_or_model_change_nothing(changes, message):
    clf, data = tiny_classifier("bert"), [("so good " * 9, "positive"), *DATA]
    with pytest.raises(ValueError, match=message):
        trainer(clf, data, **changes)
    given_trainer = trainer(clf, data)
    before = everything(given_trainer)
    with pytest.raises(ValueError, match=message):
        given_trainer.configure(**changes)
    assert everything(given_trainer) == before
    assert next(iter(given_trainer)).step == 1


def test_configuring_builds_only_what_is_used(monkeypatch):
    built = []

    class CountedPlan(loop.Plan):
        def __init__(self, *args, **options):
            built.append("plan")
            super().__init__(*args, **options)

    class CountedLearner(loop.Learner):
        def __init__(self, *args, **options):
            built.append("learner")
            super().__init__(*args, **options)

    monkeypatch.setattr(loop, "Plan", CountedPlan)
    monkeypatch.setattr(loop, "Learner", CountedLearner)
    given_trainer = trainer()
    for changes in ({"epochs": 1}, {"seed": 3}, {"weight_decay": 0.5}):
        given_trainer.configure(**changes)
    assert built == []
    assert given_trainer.progress.total_steps > 0
    given_trainer.configure(weight_decay=0.1)
    assert given_trainer.progress.epochs == 1
    next(iter(given_trainer))
    assert built == ["plan", "learner"]


def test_a_learning_rate_set_during_the_run_is_the_hyperparameter():
    given_trainer = trainer(epochs=4, schedule="constant", warmup=0, learning_rate=1e-3)
    events = iter(given_trainer)
    assert next(events).values["learning_rate"] == 1e-3
    given_trainer.learning_rate = 5e-4
    assert given_trainer.hyperparameters.learning_rate == 5e-4
    assert next(events).values["learning_rate"] == 5e-4


def test_after_the_first_step_only_the_learning_rate_may_change():
    given_trainer = trainer()
    next(iter(given_trainer))
    with pytest.raises(RuntimeError, match="begun; only its learning_rate"):
        given_trainer.configure(epochs=9)
    given_trainer.learning_rate = 5e-4
    assert given_trainer.learning_rate == 5e-4
