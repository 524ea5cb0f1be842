"""Pages of hosts other than Jupyter's own."""

from __future__ import annotations

import pytest

from tests.browser.hosts.vscode_page import open_page

__all__ = ["open_page"]


@pytest.fixture
def troubles_of_host():
    """Jupyter Server may fail to list its kernels while one starts; the page asks again."""
    return ("/api/kernels?",)
