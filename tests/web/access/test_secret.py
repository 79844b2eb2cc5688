"""The text of a token tells a slip of the pen by itself."""

from __future__ import annotations

import hashlib
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.web.access import secret

LETTERS = string.ascii_letters + string.digits
numbers = st.integers(0, 2**256 - 1)
characters = st.one_of(st.sampled_from(LETTERS + "_-"), st.characters())


@given(numbers, st.integers(0, 52), characters)
def test_every_change_of_one_character_is_refused(number: int, place: int, other: str) -> None:
    token = secret.of(number)
    assert secret.is_whole(token)
    changed = token[:place] + other + token[place + 1 :]
    assert secret.is_whole(changed) == (changed == token)


@given(numbers, st.integers(0, 52))
def test_a_token_that_lost_or_doubled_a_character_is_refused(number: int, place: int) -> None:
    token = secret.of(number)
    assert not secret.is_whole(token[:place] + token[place + 1 :])
    assert not secret.is_whole(token[:place] + token[place] + token[place:])
    assert not secret.is_whole(token + "\n")


@given(numbers, numbers)
def test_two_numbers_never_make_one_token(one: int, other: int) -> None:
    assert (secret.of(one) == secret.of(other)) == (one == other)


def test_a_token_looks_like_one_and_is_new_each_time() -> None:
    made = {secret.make() for _ in range(1000)}
    assert 1000 == len(made)
    assert all(re.fullmatch(r"fct_[0-9A-Za-z]{49}", one) for one in made)
    assert {len(LETTERS)} == {len({one[place] for one in made}) for place in range(10, 40)}


@pytest.mark.parametrize("number", [0, 2**256 - 1])
def test_the_first_and_the_last_have_the_same_length(number: int) -> None:
    assert 53 == len(secret.of(number))


def test_what_is_stored_is_the_hash_of_all_of_it() -> None:
    token = secret.make()
    assert hashlib.sha256(token.encode()).hexdigest() == secret.digest(token)


@pytest.mark.parametrize("text", ["", "fct_", "fct_" + "é" * 49, "\ud800", "x" * 100_000])
def test_anything_else_is_no_token(text: str) -> None:
    assert not secret.is_whole(text)
