"""The pages of hosts and of accessibility say what the records do."""

from __future__ import annotations

import pytest

from tests.browser.hosts import accessibility, record

# As of collection: the tests of hosts write their records anew.
MADE = [(written.PAGE, written.page()) for written in (accessibility, record)]


@pytest.mark.parametrize(("page", "made"), MADE, ids=["accessibility", "hosts"])
def test_page_is_up_to_date(page, made):
    assert page.read_text() == made
