"""Figures of attention and of runs hold the numbers they are of."""

from __future__ import annotations

import functools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.colors import to_hex

import bert_widgets as bw
from bert_widgets.figures.colors import series
from bert_widgets.training import Event, History, Run, plot_runs
from tests.models import tiny_classifier
from tests.training.small import trainer


@functools.cache
def maps():
    labels = ("$x$ <b>", "other")
    return bw.attention_maps(tiny_classifier("bert", labels=labels), "The film was not good")


def test_a_matrix_holds_the_weights_of_its_head_and_names_both_sides():
    figure = maps().plot(layer=1, head=2)
    axes = figure.axes[0]
    drawn = np.asarray(axes.collections[0].get_array()).reshape(maps().head(1, 2).shape)
    np.testing.assert_allclose(drawn, maps().head(1, 2), rtol=1e-6)
    for axis in (axes.xaxis, axes.yaxis):
        assert [label.get_text() for label in axis.get_ticklabels()] == list(maps().token_texts)
    low, high = axes.get_ylim()
    assert low > high  # row 0 is at the top, as the labels are read
    svg = maps().to_svg(layer=1, head=2)
    elements = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314
    texts = ["".join(element.itertext()) for element in elements]
    assert any(text.startswith("Layer 1, head 2, predicted: ") for text in texts)
    assert set(maps().token_texts) <= {text.strip() for text in texts}


def test_a_layer_alone_is_the_mean_of_its_heads():
    axes = maps().plot(layer=0, words=True, specials=False).axes[0]
    matrix = maps().arranged(maps().mean(0), words=True, specials=False)
    drawn = np.asarray(axes.collections[0].get_array()).reshape(matrix.weights.shape)
    np.testing.assert_allclose(drawn, matrix.weights, rtol=1e-6)


def test_the_mosaic_holds_every_head_at_its_place():
    pixels = np.asarray(maps().plot().axes[0].images[0].get_array())
    count = len(maps().tokens)
    tile = (pixels.shape[1] - count) // (maps().heads - 1)
    for layer, head in np.ndindex(maps().layers, maps().heads):
        top, left = layer * tile, head * tile
        drawn = pixels[top : top + count, left : left + count]
        np.testing.assert_array_equal(drawn, maps().weights[layer, head])


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="give a layer"):
        maps().plot(head=0)
    with pytest.raises(ValueError, match="no layer 9"):
        maps().plot(layer=9)
    with pytest.raises(ValueError, match="no run"):
        plot_runs([])


def history():
    made = History()
    for step in range(1, 31):
        made.add(Event("step", step, step / 10, {"loss": 1 / step}))
        if step % 10 == 0:
            values = {"loss": 2 / step, "accuracy": step / 30, "macro_f1": step / 60}
            made.add(Event("evaluation", step, step / 10, values))
    return made


def test_curves_hold_the_values_of_the_history():
    made = history()
    losses, measures = made.plot().axes
    steps, evaluations = made.columns("step"), made.columns("evaluation")
    raw, smooth, validation, *_ = losses.lines
    np.testing.assert_array_equal(raw.get_xydata().T, [steps["step"], steps["loss"]])
    np.testing.assert_array_equal(validation.get_xydata().T, [evaluations["step"], evaluations["loss"]])  # noqa: E501 # fmt: skip
    assert smooth.get_ydata()[0] == pytest.approx(1)
    assert (np.diff(smooth.get_ydata()) < 0).all()
    assert (smooth.get_ydata()[1:] > raw.get_ydata()[1:]).all()  # an average lags behind
    for line, name in zip(measures.lines, ("accuracy", "macro_f1"), strict=False):
        np.testing.assert_array_equal(line.get_ydata(), evaluations[name])


def test_a_run_without_evaluations_or_steps_is_drawn():
    made = History()
    assert len(made.plot().axes) == 1
    assert made.to_png(dpi=40).startswith(b"\x89PNG")


def test_runs_are_told_apart_by_name_and_colour():
    runs = [Run(trainer(name="$first$")), Run(trainer(name="second"))]
    for run in runs:
        for event in ({"loss": 1.0}, {"loss": 0.5}):
            run.history.add(Event("step", run.history.count("step") + 1, 0.1, event))
    figure = plot_runs(runs)
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["$first$", "second"]
    assert not legend.get_texts()[0].get_parse_math()
    assert [line.get_color() for line in legend.get_lines()] == [series(0), series(1)]
    assert to_hex(figure.axes[0].lines[2].get_color()) == series(1)
