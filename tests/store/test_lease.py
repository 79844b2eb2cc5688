"""One holder at a time, by the database's time; what a former holder writes is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from forecaster.errors import LeaseLost
from forecaster.store import clock, lease
from forecaster.store.engine import open_engine, reading, writing
from forecaster.store.lease import Candidate, Held, Lease
from tests.store.support import NOW

SECONDS = 30.0


class Hands:
    """A database's clock, and a process's monotonic one, that a test moves by hand."""

    def __init__(self) -> None:
        self.now = NOW
        self.elapsed = 1000.0

    def database_time(self, _connection: Connection) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.elapsed

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.elapsed += seconds


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands()
    monkeypatch.setattr(clock, "database_time", found.database_time)
    return found


def candidate(engine: Engine, name: str, hands: Hands) -> Candidate:
    return Candidate(engine, name, SECONDS, hands.monotonic)


def test_the_database_s_time_is_ours_within_the_time_it_takes_to_ask(engine: Engine) -> None:
    before = datetime.now(UTC)
    with reading(engine) as connection:
        found = clock.database_time(connection)
    # Engines round to different fractions of a second.
    assert before - timedelta(seconds=1) <= found <= datetime.now(UTC) + timedelta(seconds=1)


def test_the_first_takes_it_and_the_second_waits_until_it_runs_out(
    engine: Engine, hands: Hands
) -> None:
    first, second = candidate(engine, "first", hands), candidate(engine, "second", hands)
    assert first.take() == Held("first", 1)
    assert second.take() is None
    hands.pass_(SECONDS - 1)
    assert second.take() is None
    hands.pass_(1)
    assert second.take() == Held("second", 2)
    assert first.take() is None


def test_renewing_keeps_it(engine: Engine, hands: Hands) -> None:
    held = candidate(engine, "first", hands).take()
    second = candidate(engine, "second", hands)
    assert held is not None
    for _ in range(6):
        hands.pass_(10)
        with writing(engine) as connection:
            assert lease.renew(connection, held, SECONDS) == hands.now + timedelta(seconds=SECONDS)
        assert second.take() is None


def test_a_lease_that_ran_out_may_be_renewed_while_nobody_took_it(
    engine: Engine, hands: Hands
) -> None:
    held = candidate(engine, "first", hands).take()
    assert held is not None
    hands.pass_(1000)
    with writing(engine) as connection:
        lease.renew(connection, held, SECONDS)
    assert candidate(engine, "second", hands).take() is None


def test_a_former_holder_is_refused_and_told_who_leads(engine: Engine, hands: Hands) -> None:
    held = candidate(engine, "first", hands).take()
    assert held is not None
    hands.pass_(SECONDS)
    candidate(engine, "second", hands).take()
    told = r"second runs the jobs now \(fence 2\)"
    with pytest.raises(LeaseLost, match=told), writing(engine) as connection:
        lease.require(connection, held)
    with pytest.raises(LeaseLost), writing(engine) as connection:
        lease.renew(connection, held, SECONDS)
    assert lease.look(engine)[0].holder == "second"


def test_a_released_lease_is_free_at_once_and_the_fence_goes_on(
    engine: Engine, hands: Hands
) -> None:
    held = candidate(engine, "first", hands).take()
    assert held is not None
    lease.release(engine, held)
    assert lease.look(engine) == (Lease(None, 1, None), True)
    assert candidate(engine, "second", hands).take() == Held("second", 2)
    lease.release(engine, held)  # too late: it is another's
    assert lease.look(engine)[0].holder == "second"


def test_a_dead_holder_is_replaced_though_the_database_s_clock_was_put_back(
    engine: Engine, hands: Hands
) -> None:
    candidate(engine, "first", hands).take()
    second = candidate(engine, "second", hands)
    hands.now -= timedelta(hours=5)
    assert second.take() is None
    hands.pass_(SECONDS - 1)
    assert second.take() is None
    hands.pass_(1)
    assert second.take() == Held("second", 2)


def test_a_living_holder_is_not_replaced_when_the_clock_was_put_back(
    engine: Engine, hands: Hands
) -> None:
    held = candidate(engine, "first", hands).take()
    second = candidate(engine, "second", hands)
    assert held is not None
    hands.now -= timedelta(hours=5)
    for _ in range(12):
        hands.pass_(10)
        with writing(engine) as connection:
            lease.renew(connection, held, SECONDS)
        assert second.take() is None


def test_of_many_that_want_it_at_once_one_gets_it(url: str, engine: Engine) -> None:
    engines = [open_engine(url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda n: Candidate(engines[n], f"c{n}", SECONDS).take(), range(6)))
    (held,) = [one for one in found if one is not None]
    assert lease.look(engine)[0][:2] == held
    for one in engines:
        one.dispose()
