"""Viewers that run no scripts show the same numbers, and all text is escaped."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets.explain import AttentionMaps, Attribution, Matrix
from bert_widgets.model.evaluation import evaluate
from bert_widgets.training import ProbeSnapshot, Progress
from bert_widgets.widgets.attention_matrix.fallback import attention_html
from bert_widgets.widgets.saving import html as _fallback
from bert_widgets.widgets.token_highlights.fallback import highlights_html
from bert_widgets.widgets.training_panel.fallback import training_html
from tests.widgets.documents import Document

HOSTILE = [
    "</div><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "&lt;b&gt; &amp;amp; &#60;",
    "<!-- -->]]><![CDATA[",
    "a\r\nb\tc\n\n  d\r",
    "هذا فيلم جميل, not bad",
    "שלום \u202eevil\u202c",
    "👩‍👩‍👧‍👦 e\u0301 和",
    "\x00\x0b\x85\u2028",
]
TAGS = {"bdi", "div", "span", "strong", "sub", "table", "td", "th", "tr", "u"}
texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def assert_harmless(source):
    document = Document(source)
    for element in document.elements:
        assert element["tag"] in TAGS
        assert element["attributes"].keys() <= {"style", "title", "dir"}
        assert re.fullmatch(r"[\w\s:;,./()%-]*", element["attributes"].get("style", ""))
    return document


def attribution(text, pair=None, *, scale=1.0, label="positive"):
    parts = [
        (match.group(), match.start(), match.end(), segment)
        for segment, part in enumerate((text, pair or ""))
        for match in re.finditer(r"\w+|[^\w\s]", part)
    ]
    words, starts, ends, segments = zip(*parts, strict=True) if parts else ((), (), (), ())
    count = len(words)
    scores = (np.sin(np.arange(count) + 1) * scale).astype(np.float32)
    offsets = np.array([starts, ends], np.int32).T.reshape(-1, 2)
    owners = np.arange(count, dtype=np.int32)
    return Attribution(
        text=text, pair=pair, classes=("negative", label),
        probabilities=np.array([0.25, 0.75], np.float32), target=label, method="m",
        tokens=words, token_offsets=offsets, token_segments=np.array(segments, np.int8),
        token_scores=scores, words=words, word_offsets=offsets,
        word_segments=np.array(segments, np.int8), word_of_token=owners, scores=scores,
        completeness_error=0.004, difference=1.0,
    )  # fmt: skip


@given(texts, st.none() | texts, st.sampled_from([0.0, 1.0, 1e-30]), texts)
def test_every_character_of_the_text_is_shown(text, pair, scale, label):
    result = attribution(text, pair, scale=scale, label=label or "x")
    document = assert_harmless(highlights_html(result))
    shown = [element["prose"] for element in document.find("div", dir="auto")]
    assert shown == [part for part in (text, pair) if part]
    assert [element["text"] for element in document.find("bdi")] == ["negative", label or "x"]


def test_numbers_colours_and_signs_match_the_result():
    result = attribution("good bad awful")
    document = assert_harmless(highlights_html(result))
    words = [mark for mark in document.elements if mark["attributes"].get("title")]
    assert [mark["text"] for mark in words] == list(result.words)
    for mark, score in zip(words, result.scores, strict=True):
        style = mark["attributes"]["style"]
        color = _fallback.TOWARDS if score >= 0 else _fallback.AGAINST
        assert mark["attributes"]["title"] == f"{score:+.3f}"
        assert ",".join(map(str, color)) in style
        strong = score < -0.1 * np.abs(result.scores).max()
        assert (mark["tag"] == "u") == strong, "a cue that is not colour"
        opacity = float(re.search(r"([\d.]+)\)", style).group(1))
        expected = abs(score) / np.abs(result.scores).max() * _fallback.STRONGEST
        assert opacity == pytest.approx(expected, abs=0.006)
    everything = document.elements[0]["text"]
    for fact in ("25.0%", "75.0%", "−0.91 against", "+0.91 towards", "within 0.4 %"):
        assert fact.replace("0.91", f"{np.abs(result.scores).max():.2f}") in everything


def luminance(color):
    parts = [c / 255 for c in color]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("color", [_fallback.TOWARDS, _fallback.AGAINST])
@pytest.mark.parametrize(
    ("page", "ink"),
    [
        ((255, 255, 255), (31, 35, 40)),  # GitHub, light
        ((13, 17, 23), (230, 237, 243)),  # GitHub, dark
        ((255, 255, 255), (33, 33, 33)),  # JupyterLab, light
        ((17, 17, 17), (224, 224, 224)),  # JupyterLab, dark
    ],
)
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_text_can_be_read_over_every_highlight(color, page, ink, strength):
    opacity = strength * _fallback.STRONGEST
    behind = [opacity * c + (1 - opacity) * p for c, p in zip(color, page, strict=True)]
    darker, lighter = sorted([luminance(behind), luminance(ink)])
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def maps(tokens):
    count = len(tokens)
    weights = np.random.default_rng(0).integers(0, 256, (2, 3, count, count), np.uint8)
    weights[..., 0, -1] = 255
    none, nowhere = np.empty((0, 2), np.int32), np.zeros((count, 2), np.int32)
    owners = np.full(count, -1, np.int32)
    return AttentionMaps(
        text="", pair=None, tokens=tuple(tokens), token_offsets=nowhere, words=(),
        token_segments=owners.astype(np.int8), word_offsets=none,
        word_segments=np.empty(0, np.int8), word_of_token=owners, weights=weights,
        scales=np.full((2, 3), 0.5, np.float32), classes=("bad", "good"),
        logits=np.zeros(2, np.float32),
        probabilities=np.array([0.25, 0.75], np.float32), statistics={},
        means=np.zeros((2, count, count), np.float32),
        value_norms=np.ones((2, 3, count), np.float32),
    )  # fmt: skip


@given(st.lists(texts, min_size=1, max_size=6))
def test_a_small_matrix_is_a_table_of_its_weights(tokens):
    shown = maps(tokens)
    matrix = Matrix(tuple(tokens), shown.head(1, 2), np.arange(len(tokens)), np.zeros(len(tokens)))
    document = assert_harmless(attention_html(shown, matrix, "layer 2 of 2, head 3 of 3"))
    heads = [element["text"] for element in document.find("th")]
    numbers = [str(i + 1) for i in range(len(tokens))]
    rows = [f"{token} {number}" for token, number in zip(tokens, numbers, strict=True)]
    assert heads == [*numbers, *rows], "columns, then rows"
    titles = [element["attributes"].get("title") for element in document.find("td")]
    assert [title for title in titles if title] == [f"{w:.3f}" for w in shown.head(1, 2).ravel()]
    assert "layer 2 of 2, head 3 of 3" in document.elements[0]["text"]
    assert "not why the model decided" in document.elements[0]["text"]
    assert "Predicted: good (75.0%)" in document.elements[0]["text"]


def test_a_large_matrix_is_a_list_of_its_strongest_pairs():
    tokens = [f"<t{i}>" for i in range(60)]
    shown = maps(tokens)
    matrix = Matrix(tuple(tokens), shown.head(0, 0), np.arange(60), np.zeros(60))
    source = attention_html(shown, matrix, "layer 1")
    assert len(source) < 10_000
    pairs = [element["text"] for element in assert_harmless(source).find("bdi")]
    weights = shown.head(0, 0)
    listed = [tuple(tokens.index(token) for token in pair.split(" → ")) for pair in pairs]
    assert len(listed) == 15
    assert min(weights[pair] for pair in listed) >= np.sort(weights.ravel())[-15]


def progress(step, total=8):
    return Progress(
        step=step, total_steps=total, epoch=0.5, epochs=2, elapsed=1.0,
        examples_per_second=None, seconds_left=None, memory=10**8,
    )  # fmt: skip


def cells(document):
    return [element["text"] for element in document.find("td")]


@given(st.lists(st.tuples(texts, texts), max_size=3), st.integers(0, 40))
def test_a_run_shows_its_set_up_and_its_latest_evaluations(setup, count):
    rows = [{"step": i, "loss": 1 / (1 + i), "accuracy": 0.5} for i in range(count)]
    document = assert_harmless(training_html([("run 1", "running", progress(3))], setup, rows))
    everything = document.elements[0]["text"]
    assert "step 3 of 8" in everything
    assert "run 1" not in everything, "a single run needs no name"
    for name, value in setup:
        assert f"{name}: {value}".replace("\r\n", "\n") in everything.replace("\r\n", "\n")
    if count:
        assert cells(document)[-3:] == [
            f"{rows[-1][name]:.4g}" for name in ("step", "loss", "accuracy")
        ]
        assert len(document.find("th")) == 3


@given(st.lists(st.tuples(texts, texts), min_size=2, max_size=3), texts)
def test_several_runs_have_their_names(runs, problem):
    lines = [(name, state, progress(i)) for i, (name, state) in enumerate(runs)]
    document = assert_harmless(training_html(lines, [], [], problem=problem))
    shown = [element["text"] for element in document.find("bdi")]
    assert shown == [f"{name}: {state}" for name, state in runs] + [problem] * bool(problem)
    for i in range(len(runs)):
        assert f"step {i} of 8" in cells(document)


@given(texts, texts, st.sampled_from([0.0, 1.0]))
def test_probes_are_coloured_texts_with_their_prediction(first, second, scale):
    attributions = tuple(attribution(text, scale=scale) for text in (first, second) if text)
    if not attributions:
        return
    snapshot = ProbeSnapshot(
        step=12,
        texts=tuple(a.text for a in attributions),
        targets=np.ones(len(attributions), np.int32),
        probabilities=np.array([a.probabilities for a in attributions]),
        attributions=attributions,
    )
    document = assert_harmless(
        training_html([("", "running", progress(3))], [], [], probes=snapshot)
    )
    assert [element["prose"] for element in document.find("div", dir="auto")] == list(
        snapshot.texts
    )
    assert "Probes at step 12" in document.elements[0]["text"]
    assert cells(document).count("75.0%") == len(attributions)


@given(st.lists(texts, min_size=2, max_size=40, unique=True))
def test_classes_have_their_measures(classes):
    labels = np.arange(len(classes))
    evaluation = evaluate(np.eye(len(classes))[::-1].copy(), labels, tuple(classes))
    document = assert_harmless(
        training_html([("", "finished", progress(8))], [], [], evaluation=evaluation)
    )
    shown = cells(document)[3:]
    worst = np.argsort(evaluation.f1, kind="stable")[:15]
    assert shown[::5] == [classes[i] for i in worst]
    assert shown[3::5] == [f"{evaluation.f1[i]:.3f}" for i in worst]


@given(st.lists(st.tuples(st.integers(0, 99), texts, texts, texts), max_size=9))
def test_the_most_likely_label_errors_are_listed(suspects):
    rows = [[*suspect, 0.5] for suspect in suspects]
    document = assert_harmless(training_html([("", "paused", progress(8))], [], [], suspects=rows))
    shown = cells(document)[3:]
    expected = [[str(row), *words] for row, *words, _ in rows[:5]]
    assert shown == [part for line in expected for part in line]


@given(st.lists(st.floats(width=32), min_size=1, max_size=30))
def test_block_characters_are_ordered_as_the_values(values):
    drawn = _fallback.sparkline(values)
    finite = [v for v in values if np.isfinite(v)]
    if not finite:
        assert drawn == ""
        return
    assert len(drawn) == len(values)
    levels = [block for block, v in zip(drawn, values, strict=True) if np.isfinite(v)]
    by_value = [block for _, block in sorted(zip(finite, levels, strict=True))]
    assert by_value == sorted(by_value)
