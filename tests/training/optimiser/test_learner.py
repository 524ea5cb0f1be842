"""The result of a step does not depend on how it is split or on errors in between."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bert_widgets.data.text_data import TextData
from bert_widgets.text.token_arrays import tokenize
from bert_widgets.training import Hyperparameters
from bert_widgets.training.checkpoints.weights import copy_weights, put_back
from bert_widgets.training.optimiser.learner import Learner, NonFiniteError
from tests.models import KINDS, tiny_classifier
from tests.training.small import DATA, PATIENCE, assert_same, trainer, weights, without_dropout

ROWS = np.arange(12)


def learner(clf, data=None, notes=None, **options):
    texts = TextData.from_(DATA[::7], classes=clf.labels) if data is None else data
    tokens = tokenize(clf.tokenizer, texts.texts, texts.pairs, max_length=clf.max_length)
    chosen = Hyperparameters(**{"precision": "fp32", "max_grad_norm": 1e9} | options)
    note = (lambda _: None) if notes is None else notes.append
    return Learner(clf, texts, tokens, chosen, note=note)


def out_of_memory_above(clf, tokens):
    """Let the model's forward pass fail above a number of tokens, as a small GPU would."""

    def refuse(_module, _args, inputs):
        if inputs["input_ids"].numel() > tokens:
            raise torch.OutOfMemoryError

    return clf.register_forward_pre_hook(refuse, with_kwargs=True)


def assert_predict_the_same(first, second):
    """Weights may differ: where a gradient is all but zero AdamW turns rounding into a sign."""
    ours, theirs = (
        clf.predict([text for text, _ in DATA]).probabilities for clf in (first, second)
    )
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


@pytest.mark.parametrize("weights_given", [None, (0.2, 3.0)])
@pytest.mark.parametrize("kind", KINDS)
def test_accumulated_gradients_are_those_of_the_larger_batch(kind, weights_given):
    whole, parts = without_dropout(kind), without_dropout(kind)
    at_once = learner(whole, batch_tokens=10_000, class_weights=weights_given)
    accumulating = learner(parts, batch_tokens=20, class_weights=weights_given)
    for _ in range(2):
        ours, theirs = at_once.step(ROWS, 1e-3), accumulating.step(ROWS, 1e-3)
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-4)
        assert ours.gradient_norm == pytest.approx(theirs.gradient_norm, rel=1e-3)
        np.testing.assert_allclose(ours.probabilities, theirs.probabilities, atol=1e-4)
    gradients = [x.state() for x in (at_once, accumulating)]
    for name, value in gradients[0].items():
        if name.startswith("exp_avg/"):
            torch.testing.assert_close(gradients[1][name], value, rtol=1e-2, atol=1e-5)


def test_training_continues_from_weights_loaded_between_two_steps():
    """Such as the last good ones."""
    clf = without_dropout()
    continued, before = learner(clf), copy_weights(clf)
    first = continued.step(ROWS, 1e-3)
    put_back(clf, before)
    again = continued.step(ROWS, 0.0)
    assert again.loss == first.loss
    for name, value in copy_weights(clf).items():
        assert torch.equal(value, before[name]), name


def test_a_state_without_random_numbers_of_this_device_is_accepted():
    """A run that was saved on a machine without a GPU continues on one with a GPU."""
    saved, restored = learner(tiny_classifier("bert")), learner(tiny_classifier("bert"))
    saved.step(ROWS, 1e-3)
    state = {name: value for name, value in saved.state().items() if not name.startswith("random/")}
    restored.load(state)
    assert np.isfinite(restored.step(ROWS, 1e-3).loss)
    assert restored.state()["step/classifier.bias"] == 2


