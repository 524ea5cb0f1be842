from __future__ import annotations

import dataclasses
import pickle
import threading

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bert_widgets._common.progress import Cancelled, cancelled_by
from bert_widgets.explain import METHODS, Method, attribute
from bert_widgets.explain.attribution.methods.shapley import MOST_UNITS
from bert_widgets.explain.attribution.problem import Scores
from tests.models import KINDS, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"
WORDS = [
    "film",
    "not",
    "bad",
    "gorgeous",
    "café",
    "🙂",
    "电影",
    "wasn't",
    "unwatchable",
    "[SEP]",
]

# DeepLift refuses all of these models; test_through_captum.py says why.
WILLING = [name for name in METHODS if name != "deeplift"]

some_texts = st.lists(
    st.tuples(st.just("story"), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)).map(
        " ".join
    ),
    max_size=5,
)


def close(attribution, expected) -> None:
    size = np.abs(expected.token_scores).sum()
    assert np.abs(attribution.token_scores - expected.token_scores).sum() <= 0.01 * size
    np.testing.assert_allclose(attribution.probabilities, expected.probabilities, atol=1e-5)


@settings(deadline=None, max_examples=15)
@given(texts=some_texts)
def test_scores_depend_on_neither_batch_nor_order(texts) -> None:
    clf = tiny_classifier("bert")
    together = attribute(clf, texts, tolerance=1e-4)
    backwards = attribute(clf, texts[::-1], tolerance=1e-4)[::-1]
    assert [a.text for a in together] == texts
    for text, attribution, again in zip(texts, together, backwards, strict=True):
        close(attribution, attribute(clf, text, tolerance=1e-4)[0])
        close(again, attribution)


@settings(deadline=None, max_examples=20)
@given(
    kind=st.sampled_from(KINDS),
    texts=some_texts.filter(bool),
    method=st.sampled_from(WILLING),
)
def test_a_word_has_the_sum_of_its_token_scores_and_its_place_in_the_text(
    kind, texts, method
) -> None:
    clf = tiny_classifier(kind)
    most = max(len(encoding.words) for encoding in clf.encode(texts))
    assume(method != "exact_shapley" or most <= MOST_UNITS)
    for attribution in attribute(clf, texts, method=method):
        for number, score in enumerate(attribution.scores):
            tokens = attribution.token_scores[attribution.word_of_token == number]
            assert len(tokens)
            assert score == pytest.approx(tokens.sum(), abs=1e-4)
        frame = attribution.to_frame()
        assert list(frame) == ["word", "score", "start", "end", "segment"]
        assert [attribution.text[s:e] for s, e in zip(frame.start, frame.end, strict=True)] == list(
            frame.word
        )
        assert attribution.scores.dtype == attribution.token_scores.dtype == np.float32
        if method == "integrated_gradients":
            assert not attribution.token_scores[attribution.token_segments < 0].any()


def test_scripts_without_spaces_and_symbols_are_scored_word_by_word() -> None:
    chinese = attribute(tiny_classifier("chinese"), "电影🙂很 好!")[0]
    assert chinese.words == ("电", "影", "🙂", "很", "好", "!")
    joined = attribute(tiny_classifier("roberta"), "café👨‍👩‍👧!")[0]
    assert joined.words == ("café", "👨‍👩‍👧", "!")
    assert (joined.word_of_token == 1).sum() > 1


def test_texts_have_the_same_forms_as_for_predict() -> None:
    clf = tiny_classifier("bert")
    assert len(attribute(clf, [])) == 0
    assert [a.text for a in attribute(clf, pd.Series(["bad", "good"], index=[7, 3]))] == [
        "bad",
        "good",
    ]
    single = attribute(clf, "bad")[0]
    assert (single.text, single.pair) == ("bad", None)


@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v2"])
def test_both_texts_of_a_pair_are_scored(kind: str) -> None:
    clf = tiny_classifier(kind)
    pairs = [("a good film", "so bad"), ("bad", "the story was delightful")]
    for (text, pair), attribution in zip(pairs, attribute(clf, pairs), strict=True):
        assert (attribution.text, attribution.pair) == (text, pair)
        words = [
            (text, pair)[s][a:b]
            for s, (a, b) in zip(attribution.word_segments, attribution.word_offsets, strict=True)
        ]
        assert attribution.words == tuple(words) == tuple((text + " " + pair).split())
        assert attribution.completeness_error < 0.01
        assert np.abs(attribution.scores[attribution.word_segments == 1]).sum() > 0
    np.testing.assert_allclose(
        attribute(clf, pairs[0])[0].probabilities, clf.predict(pairs[0]).probabilities[0], atol=1e-5
    )


