"""A write that is sent again with its key is carried out once and has one answer."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from forecaster.store import idempotency
from forecaster.store.handle import Engine
from forecaster.store.idempotency import Asked, Claim
from tests.web.access.conftest import Asker, Clock, MakeApp, MakeAsker, MakeToken, bearer

PATH = "/api/v1/readings"


@pytest.fixture
def ask(make_app: MakeApp, asker: MakeAsker, token: MakeToken) -> Asker:
    found = asker(make_app())
    found.client.headers.update(bearer(token("read", "record")))
    return found


def sent(value: int, key: str = "k-1") -> dict[str, Any]:
    return {"json": {"value": value}, "headers": {"idempotency-key": key}}


def test_the_same_request_gets_the_same_answer(ask: Asker, written: list[str]) -> None:
    first, second = ask.post(PATH, **sent(7)), ask.post(PATH, **sent(7))
    assert (201, {"value": 7, "number": 1}) == (first.status_code, first.json())
    assert (201, first.content) == (second.status_code, second.content)
    for name in ("location", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert "true" == second.headers["idempotency-replayed"]
    assert "idempotency-replayed" not in first.headers
    assert ["desk"] == written


def test_without_a_key_every_request_is_a_new_one(ask: Asker, written: list[str]) -> None:
    for number in (1, 2):
        assert number == ask.post(PATH, json={"value": 7}).json()["number"]
    assert 3 == ask.post(PATH, **sent(7)).json()["number"]
    assert 4 == ask.post(PATH, **sent(7, "k-2")).json()["number"]
    assert 4 == len(written)


def test_a_key_that_meant_something_else_is_refused(ask: Asker, written: list[str]) -> None:
    ask.post(PATH, **sent(7))
    for method, path in (("POST", PATH), ("POST", f"{PATH}?a=1"), ("PUT", f"{PATH}/7")):
        answer = ask(method, path, **sent(8))
        assert 422 == answer.status_code
        assert "take a new key for each write" in answer.json()["detail"]
    assert ["desk"] == written


def test_while_the_first_is_under_way_the_second_is_told_so(
    ask: Asker, engine: Engine, clock: Clock, written: list[str]
) -> None:
    answers = ask.several(*[("POST", PATH, sent(7))] * 8)
    kinds = {one.status_code for one in answers}
    assert kinds <= {201, 409}
    assert 1 == len({one.content for one in answers if one.status_code == 201})
    assert ["desk"] == written
    body = "0" * 64
    held = idempotency.claim(engine, Asked("token:1", "k-2", "POST", PATH, body), now=clock())
    assert isinstance(held, Claim)
    other = ask.post(PATH, **sent(7, "k-2"))
    assert other.status_code == 422
    assert ["desk"] == written


def test_a_write_under_way_elsewhere_is_waited_for_and_not_begun_again(
    ask: Asker, engine: Engine, clock: Clock, written: list[str]
) -> None:
    """Another process of ours has claimed the very same request."""
    request = ask.client.build_request("POST", PATH, **sent(7))
    digest = hashlib.sha256(request.content).hexdigest()
    idempotency.claim(engine, Asked("token:1", "k-1", "POST", PATH, digest), now=clock())
    answer = ask.post(PATH, **sent(7))
    assert (409, "1") == (answer.status_code, answer.headers["retry-after"])
    assert "under way" in answer.json()["detail"]
    assert [] == written
    clock.forward(minutes=2)
    assert 201 == ask.post(PATH, **sent(7)).status_code


def test_what_failed_on_our_side_may_be_tried_again(ask: Asker, written: list[str]) -> None:
    assert 500 == ask.post(PATH, **sent(-1)).status_code
    assert 500 == ask.post(PATH, **sent(-1)).status_code
    assert 2 == len(written)


def test_a_mistake_of_the_sender_has_its_answer_too(ask: Asker) -> None:
    wrong = {"json": {"value": "x"}, "headers": {"idempotency-key": "k"}}
    first, second = ask.post(PATH, **wrong), ask.post(PATH, **wrong)
    assert (422, first.content) == (second.status_code, second.content)
    assert "true" == second.headers["idempotency-replayed"]


def test_who_may_not_write_claims_no_key(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine, clock: Clock
) -> None:
    ask = asker(make_app())
    runner = bearer(token("operate"))
    more = sent(7)
    more["headers"] |= runner
    assert 403 == ask.post(PATH, **more).status_code
    assert "idempotency-replayed" not in ask.post(PATH, **more).headers
    assert 401 == ask.post(PATH, **sent(7)).status_code
    clock.forward(days=2)
    assert 0 == idempotency.sweep(engine, clock())


def test_everybody_has_keys_of_their_own(
    ask: Asker, make_app: MakeApp, asker: MakeAsker, token: MakeToken, written: list[str]
) -> None:
    ask.post(PATH, **sent(7))
    other = asker(make_app())
    other.client.headers.update(bearer(token("record", name="other")))
    assert 2 == other.post(PATH, **sent(7)).json()["number"]
    assert ["desk", "other"] == written


def test_after_a_day_the_key_is_free(ask: Asker, clock: Clock, written: list[str]) -> None:
    ask.post(PATH, **sent(7))
    clock.forward(hours=24, microseconds=-1)
    ask.post(PATH, **sent(7))
    assert 1 == len(written)
    clock.forward(microseconds=1)
    ask.post(PATH, **sent(7))
    assert 2 == len(written)


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "ä", "a\tb"])
def test_a_key_that_is_none_is_refused(ask: Asker, written: list[str], key: str) -> None:
    more = {"json": {"value": 7}, "headers": [("idempotency-key", key.encode())]}
    answer = ask.post(PATH, **more)
    assert (422, True) == (answer.status_code, "Idempotency-Key" in answer.json()["detail"])
    assert [] == written


def test_two_keys_are_none(ask: Asker) -> None:
    headers = [("idempotency-key", "a"), ("idempotency-key", "b")]
    assert 422 == ask.post(PATH, json={"value": 7}, headers=headers).status_code


def test_reading_takes_no_notice_of_a_key(ask: Asker) -> None:
    for _ in range(2):
        answer = ask.get("/api/v1/things", headers={"idempotency-key": "k"})
        assert "idempotency-replayed" not in answer.headers


def test_the_api_says_so_in_its_description(ask: Asker) -> None:
    document = ask.get("/openapi.json").json()
    operation = document["paths"][PATH]["post"]
    assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
    assert [{"token": []}] == operation["security"]
    assert {"type": "http", "scheme": "bearer"}.items() <= (
        document["components"]["securitySchemes"]["token"].items()
    )
    assert "/sign-in" not in document["paths"]
