"""The colours of figures are those of the widgets on a white page."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bert_widgets.figures.colors import NEGATIVE, POSITIVE, SERIES, diverging, sequential, series

COLORS = Path(__file__).parents[2] / "js/src/shared/color"
NUMBER = r"(\d+\.?\d*)"
LCH = rf"{NUMBER}, {NUMBER}, {NUMBER}"


def light(name):
    source = (COLORS / "palette.ts").read_text("utf-8")
    return tuple(map(float, re.search(rf"{name}: highlight\(fromOklch\({LCH}\)", source).groups()))


def test_the_ends_of_the_scales_are_those_of_the_front_end():
    assert light("positive") == POSITIVE
    assert light("negative") == NEGATIVE
    source = (COLORS / "series_colors.ts").read_text("utf-8")
    of_light_pages = source[source.index("light:") : source.index("dark:")]
    found = re.findall(rf"\[{LCH}\]", of_light_pages)
    assert [tuple(map(float, one)) for one in found] == list(SERIES)


def luminance(color):
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_text_can_be_read_on_every_colour_and_every_curve_can_be_seen_on_white():
    ink = luminance("#1a1d23")
    for share in np.linspace(-1, 1, 21):
        assert (luminance(diverging(share)) + 0.05) / (ink + 0.05) >= 4.5
    for number in range(len(SERIES)):
        assert 1.05 / (luminance(series(number)) + 0.05) >= 3


def test_scales_are_monotonic_and_begin_at_white():
    assert diverging(0) == diverging(float("nan")) == "#ffffff"
    for sign in (1, -1):
        light = [luminance(diverging(sign * share)) for share in np.linspace(0, 1, 11)]
        assert (np.diff(light) < 0).all()
    assert sequential().shape == (256, 3)
    assert (np.diff(sequential() @ [0.2126, 0.7152, 0.0722]) < 0).all()
    assert diverging(0.5) != diverging(-0.5)
    assert diverging(7) == pytest.approx(diverging(1))