def test_target_is_a_name_a_number_or_the_predicted_class() -> None:
    clf = tiny_classifier("electra", labels=("bad", "middling", "good"))
    texts = [TEXT, "delightful soup", "boring"]
    for number, name in enumerate(clf.labels):
        for named, numbered in zip(
            attribute(clf, texts, target=name),
            attribute(clf, texts, target=np.int64(number)),
            strict=True,
        ):
            assert named.target == numbered.target == name
            np.testing.assert_array_equal(named.token_scores, numbered.token_scores)
    predicted = attribute(clf, texts)
    assert tuple(a.target for a in predicted) == clf.predict(texts).labels
    by_class = [attribute(clf, TEXT, target=i, tolerance=1e-4)[0] for i in range(3)]
    close(attribute(clf, TEXT, tolerance=1e-4)[0], by_class[clf.labels.index(predicted[0].target)])
    assert not np.allclose(by_class[0].scores, by_class[1].scores)


def test_several_labels_at_once() -> None:
    clf = tiny_classifier("bert", labels=("funny", "sad", "long"), problem_type="multi_label")
    attribution = attribute(clf, TEXT)[0]
    np.testing.assert_allclose(
        attribution.probabilities, clf.predict(TEXT).probabilities[0], atol=1e-5
    )
    assert attribution.probabilities.sum() != pytest.approx(1, abs=0.01)
    assert attribution.target == clf.labels[attribution.probabilities.argmax()]
    assert attribute(clf, TEXT, target="sad")[0].completeness_error < 0.01


def test_a_result_is_frozen_and_survives_pickling() -> None:
    attribution = attribute(tiny_classifier("bert"), ("good", "bad film"))[0]
    again = pickle.loads(pickle.dumps(attribution))  # noqa: S301
    for field in dataclasses.fields(attribution):
        before, after = getattr(attribution, field.name), getattr(again, field.name)
        np.testing.assert_array_equal(before, after)
        assert type(before) is type(after)
    with pytest.raises(dataclasses.FrozenInstanceError):
        attribution.target = "other"


def test_completeness_is_stated_only_where_it_is_promised() -> None:
    attribution = attribute(tiny_classifier("bert"), TEXT, method="input_x_gradient")[0]
    assert attribution.completeness_error is attribution.difference is None
    assert attribution.method == "input_x_gradient"
    assert all(method.name == name for name, method in METHODS.items())
    for name in WILLING:
        method = METHODS[name]
        complete = attribute(tiny_classifier("bert"), TEXT, method=name)[0].completeness_error
        assert ("completeness" in method.promises) == (complete is not None)


