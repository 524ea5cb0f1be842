"""Coloured words as a figure: the words, scores and colours of the explanation, as text."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

import bert_widgets as bw
from bert_widgets.figures.colors import diverging
from bert_widgets.figures.layout import lines_of
from tests.models import tiny_classifier

TEXT = "The film was not good"
SVG = "{http://www.w3.org/2000/svg}"


def explained(text=TEXT, kind="bert", **names):
    clf = tiny_classifier(kind, **names)
    return bw.attribute(clf, text, method="input_x_gradient")[0]


def scored(text, scores):
    one = explained(text)
    return dataclasses.replace(
        one, scores=np.array(scores, np.float32), probabilities=np.array([0.9, 0.1], np.float32)
    )


def texts_of(svg):
    return ["".join(element.itertext()).strip() for element in ET.fromstring(svg).iter(f"{SVG}text")]  # fmt: skip # noqa: E501, S314


def test_the_svg_holds_words_and_scores_prediction_method_and_scale_as_text():
    result = scored(TEXT, [0.01, 1.0, -0.5, -2.0, 0.4])
    texts = texts_of(result.to_svg())
    start = texts.index("The")
    line = ["The", "film", "+1.00", "was", "−0.50", "not", "−2.00", "good", "+0.40"]
    assert texts[start : start + len(line)] == line
    assert " ".join(texts[:start]).startswith(f"Prediction: {result.classes[0]} 90.0%")
    after = " ".join(texts[start + len(line) :])
    for said in (f"−2.00 against {result.target}", f"+2.00 towards {result.target}"):
        assert said in after
    assert "Method: input_x_gradient." in after


def test_the_colour_of_a_word_follows_the_sign_and_size_of_its_score():
    result = scored(TEXT, [0.0, 1.0, -0.5, -2.0, 0.4])
    boxes = result.plot().axes[0].patches[:5]
    shares = [0.0, 0.5, -0.25, -1.0, 0.2]
    assert [to_hex(box.get_facecolor()) for box in boxes] == [diverging(s) for s in shares]
    left = [box.get_x() for box in boxes]
    assert left == sorted(left)


@pytest.mark.parametrize(
    "text", ["<script>x</script> $\\alpha$ &amp; 5$", "nul\x00 \x1b[31m \ufffe \u2028 end", "$"]
)
def test_no_text_is_markup_or_mathematics(text):
    labels = (text, f"{text} not")
    result = explained(text, labels=labels)
    with mpl.rc_context({"text.usetex": True}):
        svg = result.to_svg()
    tags = {element.tag for element in ET.fromstring(svg).iter()}  # noqa: S314
    assert tags == {element.tag for element in ET.fromstring(explained().to_svg()).iter()}  # noqa: S314
    if "$" in text:
        assert "$" in "".join(texts_of(svg))


@pytest.mark.parametrize(
    "text", ["الفيلم ليس جيدا", "这部电影非常好看" * 20, "👩‍👩‍👧 ok", "a" * 300]
)
@pytest.mark.filterwarnings("ignore:matplotlib finds no font", "ignore:The text is longer")
def test_every_script_is_drawn_within_the_width(text):
    result = explained(text, "chinese")
    assert result.to_png(dpi=50).startswith(b"\x89PNG")
    figure = result.plot(width=3)
    for box in figure.axes[0].patches:
        assert -1e-6 <= box.get_x() <= box.get_x() + box.get_width() <= 3 * 72


def test_characters_that_no_font_has_are_said_for_png_and_kept_in_svg(monkeypatch):
    monkeypatch.setattr("bert_widgets.figures.fonts._upright", list)
    result = explained("不好", "chinese")
    with pytest.warns(UserWarning, match="matplotlib finds no font with .*save as SVG"):
        result.to_png(dpi=50)
    assert "不" in "".join(texts_of(result.to_svg()))


def test_files_are_the_same_each_time_and_what_is_returned_without_a_path(tmp_path):
    result = explained()
    result.to_svg(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8") == result.to_svg()
    result.to_png(tmp_path / "a.png", dpi=50)
    assert (tmp_path / "a.png").read_bytes() == result.to_png(dpi=50)
    pdfs = [io.BytesIO(), io.BytesIO()]
    for pdf in pdfs:
        result.plot().savefig(pdf, format="pdf")
    assert pdfs[0].getvalue() == pdfs[1].getvalue()
    assert mpl.rcParams["svg.fonttype"] == mpl.rcParamsDefault["svg.fonttype"]


def test_many_classes_with_long_names_are_wrapped():
    labels = tuple(f"a class whose name is long, number {i}" for i in range(77))
    result = explained(labels=labels)
    figure = result.plot(width=2.5)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text in figure.axes[0].texts:
        box = text.get_window_extent(renderer)
        assert figure.bbox.x0 - 2 <= box.x0 <= box.x1 <= figure.bbox.x1 + 2


@given(
    st.lists(st.text("ab. \n不好，אב", max_size=8), max_size=6),
    st.integers(2, 12),
)
def test_lines_hold_every_character_once_and_fit(texts, width):
    lines = lines_of(texts, width, 1, lambda atom: len(atom.text))
    atoms = [atom for line in lines for atom in line]
    for part, text in enumerate(texts):
        held = sorted("".join(atom.text for atom in atoms if atom.part == part))
        assert held == sorted(re.sub(r"\s", "", text))
    for line in lines:
        edges = sorted((atom.x, atom.x + atom.width) for atom in line)
        assert all(a[1] <= b[0] + 1e-9 for a, b in itertools.pairwise(edges))
        assert not edges or (edges[0][0] >= 0 and edges[-1][1] <= width)


def test_hebrew_goes_to_the_left_and_english_in_it_to_the_right():
    [line] = lines_of(["טוב ", "not ", "good ", "מאוד"], 40, 1, lambda atom: len(atom.text))
    by_place = [atom.text for atom in sorted(line, key=lambda atom: atom.x)]
    assert by_place == ["מאוד", "not", "good", "טוב"]
