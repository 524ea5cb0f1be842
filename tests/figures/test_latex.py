"""LaTeX of coloured words: it prints each character and holds no command of a text."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import bert_widgets as bw
from bert_widgets._common.characters import printable
from bert_widgets.figures.characters import drawable
from bert_widgets.figures.colors import diverging
from bert_widgets.figures.latex import escaped, latex_words
from bert_widgets.figures.marked import Marked, parts_of, scale
from tests.models import tiny_classifier

COMMANDS = {
    r"\textbackslash{}": "\\",
    r"\textasciicircum{}": "^",
    r"\textasciitilde{}": "~",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    r"\symbol{34}": '"',
    r"\ensuremath{-}": "−",
    "{}": "",
    **{rf"\{character}": character for character in "{}$&#%_"},
}
TOKEN = re.compile("|".join(map(re.escape, sorted(COMMANDS, key=len, reverse=True))))
SPECIAL = r"\{}$&#%_^~<>|" + "\"'`-?!,"
ANY_TEXT = st.text(st.one_of(st.sampled_from(SPECIAL), st.characters(exclude_categories=["Cs"])))
OURS = {"setlength", "fboxsep", "parindent", "raggedright", "par", "footnotesize", "colorbox",
        "strut", "underline", "textsubscript"}  # fmt: skip


def printed(latex):
    """Return what LaTeX prints, and fail on a character that would be an instruction."""
    assert not set(TOKEN.sub("", latex)) & set(r"\{}$&#%_^~")
    return TOKEN.sub(lambda token: COMMANDS[token[0]], latex)


@given(ANY_TEXT)
def test_an_escaped_text_is_printed_as_it_is(text):
    latex = escaped(text)
    assert printed(latex) == drawable(text)
    assert not re.search("--|''|``|,,|[?!]`", latex)  # would be printed as other characters


@given(st.lists(st.tuples(ANY_TEXT, st.floats(-1, 1)), min_size=1, max_size=4), ANY_TEXT)
def test_commands_are_ours_and_braces_are_balanced(words, name):
    text, places = "", []
    for word, score in words:
        places.append((len(text), len(text) + len(word), score))
        text += f"{word} "
    legend = scale(1.0, f"towards {name}", f"against {name}")
    latex = latex_words(Marked(name, (parts_of(text, places, 1.0),), legend, name))
    body = latex.removeprefix("% needs \\usepackage{xcolor}\n")
    left = TOKEN.sub("", body)
    assert set(re.findall(r"\\([a-zA-Z]+|.)", left)) <= OURS
    assert not set(left) & set("$&#%_^~")
    depth = 0
    for brace in re.findall("[{}]", left):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_words_have_the_colours_and_numbers_of_their_scores(tmp_path):
    one = bw.attribute(tiny_classifier("bert"), "not good", method="saliency")[0]
    result = dataclasses.replace(
        one,
        scores=np.array([-2, 1], np.float32),
        probabilities=np.array([0.9, 0.1], np.float32),
    )
    latex = result.to_latex()
    against, towards = (diverging(share)[1:].upper() for share in (-1.0, 0.5))
    number = r"\textsubscript{\ensuremath{-}2.00}"
    assert rf"\colorbox[HTML]{{{against}}}{{\strut \underline{{not}}}}{number} " in latex
    assert rf" \colorbox[HTML]{{{towards}}}{{\strut good}}\textsubscript{{+1.00}}" in latex
    assert r"90.0\%" in latex
    result.to_latex(tmp_path / "a.tex")
    assert (tmp_path / "a.tex").read_text("utf-8") == latex
    assert printable(latex) == latex
