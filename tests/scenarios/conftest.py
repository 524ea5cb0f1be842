"""Widgets of these tests have a page."""

from tests.widgets.conftest import pages

__all__ = ["pages"]