def test_dropout_differs_from_step_to_step():
    steps = learner(tiny_classifier("bert"))
    first, second = (steps.step(ROWS, 0.0).probabilities for _ in range(2))
    assert not np.allclose(first, second)
    other = learner(without_dropout())
    first, second = (other.step(ROWS, 0.0).probabilities for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_accumulation_gives_the_same_steps_as_larger_batches():
    training = trainer(without_dropout(), DATA, gradient_accumulation=4, batch_tokens=30, epochs=1)
    plan = list(training._loop.plan.after(0))
    list(training)
    same = learner(without_dropout(), training.train, batch_tokens=10_000, max_grad_norm=1.0)
    rates = training.history.columns("step")["learning_rate"]
    losses = [same.step(rows, rate).loss for rows, rate in zip(plan, rates, strict=True)]
    np.testing.assert_allclose(training.history.columns("step")["loss"], losses, rtol=1e-3)
    assert_predict_the_same(same._clf, training.clf)


def test_running_out_of_memory_halves_the_batches_until_they_fit_and_repeats_the_step():
    plenty, short = without_dropout(), without_dropout()
    notes = []
    never_full = learner(plenty, batch_tokens=512)
    often_full = learner(short, notes=notes, batch_tokens=512)
    hook = out_of_memory_above(short, 40)
    for _ in range(3):
        ours, theirs = never_full.step(ROWS, 1e-3), often_full.step(ROWS, 1e-3)
        assert theirs.loss == pytest.approx(ours.loss, rel=1e-4)
    hook.remove()
    assert_predict_the_same(short, plenty)
    assert notes == [
        f"Out of memory: batches are now computed in parts of at most {tokens} tokens."
        for tokens in (256, 128, 64, 32)
    ]
    assert int(often_full.state()["budget"]) == 32


def test_a_run_continues_after_running_out_of_memory_and_notes_it(tmp_path):
    plenty = trainer(without_dropout(), DATA)
    list(plenty)
    short = trainer(without_dropout(), DATA, folder=tmp_path)
    hook = out_of_memory_above(short.clf, 40)
    run = short.start()
    run.wait(PATIENCE)
    assert run.state == "finished"
    (note,) = short.history.notes
    assert "at most 32 tokens" in note.text
    hook.remove()
    ours, theirs = (x.history.columns("step")["loss"] for x in (short, plenty))
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)
    assert_same(type(short).resume(tmp_path), short)  # the budget too


def test_a_text_too_large_for_memory_raises_one_sentence_and_changes_nothing():
    clf = tiny_classifier("bert")
    out_of_memory_above(clf, 3)
    before = weights(clf)
    training = trainer(clf)
    run = training.start()
    with pytest.raises(MemoryError, match=r"Not even one text of .* tokens fits in memory"):
        run.wait(PATIENCE)
    assert run.state == "failed"
    assert torch.equal(weights(clf), before)
    assert training.progress.step == 0


def test_other_errors_are_not_mistaken_for_a_lack_of_memory():
    clf = tiny_classifier("bert")

    def fail(*_):
        msg = "something else"
        raise RuntimeError(msg)

    clf.register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="something else"):
        learner(clf).step(ROWS, 1e-3)


def spoil_word(clf, word):
    """Make the model overflow on one word, with weights that are all finite."""
    embedding = clf.model.get_input_embeddings().weight
    number = clf.tokenizer.get_vocab()[word]
    with torch.no_grad():
        embedding[number] = torch.tensor([3e38, -3e38]).repeat(embedding.shape[1] // 2)


def test_a_text_without_a_finite_loss_is_named_and_the_weights_kept():
    clf = tiny_classifier("bert")
    word = next(w for w in ("soup", "so", "film") if w in clf.tokenizer.get_vocab())
    texts = [row for row in DATA if f" {word} " not in row[0]]
    texts.insert(17, (f"The {word} was good", "positive"))
    spoil_word(clf, word)
    training = trainer(clf, texts)
    before = {}
    run = training.start()
    run.subscribe(lambda: before.setdefault(run.progress.step, weights(clf).clone()))
    with pytest.raises(FloatingPointError) as error:
        run.wait(PATIENCE)
    step = run.progress.step + 1
    assert f"at step {step} on training row 17 ('The {word} was good');" in str(error.value)
    assert "the weights are unchanged" in str(error.value)
    assert run.history.count("step") == step - 1
    replay = tiny_classifier("bert")
    spoil_word(replay, word)
    again = iter(trainer(replay, texts))
    for _ in range(step - 1):
        next(again)
    assert torch.equal(weights(clf), weights(replay))


def test_of_a_gradient_that_overflows_all_texts_of_the_step_are_named():
    clf = without_dropout()
    clf.model.classifier.weight.register_hook(lambda gradient: gradient * float("inf"))
    with pytest.raises(NonFiniteError) as error:
        learner(clf).step(ROWS, 1e-3)
    assert np.isfinite(error.value.loss)
    assert error.value.rows.tolist() == ROWS.tolist()
    with pytest.raises(FloatingPointError, match=r"The gradient norm became (inf|nan) at step 1"):
        next(iter(trainer(clf)))


def test_invalid_weights_roll_back_to_the_last_valid_ones():
    """A rate and a decay so large that the weights grow ninefold with each step."""
    clf = tiny_classifier("bert")
    good = weights(clf)
    training = trainer(
        clf, DATA, epochs=100, learning_rate=1.0, weight_decay=10.0, schedule="constant", warmup=0
    )
    with pytest.raises(FloatingPointError, match="the weights are restored to those of step 0"):
        list(training)
    assert training.progress.step > 5
    assert torch.equal(weights(clf), good)
