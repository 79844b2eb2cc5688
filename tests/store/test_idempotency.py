"""A write that is asked for again is made once, and has one answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from forecaster.store import idempotency
from forecaster.store.engine import writing
from forecaster.store.idempotency import KEPT, LAPSES, Answer, Asked, Claim
from tests.store.support import NOW

ASKED = Asked("token:1", "k-1", "POST", "/api/v1/readings", "0" * 64)
ANSWER = Answer(201, {"content-type": "application/json"}, b'{"id": 7}')


def claimed(engine: Engine, asked: Asked = ASKED) -> Claim:
    found = idempotency.claim(engine, asked, now=NOW)
    assert isinstance(found, Claim)
    return found


def test_the_first_answer_stands_for_a_day(engine: Engine) -> None:
    idempotency.keep(engine, claimed(engine), ANSWER, now=NOW)
    almost = NOW + KEPT - timedelta(seconds=1)
    assert ANSWER == idempotency.claim(engine, ASKED, now=almost)
    assert isinstance(idempotency.claim(engine, ASKED, now=NOW + KEPT), Claim)


def test_while_it_is_under_way_nobody_begins_it_again(engine: Engine) -> None:
    held = claimed(engine)
    assert "under way" == idempotency.claim(engine, ASKED, now=NOW)
    idempotency.let_go(engine, held)
    claimed(engine)


@pytest.mark.parametrize(
    "other",
    [
        ASKED._replace(body_sha256="1" * 64),
        ASKED._replace(path="/api/v1/resolutions"),
        ASKED._replace(method="PUT"),
    ],
)
def test_a_key_means_one_request(engine: Engine, other: Asked) -> None:
    held = claimed(engine)
    assert "another request" == idempotency.claim(engine, other, now=NOW)
    idempotency.keep(engine, held, ANSWER, now=NOW)
    assert "another request" == idempotency.claim(engine, other, now=NOW)


def test_everybody_has_keys_of_their_own(engine: Engine) -> None:
    claimed(engine)
    claimed(engine, ASKED._replace(principal="token:2"))
    claimed(engine, ASKED._replace(key="k-2"))


def test_a_claim_whose_process_died_lapses_and_cannot_speak_for_its_successor(
    engine: Engine,
) -> None:
    dead = claimed(engine)
    second = idempotency.claim(engine, ASKED, now=NOW + LAPSES)
    assert isinstance(second, Claim)
    idempotency.keep(engine, dead, ANSWER._replace(status=500), now=NOW + LAPSES)
    idempotency.let_go(engine, dead)
    assert "under way" == idempotency.claim(engine, ASKED, now=NOW + LAPSES)
    idempotency.keep(engine, second, ANSWER, now=NOW + LAPSES)
    assert ANSWER == idempotency.claim(engine, ASKED, now=NOW + LAPSES)


def test_an_answer_is_stored_with_its_write_or_not_at_all(engine: Engine) -> None:
    held = claimed(engine)

    def fails() -> None:
        with writing(engine) as connection:
            idempotency.keep_within(connection, held, ANSWER, now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert "under way" == idempotency.claim(engine, ASKED, now=NOW)


def test_what_is_old_is_swept(engine: Engine) -> None:
    idempotency.keep(engine, claimed(engine), ANSWER, now=NOW)
    claimed(engine, ASKED._replace(key="died"))
    assert 0 == idempotency.sweep(engine, NOW + LAPSES - timedelta(seconds=1))
    assert 1 == idempotency.sweep(engine, NOW + LAPSES)
    assert 0 == idempotency.sweep(engine, NOW + KEPT - timedelta(seconds=1))
    assert 1 == idempotency.sweep(engine, NOW + KEPT)


def test_of_many_at_once_one_begins(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: idempotency.claim(engine, ASKED, now=NOW), range(16)))
    assert 1 == sum(isinstance(one, Claim) for one in found)
    assert 15 == found.count("under way")