def test_a_method_is_added_by_adding_one_object(monkeypatch) -> None:
    def lengths(problem):
        assert not problem.clf.training
        return [
            Scores((e.offsets[:, 1] - e.offsets[:, 0]).astype(np.float32))
            for e in problem.encodings
        ]

    method = Method("lengths", "Characters", "none", (), "nothing", lengths)
    monkeypatch.setitem(METHODS, method.name, method)
    attributions = attribute(tiny_classifier("bert"), ["unwatchable film", "bad"], method="lengths")
    assert [a.scores.tolist() for a in attributions] == [[11, 4], [3]]


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        (
            {"method": "integrated_gradient"},
            ValueError,
            "Unknown method .* did you mean 'integrated_gradients'",
        ),
        ({"target": "positiv"}, ValueError, "Unknown target 'positiv': did you mean 'positive'"),
        ({"target": 2}, ValueError, "Unknown target 2: choose one of 'negative', 'positive'"),
        ({"target": -1}, ValueError, "Unknown target -1"),
        ({"tolerance": 0}, ValueError, "tolerance of 0 cannot be met"),
        ({"tolerance": float("nan")}, ValueError, "tolerance of nan cannot be met"),
        ({"tolerence": 0.1}, TypeError, "did you mean 'tolerance'"),
        ({"target": ("positive", "neg")}, ValueError, "Unknown target 'neg': did you mean"),
        ({"target": (1, 1)}, ValueError, "Log-odds need two different labels"),
        (
            {"target": (1, 0), "output": "probability"},
            ValueError,
            "log-odds need two labels and the output 'logit'",
        ),
        ({"samples": 0}, ValueError, "samples=0 is invalid"),
        ({"output": "logits"}, ValueError, "Unknown output 'logits': did you mean 'logit'"),
        ({"unit": "word"}, ValueError, "Unknown unit 'word': did you mean 'words'"),
        ({"unit": [(3, 1)]}, ValueError, r"\(3, 1\) is not a valid span"),
        ({"unit": [(0, 1, 2)]}, ValueError, "is not a valid span"),
        ({"unit": [("a", 1)]}, ValueError, "is not a valid span"),
        ({"baseline": "masks"}, ValueError, "Unknown baseline 'masks': did you mean 'mask'"),
        ({"baseline": np.zeros(5)}, ValueError, r"shape \(5,\) does not fit.*32 finite numbers"),
        ({"baseline": np.full(32, np.nan)}, ValueError, "32 finite numbers"),
        ({"precision": "fp16"}, ValueError, "Unknown precision 'fp16'"),
    ],
)
def test_invalid_options_raise_one_sentence(options, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        attribute(tiny_classifier("bert"), "bad", **options)


def test_invalid_texts_are_named_by_their_position() -> None:
    with pytest.raises(TypeError, match="Text 1 is 3"):
        attribute(tiny_classifier("bert"), ["bad", 3])


def state(clf):
    model = clf.model
    return (
        clf.training,
        model.training,
        model.config._attn_implementation,
        [p.requires_grad for p in model.parameters()],
        len(model.get_input_embeddings()._forward_hooks),
        torch.is_grad_enabled(),
    )


def test_short_texts_are_explained_with_plain_attention_and_dropout_off() -> None:
    clf = tiny_classifier("bert").train()
    before = state(clf)
    assert before[2] == "sdpa"
    seen = []

    def note(*_args) -> None:
        seen.append((clf.training, clf.model.config._attn_implementation))

    clf.model.classifier.register_forward_hook(note)
    attribute(clf, TEXT)
    assert set(seen) == {(False, "eager")}
    assert state(clf) == before


def test_dropout_is_off_while_explaining_a_model_in_training() -> None:
    clf = tiny_classifier("bert").train()
    first, second = attribute(clf, TEXT)[0], attribute(clf, TEXT)[0]
    np.testing.assert_array_equal(first.token_scores, second.token_scores)


@pytest.mark.parametrize("kind", ["roberta", "xlm-roberta", "deberta-v2", "modernbert"])
def test_token_texts_are_the_letters_of_the_text(kind: str) -> None:
    text = "A café, crème brûlée!"
    attribution = attribute(tiny_classifier(kind), text, method="saliency")[0]
    for token, (start, end) in zip(attribution.token_texts, attribution.token_offsets, strict=True):
        assert start == end or token == text[start:end] or "unk" in token


def test_token_texts_of_an_uncased_wordpiece_model_are_its_tokens() -> None:
    attribution = attribute(tiny_classifier("bert"), "Good ☃", method="input_x_gradient")[0]
    assert attribution.token_texts == attribution.tokens
    assert "[UNK]" in attribution.token_texts


@pytest.mark.parametrize("text", ["", "  \n", ("", "")])
def test_a_text_without_a_word_is_named_by_its_position(text) -> None:
    fine = "bad" if isinstance(text, str) else ("bad", "")
    with pytest.raises(ValueError, match=r"Text 1, .* has no word to explain"):
        attribute(tiny_classifier("bert"), [fine, text])
    with pytest.raises(ValueError, match=r"The text .* has no word to explain"):
        attribute(tiny_classifier("bert"), [text])


def test_log_odds_are_the_difference_of_two_logits() -> None:
    clf = tiny_classifier("bert", labels=("bad", "middling", "good"))
    odds, good, bad = (
        attribute(clf, TEXT, target=target, tolerance=1e-5)[0]
        for target in (("good", "bad"), "good", "bad")
    )
    assert (odds.target, odds.against) == ("good", "bad")
    np.testing.assert_allclose(odds.token_scores, good.token_scores - bad.token_scores, atol=1e-3)


@pytest.mark.parametrize("problem_type", [None, "multi_label"])
def test_probabilities_are_explained_as_they_are_predicted(problem_type) -> None:
    clf = tiny_classifier("bert", problem_type=problem_type)
    attribution = attribute(clf, TEXT, target="positive", output="probability", baseline="mask")[0]
    masked = " ".join(["[MASK]"] * (len(attribution.tokens) - 2))
    before, after = clf.predict([masked, TEXT]).probabilities[:, 1]
    assert attribution.difference == pytest.approx(after - before, abs=1e-5)
    assert attribution.completeness_error < 0.01


def test_cancelled_work_ends_and_leaves_the_model_unchanged() -> None:
    clf = tiny_classifier("bert").train()
    before, called_off = state(clf), threading.Event()
    called_off.set()
    with pytest.raises(Cancelled), cancelled_by(called_off):
        attribute(clf, TEXT)
    assert state(clf) == before
    assert attribute(clf, TEXT)
