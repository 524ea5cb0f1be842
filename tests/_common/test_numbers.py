from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_widgets._common.numbers import percent


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.5, "50.0%"),
        (0.9994, "99.9%"),
        (0.9996, ">99.9%"),
        (0.0011, "0.1%"),
        (0.0004, "<0.1%"),
    ],
)
def test_a_share_is_written_as_the_widgets_write_it(share, written) -> None:
    assert percent(share) == written


@given(st.floats(0, 1))
def test_only_what_is_certain_is_written_as_certain(share) -> None:
    assert (percent(share) == "100.0%") == (share == 1)
    assert (percent(share) == "0.0%") == (share == 0)
