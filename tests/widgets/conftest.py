"""Every widget of these tests has a page."""

from __future__ import annotations

import pytest

from tests.widgets.pages import open_pages


@pytest.fixture(autouse=True, scope="package")
def pages():
    with pytest.MonkeyPatch.context() as monkeypatch:
        open_pages(monkeypatch)
        yield
