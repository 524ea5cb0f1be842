"""`static()` shows what a viewer without scripts shows, in every host."""

from __future__ import annotations

import pytest
from IPython.core.formatters import DisplayFormatter

from tests.widgets.pages import page_of
from tests.widgets.shared.test_widget import highlights, matrix, panel


@pytest.mark.parametrize("make", [highlights, matrix, panel])
def test_a_notebook_shows_the_static_rendering_alone(make):
    widget = make()
    shown, _ = DisplayFormatter().format(widget.static())
    assert shown == {"text/html": widget.fallback_html(), "text/plain": widget.fallback_text()}
    full, _ = DisplayFormatter().format(widget)
    assert full.keys() - shown.keys() == {"application/vnd.jupyter.widget-view+json"}


def test_it_waits_for_what_the_page_asked_for():
    widget = highlights()
    page_of(widget).tell(text="A film, unfortunately")
    assert "unfortunately" in widget.static().html
