"""Pages of hosts other than Jupyter's own."""

from __future__ import annotations

from tests.browser.hosts.vscode_page import open_page

__all__ = ["open_page"]
