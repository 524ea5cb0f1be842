"""Pages for widgets."""

from __future__ import annotations

import pytest

from tests.widgets.pages import open_pages


@pytest.fixture(autouse=True)
def pages(monkeypatch):
    open_pages(monkeypatch)
