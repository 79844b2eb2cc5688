"""Cursors come back as they were written, and nothing else is one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.errors import WrongValue
from forecaster.web.api import cursor


@given(st.integers(1, cursor.LARGEST))
def test_a_cursor_is_read_as_it_was_written(number: int) -> None:
    text = cursor.written(number)
    assert cursor.read(text) == number
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=30) | st.from_regex(r"[A-Za-z0-9_-]{1,24}", fullmatch=True))
def test_nothing_else_is_a_cursor(text: str) -> None:
    with suppress(WrongValue):  # anything else would be an answer 500
        assert cursor.written(cursor.read(text)) == text


@pytest.mark.parametrize("number", [0, -1, cursor.LARGEST + 1])
def test_a_number_that_no_row_has_is_refused(number: int) -> None:
    with pytest.raises(WrongValue, match="none of ours"):
        cursor.read(cursor.written(number))
