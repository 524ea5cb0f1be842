"""The pages of hosts and of accessibility say what the records do."""

from __future__ import annotations

import pytest

from tests.browser.hosts import accessibility, record


@pytest.mark.parametrize("written", [accessibility, record])
def test_page_is_up_to_date(written):
    assert written.PAGE.read_text() == written.page()
