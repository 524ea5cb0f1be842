"""Many threads at once, and the event loop of a notebook."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

import numpy as np
import pytest

import bert_widgets as bw
from bert_widgets.testing.side_effect_checks import model_state
from bert_widgets.training.checkpoints.weights import copy_weights, put_back
from bert_widgets.widgets.shared.lock import widget_lock
from bert_widgets.widgets.shared.text_widget import TextWidget
from tests.faults.everything import DATA, WIDGETS, Examples
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, in_thread, joined, page_of

TEXTS = ["a good film", "the soup was bad and cold", "The acting was never so good"]
LABELLED = list(zip(TEXTS, ["positive", "negative", "negative"], strict=True)) * 3
METHODS = ["input_x_gradient", "occlusion", "saliency"]
SECONDS = 2.0
ROUNDING = 1e-5
"""What batches of other shapes may change: at most 4e-7 of probabilities, nothing of scores, was
measured."""

TRAINING = {"learning_rate": 1e-3, "warmup": 0, "batch_tokens": 32}


class States:
    """The weights after each step of a training, and what a classifier with them gives."""

    def __init__(self, clf):
        self.clf, self.weights = clf, [copy_weights(clf)]

    def note(self):
        self.weights.append(copy_weights(self.clf))

    def probabilities(self):
        """Return the predictions in each state: an array (states, texts, classes)."""
        other = tiny_classifier("bert")
        every = []
        for weights in self.weights:
            put_back(other, weights)
            every.append(other.predict(TEXTS).probabilities)
        return np.stack(every)

    def in_one_of(self, compute, result, near):
        """Whether a result is what is computed in one of the states that are near."""
        other = tiny_classifier("bert")
        for number in near:
            put_back(other, self.weights[number])
            if np.allclose(compute(other), result, atol=ROUNDING):
                return True
        return False


def uses(clf, widget):
    """What threads do again and again: each returns what was asked and its answer."""
    page = page_of(widget)
    turn = iter(range(10**9))

    def predict():
        return "predict", 0, clf.predict(TEXTS * 2).probabilities

    def attribute():
        method = METHODS[next(turn) % len(METHODS)]
        return method, 0, bw.attribute(clf, TEXTS * 2, method=method)

    def attention():
        return "attention", 1, bw.attention_maps(clf, TEXTS[1])

    def evaluate():
        return "evaluate", 0, clf.evaluate(LABELLED).loss

    def edit():
        text = next(turn) % len(TEXTS)
        page.tell(text=TEXTS[text])
        assert widget.wait(PATIENCE)
        return "edit", text, widget.attribution

    return predict, attribute, attention, evaluate, edit


def again_and_again(use, end, results, errors):
    """Use the model until the end, and until each kind of use has had its turn."""
    try:
        while time.monotonic() < end or (
            not every_kind(results) and time.monotonic() < end + PATIENCE
        ):
            results.append(use())
    except BaseException as error:
        errors.append(error)
        raise


def every_kind(results):
    return len({what for what, _, _ in results}) == 4 + len(METHODS)


def one_round(tried, seconds):
    clf = tiny_classifier("bert")
    widget = bw.TokenHighlights(clf, TEXTS[0], method="input_x_gradient")
    assert widget.wait(PATIENCE)
    bw.attention_maps(clf, TEXTS[0])
    before = model_state(clf)
    states, results, errors = States(clf), [], []
    run = bw.Run(bw.Trainer(clf, DATA, epochs=10_000, **TRAINING))
    run.subscribe(states.note)  # before it starts, or the first states would be missing
    run.start()
    end = time.monotonic() + seconds
    threads = [
        in_thread(lambda use=use: again_and_again(use, end, results, errors))
        for use in uses(clf, widget)
    ]
    assert joined(*threads), "a thread hangs"
    run.stop()
    run.wait(PATIENCE)
    assert not errors
    assert run.exception is None
    after = model_state(clf)
    for part in before.keys() - {"weights of the model"}:
        assert after[part] == before[part], part
    page_of(widget).tell(text=TEXTS[1])
    assert widget.wait(PATIENCE)
    assert agrees(widget)
    widget.close()
    states.note()
    assert every_kind(results)
    assert len(states.weights) > 3, "the training had no turn"
    check(states, results)
    tried(len(results))


def check(states, results):
    """Check each result against sequential ones in the states of the training."""
    every = states.probabilities()
    losses = [
        -np.log(
            [every[n, i, int(label == "positive")] for i, (_, label) in enumerate(LABELLED[:3])]
        )
        for n in range(len(every))
    ]

    def near(probabilities, texts):
        distances = np.abs(every[:, texts] - probabilities).max((1, 2))
        assert distances.min() < ROUNDING, "the prediction is of no state of the weights"
        return np.flatnonzero(distances < ROUNDING)

    for what, text, result in results:
        if what == "predict":
            near(result[:3], [0, 1, 2])
            np.testing.assert_allclose(result[:3], result[3:], atol=1e-5)
        elif what == "evaluate":
            assert np.abs(np.mean(losses, 1) - result).min() < 1e-4
        elif what == "attention":
            places = near(result.probabilities[None], [text])
            assert states.in_one_of(
                lambda clf, i=text: bw.attention_maps(clf, TEXTS[i]).weights, result.weights, places
            )
        elif what == "edit":
            assert result.text == TEXTS[text]
            places = near(result.probabilities[None], [text])
            assert states.in_one_of(
                lambda clf, i=text: (
                    bw.attribute(clf, TEXTS[i], method="input_x_gradient")[0].scores
                ),
                result.scores,
                places,
            )
        else:
            places = near(np.stack([one.probabilities for one in result[:3]]), [0, 1, 2])
            for first, second in zip(result[:3], result[3:], strict=True):
                np.testing.assert_allclose(first.scores, second.scores, atol=ROUNDING)
            assert states.in_one_of(
                lambda clf, how=what: bw.attribute(clf, TEXTS[1], method=how)[0].scores,
                result[1].scores,
                places,
            )


def test_every_result_is_that_of_one_state_of_the_weights(long, tried, monkeypatch):
    """Calls of six threads during a training: each result is of one state of the weights."""
    monkeypatch.setattr("bert_widgets.model.text_model.token_budget", lambda _device: 16)
    monkeypatch.setattr("bert_widgets.explain.attribution.job._GROUP_TOKENS", 16)
    for _ in range(60 if long else 1):
        one_round(tried, SECONDS)


def test_a_search_of_a_corpus_is_by_one_state_of_the_weights(long, tried, monkeypatch):
    """Searches of a corpus during a training: each by one state of the weights."""
    monkeypatch.setattr("bert_widgets.model.text_model.token_budget", lambda _device: 1)
    clf = tiny_classifier("bert")
    corpus, text, tokens = bw.Corpus(clf, TEXTS), TEXTS[1], (2, 3)
    widget = bw.AttentionMatrix(clf, text, layer=0, view="similar", corpus=corpus)
    page = page_of(widget)
    states = States(clf)
    run = bw.Run(bw.Trainer(clf, DATA, epochs=10_000, **TRAINING))
    run.subscribe(states.note)
    run.start()
    found = []
    for number in range(200 if long else 6):
        token = tokens[number % 2]
        if number % 3:
            found.append((token, corpus.similar(text, token, layer=0)["similarity"].tolist()))
        else:
            page.tell(token=token)
            assert widget.wait(PATIENCE)
            found.append((token, [match["similarity"] for match in widget.matches]))
        tried()
    run.stop()
    run.wait(PATIENCE)
    widget.close()
    states.note()
    assert len(states.weights) > 3, "the training had no turn"
    possible = {token: [] for token in tokens}
    other = tiny_classifier("bert")
    for weights in states.weights:
        put_back(other, weights)
        sequential = bw.Corpus(other, TEXTS)
        for token in tokens:
            possible[token].append(sequential.similar(text, token, layer=0)["similarity"].tolist())
    for token, similarities in found:
        distances = np.abs(np.array(possible[token]) - similarities).max(1)
        assert distances.min() < 1e-4, "the search is of no state of the weights"


@pytest.mark.parametrize("kind", WIDGETS)
def test_garbage_is_collected_while_another_thread_holds_the_lock(kind):
    """A thread that was starting once did not: it waited for the lock of who was waiting for it."""
    examples = Examples()
    widget = examples.make(kind)
    if isinstance(widget, TextWidget):
        assert widget.wait(PATIENCE)
    widget.close()
    gone = weakref.ref(widget)
    examples.close()
    del widget, examples
    with widget_lock:
        assert joined(in_thread(lambda: collected(gone))), "it waits for the lock"


def collected(gone):
    end = time.monotonic() + PATIENCE
    while gone() is not None:  # a thread that ends may still keep it
        assert time.monotonic() < end
        gc.collect()


def test_cells_of_an_event_loop_get_what_a_script_gets(tried):
    """Calls in an event loop and in its threads: the same results as one after another."""
    clf = tiny_classifier("bert")
    expected = clf.predict(TEXTS).probabilities
    scores = bw.attribute(clf, TEXTS[1], method="occlusion")[0].scores

    async def cells():
        run = bw.Trainer(tiny_classifier("bert", seed=1), DATA, epochs=1).start()
        predictions = [asyncio.to_thread(clf.predict, TEXTS) for _ in range(8)]
        explanations = [
            asyncio.to_thread(bw.attribute, clf, TEXTS[1], method="occlusion") for _ in range(4)
        ]
        widget = bw.TokenHighlights(clf, TEXTS[0], method="occlusion")
        widget.text = TEXTS[1]
        direct = clf.predict(TEXTS)
        gathered = await asyncio.gather(*predictions, *explanations)
        await asyncio.to_thread(run.wait)
        assert run.state == "finished"
        assert await asyncio.to_thread(widget.wait, PATIENCE)
        return [direct, *gathered[:8]], [widget.attribution, *(one for (one,) in gathered[8:])]

    predicted, explained = asyncio.run(asyncio.wait_for(cells(), PATIENCE))
    for prediction in predicted:
        np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-6)
        tried()
    for explanation in explained:
        np.testing.assert_allclose(explanation.scores, scores, atol=1e-5)
        tried()
    assert threading.current_thread() is threading.main_thread()
