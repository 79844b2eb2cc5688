"""What is to be sent is kept byte for byte; one claim at a time holds a row, and settles it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from forecaster.errors import StoreError, UnknownName, UsageError
from forecaster.store import claims, endpoints, outbox
from forecaster.store.claims import Claim
from forecaster.store.engine import reading, writing
from forecaster.store.outbox import Attempt, Status
from tests.store.outgoing import endpoint, put
from tests.store.support import NOW

SECOND = timedelta(seconds=1)
LATER = NOW + timedelta(seconds=61)


def claimed(engine: Engine, now: datetime = NOW, most: int = 10, troubled: int = 10) -> list[Claim]:
    with writing(engine) as connection:
        return claims.claim(connection, claims.due(connection, now, most, troubled), now)


def settled(engine: Engine, one: Claim, status: Status, wait: timedelta | None = None) -> bool:
    attempt = Attempt(one.number, NOW, 200, 12, "answered 200", "fine")
    with writing(engine) as connection:
        coming = None if wait is None else NOW + wait
        return claims.settle(connection, one, attempt, status, coming)


def state(engine: Engine, webhook_id: str) -> tuple[Status, int]:
    found, *_ = outbox.show(engine, webhook_id)
    return found.status, found.attempts


def test_the_bytes_come_back_as_they_were(engine: Engine) -> None:
    body = bytes(range(256)) * 3
    name = put(engine, endpoint(engine), body)
    assert name.startswith("msg_")
    found, stored, tries = outbox.show(engine, name)
    assert (body, []) == (stored, tries)
    assert ("desk", "webhook.test", "pending", 0, NOW) == (
        *(found.endpoint, found.type, found.status, found.attempts),
        found.next_attempt_at,
    )
    assert [found] == outbox.deliveries(engine)
    assert [] == outbox.deliveries(engine, status="dead")
    assert [] == outbox.deliveries(engine, endpoint="nobody")
    with pytest.raises(UnknownName, match="no delivery is called 'msg_0'"):
        outbox.show(engine, "msg_0")


def test_a_row_exists_only_with_what_it_tells_of(engine: Engine) -> None:
    one = endpoint(engine)
    with suppress(ZeroDivisionError), writing(engine) as connection:
        outbox.put(connection, endpoint=one.id, kind="webhook.test", body=b"x", now=NOW)
        raise ZeroDivisionError
    assert [] == outbox.deliveries(engine)


def test_one_row_of_an_endpoint_is_in_flight(engine: Engine) -> None:
    one, two = endpoint(engine, "one"), endpoint(engine, "two")
    first, second = put(engine, one), put(engine, one, now=NOW + SECOND)
    other = put(engine, two)
    held = claimed(engine, NOW + SECOND)
    assert [first, other] == [each.webhook_id for each in held]
    assert [] == claimed(engine, NOW + SECOND)
    assert settled(engine, held[0], "delivered")
    (then,) = claimed(engine, NOW + SECOND)
    assert second == then.webhook_id
    assert ("delivered", 1) == state(engine, first)


def test_a_claim_runs_out_and_the_late_one_settles_nothing(engine: Engine) -> None:
    name = put(engine, endpoint(engine))
    (late,) = claimed(engine)
    assert [] == claimed(engine, NOW + timedelta(seconds=59))
    (new,) = claimed(engine, LATER)
    assert late.webhook_id == new.webhook_id == name
    assert not settled(engine, late, "dead")
    assert ("pending", 0) == state(engine, name)
    assert settled(engine, new, "delivered")
    _, _, tries = outbox.show(engine, name)
    assert ["answered 200"] * 2 == [each.outcome for each in tries]


def test_what_was_handed_back_is_claimed_at_once(engine: Engine) -> None:
    put(engine, endpoint(engine))
    held = claimed(engine)
    with writing(engine) as connection:
        claims.hand_back(connection, held)
    assert 1 == len(claimed(engine))


def test_a_failed_one_waits_for_its_time(engine: Engine) -> None:
    name = put(engine, endpoint(engine))
    (held,) = claimed(engine)
    assert settled(engine, held, "failed", timedelta(minutes=5))
    assert ("failed", 1) == state(engine, name)
    assert [] == claimed(engine, NOW + timedelta(minutes=4))
    (again,) = claimed(engine, NOW + timedelta(minutes=5))
    assert (name, 2) == (again.webhook_id, again.number)


def test_troubled_endpoints_leave_room(engine: Engine) -> None:
    for number in range(6):
        one = endpoint(engine, f"e{number}")
        put(engine, one, now=NOW - number * SECOND)
        if number > 1:
            with writing(engine) as connection:
                endpoints.change(connection, one.id, failing_since=NOW, failures=1)
    assert ["e5", "e1", "e0"] == [each.endpoint.name for each in claimed(engine, troubled=1)]


@pytest.mark.parametrize(
    "values", [{"paused_until": NOW + SECOND}, {"disabled_at": NOW}, {"removed_at": NOW}]
)
def test_nothing_is_sent_to_one_that_is_paused_or_ended(
    engine: Engine, values: dict[str, object]
) -> None:
    one = endpoint(engine)
    put(engine, one)
    with writing(engine) as connection:
        endpoints.change(connection, one.id, **values)
    assert [] == claimed(engine)
    assert ("paused_until" in values) == bool(claimed(engine, NOW + SECOND))


def test_what_was_given_up_is_kept_and_replayed_under_its_id(engine: Engine) -> None:
    one = endpoint(engine)
    name, flying = put(engine, one), put(engine, one)
    (held,) = claimed(engine, most=1)
    with writing(engine) as connection:
        assert 2 == outbox.give_up(connection, one.id, NOW)
        endpoints.change(connection, one.id, disabled_at=NOW, disabled_why="gone")
    assert not settled(engine, held, "failed", SECOND)
    assert {"dead"} == {each.status for each in outbox.deliveries(engine)}
    for again in (
        lambda: outbox.replay(engine, name, now=NOW),
        lambda: outbox.replay_dead(engine, "desk", now=NOW),
    ):
        with pytest.raises(UsageError, match=r"is disabled \(gone\); run `forecaster endpoints"):
            again()
    with writing(engine) as connection:
        endpoints.change(connection, one.id, disabled_at=None)
    assert "pending" == outbox.replay(engine, name, now=LATER).status
    assert 1 == outbox.replay_dead(engine, "desk", now=LATER)
    assert ("pending", 0) == state(engine, flying)
    with writing(engine) as connection:
        endpoints.change(connection, one.id, removed_at=NOW)
    with pytest.raises(UsageError, match="was removed"):
        outbox.replay(engine, name, now=NOW)


def test_a_good_answer_counts_though_the_endpoint_was_ended_meanwhile(engine: Engine) -> None:
    one = endpoint(engine)
    name = put(engine, one)
    (held,) = claimed(engine)
    with writing(engine) as connection:
        outbox.give_up(connection, one.id, NOW)
    assert settled(engine, held, "delivered")
    assert ("delivered", 1) == state(engine, name)


@pytest.mark.parametrize(
    ("table", "action"),
    [
        ("deliveries", "UPDATE deliveries SET body = body"),
        ("deliveries", "UPDATE deliveries SET webhook_id = 'msg_x'"),
        ("attempts", "UPDATE attempts SET outcome = 'fine'"),
    ],
)
def test_what_was_written_stays(engine: Engine, table: str, action: str) -> None:
    put(engine, endpoint(engine))
    (held,) = claimed(engine)
    settled(engine, held, "delivered")
    with (
        pytest.raises(StoreError, match=f"{table} is append-only"),
        writing(engine) as connection,
    ):
        connection.execute(text(action))
    with reading(engine) as connection:
        assert 1 == connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_what_waits_is_never_forgotten(engine: Engine, status: Status) -> None:
    name = put(engine, endpoint(engine))
    if status == "failed":
        (held,) = claimed(engine)
        settled(engine, held, "failed", SECOND)
    assert 0 == outbox.forget(engine, NOW + timedelta(days=1000))
    for table in ("attempts", "deliveries") if status == "failed" else ("deliveries",):
        with (
            pytest.raises(StoreError, match=f"{table} is append-only"),
            writing(engine) as connection,
        ):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    assert status == outbox.show(engine, name)[0].status


def test_what_is_done_is_forgotten_after_its_time_with_its_attempts(engine: Engine) -> None:
    one = endpoint(engine)
    names = [put(engine, one) for _ in range(2)]
    for status in ("delivered", "dead"):
        (held,) = claimed(engine)
        settled(engine, held, status)
    waits = put(engine, one)
    assert 0 == outbox.forget(engine, NOW)
    assert 2 == outbox.forget(engine, NOW + timedelta(seconds=1))
    assert [waits] == [one.webhook_id for one in outbox.deliveries(engine)]
    with reading(engine) as connection:
        assert 0 == connection.execute(text("SELECT count(*) FROM attempts")).scalar()
    with pytest.raises(UnknownName):
        outbox.show(engine, names[0])
