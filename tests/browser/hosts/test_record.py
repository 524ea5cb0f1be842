"""The page of hosts says what the record does."""

from __future__ import annotations

from tests.browser.hosts.record import PAGE, page


def test_page_is_up_to_date():
    assert PAGE.read_text() == page()
