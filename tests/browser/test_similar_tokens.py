"""A corpus is searched from a page, and tokens are masked in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bert_widgets._common.numbers import percent

pytestmark = pytest.mark.browser

TEXT = "The plot is thin, but the acting is not bad at all."
MARKUP = '<img src=x onerror="window.hacked = true">'
SETUP = f"""
import bert_widgets as bw
clf = bw.demo.classifier()
frame = bw.demo.sentences(60)
frame.loc[0, ["text", "label"]] = [{MARKUP!r} + " not bad", {MARKUP!r}]
corpus = bw.Corpus(clf, frame)
"""
MATRIX = f"matrix = bw.AttentionMatrix(clf, {TEXT!r}, layer=4, corpus=corpus)\nmatrix"


@pytest.fixture
def notebook(open_notebook):
    opened = open_notebook(SETUP, MATRIX)
    opened.run_all()
    return opened


def matrix_of(page):
    return page.get_by_role("region", name="Attention matrix").last


def token_of(matrix, name):
    return matrix.get_by_role("radio", name=name, exact=True)


def test_tokens_like_the_chosen_one_appear_and_follow_it(notebook, page, artefact):
    matrix = matrix_of(page)
    matrix.get_by_role("radio", name="Similar tokens").click()
    expect(matrix).to_contain_text("Choose a token to find similar tokens")
    token_of(matrix, "bad").click()
    expect(matrix).to_contain_text("Most similar to “bad” at layer 4, in 60 texts")
    rows = matrix.locator(".bw-match:not(.bw-match-heads)")
    expect(rows).to_have_count(50)
    words = notebook.value("matrix.similar_tokens.word.tolist()")
    assert rows.locator("mark").all_text_contents() == words
    assert "bad" in words
    for theme in ("Dark", "Light"):
        notebook.wear(theme)
        page.screenshot(path=artefact(theme.lower()), animations="disabled")

    token_of(matrix, "bad").press("ArrowLeft")
    expect(matrix).to_contain_text("Most similar to “not” at layer 4")
    matrix.get_by_role("combobox", name="Compare by").select_option("heads")
    matrix.get_by_role("button", name="Head 3", exact=True).click()
    notebook.becomes("matrix.line_heads", [0, 3])
    matrix.get_by_role("button", name="Previous layer").click()
    expect(matrix).to_contain_text("Most similar to “not” at layer 3")
    notebook.becomes(
        "matrix._matches_of", {"token": 10, "layer": 3, "by": "heads", "heads": [0, 3]}
    )
    expect(rows.locator("mark").first).to_have_text(notebook.value("matrix.similar_tokens.word[0]"))
    assert page.locator(".bw img").count() == 0
    assert page.evaluate("window.hacked === undefined")


def test_masked_token_moves_attention_and_prediction(notebook, page, artefact):
    matrix = matrix_of(page)
    notebook.do("matrix.token = matrix.token_texts.index('not')")
    matrix.get_by_role("button", name="Mask “not”").click()
    notebook.becomes("matrix.masked", [10])
    notebook.comes_true("matrix.token_texts[10] == '[MASK]'")
    whole, now = notebook.value(
        "[float(p[1]) for p in (matrix.unmasked_probabilities, matrix.probabilities)]"
    )
    assert now < whole - 0.5
    expect(matrix).to_contain_text(f"1 token masked: P(positive) {percent(whole)} → {percent(now)}")
    page.screenshot(path=artefact("masked"), animations="disabled")
    matrix.locator("canvas").press("m")
    notebook.becomes("matrix.masked", [])
    expect(matrix).not_to_contain_text("masked:")
    matrix.locator("canvas").press("m")
    notebook.becomes("matrix.masked", [10])
    matrix.get_by_role("button", name="Unmask all tokens").click()
    notebook.becomes("matrix.masked", [])
    notebook.comes_true("(matrix.unmasked_probabilities == matrix.probabilities).all()")


def test_forged_messages_are_refused_and_the_page_stays_alive(notebook, page):
    matrix = matrix_of(page)
    for state, sentence in (
        ({"masked": [0]}, "Token 0 is [CLS], a special token"),
        ({"masked": [10**6]}, "There is no token 1000000"),
        ({"similar_by": MARKUP[:9]}, "Unknown similar_by"),
        ({"matches": [{"before": MARKUP}]}, "cannot set 'matches'"),
    ):
        notebook.forge("matrix", {"method": "update", "state": state, "buffer_paths": []})
        expect(matrix.get_by_role("alert")).to_contain_text(sentence)
    matrix.get_by_role("radio", name="Similar tokens").click()
    token_of(matrix, "acting").click()
    expect(matrix).to_contain_text("Most similar to “acting”")
    notebook.becomes("[matrix.masked, matrix.error]", [[], ""])
