"""Memory that runs out, or an interrupt, in the middle of a computation."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from bert_widgets.testing.side_effect_checks import model_state
from bert_widgets.widgets.shared.text_widget import TextWidget
from tests.faults.everything import TEXT, WIDGETS
from tests.faults.forward_passes import OUT_OF_MEMORY, Broken
from tests.faults.uses import TEXTS, USES
from tests.models import tiny_classifier
from tests.training.small import trainer, without_dropout
from tests.widgets.pages import PATIENCE, agrees, in_thread, joined, page_of

OTHER = "The soup was bad"
ERRORS = [*OUT_OF_MEMORY, KeyboardInterrupt]


class Fail(TorchDispatchMode):
    """Raise an error at one operation, and count operations.

    Only those that make tensors count unless others are wanted, since others take no memory.
    """

    def __init__(self, operation=0, error=None, *, any_operation=False):
        super().__init__()
        self.at, self.error, self.operations = operation, error, 0
        self.any_operation = any_operation

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if self.any_operation or not function.overloadpacket.__name__.endswith("_"):
            self.operations += 1
            if self.operations == self.at:
                raise self.error
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("use", USES)
def test_the_model_is_left_as_it_was(use, long, tried):
    """Memory errors and interrupts at any operation: the model was left as it was."""
    clf = tiny_classifier("bert")
    compute = USES[use]
    try:
        compute(clf)  # what is prepared once is there afterwards
    except ValueError:
        assert use.endswith("deeplift"), "only DeepLift takes no model with attention"
        return
    with Fail() as counted:
        compute(clf)
    plain = clf.predict(TEXTS).probabilities
    chosen = np.random.default_rng(list(use.encode()))
    for number, make in enumerate(ERRORS * (10 if long else 1)):
        clf.train(bool(number % 2))
        before = model_state(clf)
        error, operation = make(), int(chosen.integers(1, counted.operations + 1))
        with contextlib.suppress(type(error)), Fail(operation, error):
            compute(clf)
        tried()
        assert model_state(clf) == before, (error, operation)
    answers = []
    assert joined(in_thread(lambda: answers.append(clf.predict(TEXTS).probabilities)))
    np.testing.assert_array_equal(answers[0], plain)


def test_a_step_of_a_training_is_repeated_whole(long, tried):
    """Memory errors at any operation of a training step: repeated as a whole, or given up."""

    def after_a_step(operation=0, error=None):
        training = trainer(without_dropout(), epochs=1)
        training.advance()  # all before the first step
        with contextlib.suppress(MemoryError), Fail(operation, error, any_operation=True) as fail:
            training.advance()
        while not training.progress.step:  # not even one text fits: the caller tries again
            training.advance()
        return fail.operations, training

    operations, plain = after_a_step()
    expected = weights_and_moments(plain)
    places = range(1, operations + 1)
    given_up = 0
    for operation in places if long else [*places[:-80:40], *places[-80:-9:10], *places[-9:]]:
        tried()
        try:
            _, training = after_a_step(operation, MemoryError("no room"))
        except RuntimeError as error:
            if "The update of step 1 failed midway" not in str(error):
                raise
            given_up += 1
            continue
        ours = weights_and_moments(training)
        assert ours.keys() == expected.keys()
        for name, value in expected.items():
            torch.testing.assert_close(ours[name], value, msg=f"{name} at {operation}")
    assert 0 < given_up < 10, "all that precedes the update can be repeated"


def weights_and_moments(training):
    """Return them by name, without key biases: their gradient is zero but for rounding."""
    moments = ("step/", "exp_avg/", "exp_avg_sq/")
    state = {n: v for n, v in training._loop.learner.state().items() if n.startswith(moments)}
    weights = training.clf.state_dict()
    return state | {n: v for n, v in weights.items() if not n.endswith("key.bias")}


WAYS = [
    (widget, by_page)
    for widget in WIDGETS
    if issubclass(widget, TextWidget)
    for by_page in ([False, True] if widget.text.metadata.get("page") else [False])
]


@pytest.mark.parametrize(("kind", "by_page"), WAYS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_widget_says_what_happened_and_goes_on(kind, by_page, monkeypatch, long, tried):
    """Memory errors and interrupts in a widget: a sentence, and the next question answered."""
    clf = tiny_classifier("bert")
    widget = kind(clf, TEXT)
    assert widget.wait(PATIENCE)
    before = model_state(clf)
    broken = Broken(monkeypatch)
    reported = 0
    for number, make in enumerate(ERRORS * (8 if long else 3)):
        broken.error, broken.left = make(), 1 + number // len(ERRORS)
        ask(widget, f"{OTHER} {number}", by_page)
        reported += bool(widget.error)
        assert agrees(widget)
        broken.left = 0
        ask(widget, TEXTS[2], by_page)
        assert widget.error == ""
        assert agrees(widget)
        expected = clf.predict(TEXTS[2]).probabilities[0]
        np.testing.assert_allclose(widget.probabilities, expected, atol=1e-6)
        assert model_state(clf) == before
        tried()
    assert reported >= len(ERRORS)
    widget.close()


def ask(widget, text, by_page):
    if by_page:
        page_of(widget).tell(text=text)
    else:
        with contextlib.suppress(KeyboardInterrupt):
            widget.text = text
    assert widget.wait(PATIENCE)
