"""Whatever was due has a row, and only who holds the lease writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from forecaster.errors import Busy, LeaseLost, StoreError
from forecaster.store import clock, ledger, ledger_views
from forecaster.store.engine import writing
from forecaster.store.lease import Candidate, Held
from forecaster.store.ledger import Entry, Outcome, Run, Status
from tests.store.support import NOW

SECONDS = 30.0
DONE = Outcome("succeeded", "done")


class Clock:
    """The database's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def database_time(self, _connection: Connection) -> datetime:
        return self.now

    def pass_(self, **lengths: float) -> None:
        self.now += timedelta(**lengths)


@pytest.fixture(autouse=True)
def hand(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(clock, "database_time", found.database_time)
    return found


def lead(engine: Engine, name: str = "one") -> Held:
    held = Candidate(engine, name, SECONDS).take()
    assert held is not None
    return held


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def due(engine: Engine, held: Held, job: str = "tidy", *minutes: float) -> None:
    ledger.enter(engine, held, [Entry(job, at(m), "due") for m in minutes or (0,)], {})


def begin(engine: Engine, held: Held, free: int = 9) -> list[Run]:
    return ledger.claim(engine, held, SECONDS, free)


def states(engine: Engine, job: str = "tidy") -> list[tuple[float, Status, int]]:
    """Minutes after NOW, status and attempts of each row, in the order of time."""
    return [
        ((run.logical_time - NOW) / timedelta(minutes=1), run.status, run.attempt)
        for run in ledger_views.runs(engine, job, limit=1000)
    ][::-1]


def test_a_due_time_is_begun_once_and_ends_once(engine: Engine, hand: Clock) -> None:
    held = lead(engine)
    due(engine, held)
    (run,) = begin(engine, held)
    assert (run.job, run.logical_time, run.status, run.attempt) == ("tidy", NOW, "running", 1)
    assert (run.holder, run.fence) == held
    assert [] == begin(engine, held)
    hand.pass_(seconds=5)
    ledger.finish(engine, run, DONE, held=held)
    (ended,) = ledger_views.runs(engine)
    assert (ended.status, ended.message, ended.finished_at) == ("succeeded", "done", hand.now)
    with pytest.raises(LeaseLost, match="given to another process"):
        ledger.finish(engine, run, DONE, held=held)


def test_a_time_that_has_a_row_keeps_it(engine: Engine) -> None:
    held = lead(engine)
    due(engine, held)
    (run,) = begin(engine, held)
    ledger.finish(engine, run, DONE, held=held)
    again: list[Entry] = [Entry("tidy", NOW, "due"), Entry("tidy", NOW, "skipped", "why")]
    for entry in again:
        ledger.enter(engine, held, [entry], {})
    assert [(0, "succeeded", 1)] == states(engine)


def test_what_waits_may_be_skipped_and_what_was_passed_over_may_become_due(
    engine: Engine,
) -> None:
    held = lead(engine)
    due(engine, held)
    ledger.enter(engine, held, [Entry("tidy", NOW, "skipped", "a later one")], {})
    assert [(0, "skipped", 0)] == states(engine)
    due(engine, held)
    assert [(0, "due", 0)] == states(engine)


def writes(engine: Engine, run: Run) -> dict[str, Callable[[Held], Any]]:
    """Everything that a holder of the lease writes."""
    return {
        "enter": lambda held: due(engine, held, "backup"),
        "drop": lambda held: ledger.drop(engine, held, []),
        "claim": lambda held: begin(engine, held),
        "beat": lambda held: ledger.beat(engine, held, SECONDS),
        "reopen": lambda held: ledger.reopen(engine, held, []),
        "lose": lambda held: ledger.lose(engine, held, run, "killed"),
        "hand back": lambda held: ledger.hand_back(engine, held, run, "stop"),
        "finish": lambda held: ledger.finish(engine, run, DONE, held=held, then={"update": SOON}),
    }


SOON = timedelta(minutes=1)


@pytest.mark.parametrize(
    "what", ["enter", "drop", "claim", "beat", "reopen", "lose", "hand back", "finish"]
)
def test_a_stale_fence_writes_nothing(engine: Engine, hand: Clock, what: str) -> None:
    old = lead(engine)
    due(engine, old, "tidy", -1, 0)
    (run,) = begin(engine, old)
    hand.pass_(seconds=SECONDS)
    lead(engine, "two")
    before = states(engine), states(engine, "backup"), states(engine, "update")
    with pytest.raises(LeaseLost, match=r"two runs the jobs now"):
        writes(engine, run)[what](old)
    assert before == (states(engine), states(engine, "backup"), states(engine, "update"))


def test_a_new_leader_takes_over_what_the_old_one_left_and_gives_up_after_three(
    engine: Engine, hand: Clock
) -> None:
    due(engine, lead(engine, "leader 0"))
    for attempt in (1, 2, 3):
        hand.pass_(seconds=SECONDS)
        held = lead(engine, f"leader {attempt}")
        ledger.reopen(engine, held, [])
        (run,) = begin(engine, held)
        assert attempt == run.attempt
    hand.pass_(seconds=SECONDS)
    held = lead(engine, "last")
    (lost,) = ledger.reopen(engine, held, [])
    assert ("failed", "given up after 3 attempts: its process ended without a word") == (
        lost.status,
        lost.message,
    )
    assert [] == begin(engine, held)
    assert [(0, "failed", 3)] == states(engine)


def test_a_leader_does_not_take_back_what_it_runs_itself(engine: Engine, hand: Clock) -> None:
    held = lead(engine)
    due(engine, held)
    (run,) = begin(engine, held)
    hand.pass_(hours=2)  # the clock was put forward
    ledger.beat(engine, held, SECONDS)
    assert [] == ledger.reopen(engine, held, [run.id])
    assert ["due"] == [one.status for one in ledger.reopen(engine, held, [])]


def test_a_beat_vouches_for_what_runs(engine: Engine, hand: Clock) -> None:
    held = lead(engine)
    due(engine, held)
    begin(engine, held)
    for _ in range(5):
        hand.pass_(seconds=20)
        ledger.beat(engine, held, SECONDS)
        assert 1 == ledger_views.counts(engine)["running"]
    hand.pass_(seconds=SECONDS)
    counts = ledger_views.counts(engine)
    assert (0, 1) == (counts["running"], counts["due"])
    (shown,) = ledger_views.last(engine).values()
    assert ("due", "attempt 1") == (shown.status, shown.message.partition(":")[0])


def test_handing_back_costs_no_attempt(engine: Engine) -> None:
    held = lead(engine)
    due(engine, held)
    for _ in range(5):
        (run,) = begin(engine, held)
        ledger.hand_back(engine, held, run, "stop")
    assert [(0, "due", 0)] == states(engine)


def test_a_killed_run_costs_one(engine: Engine) -> None:
    held = lead(engine)
    due(engine, held)
    found = []
    for _ in range(3):
        (run,) = begin(engine, held)
        found.append(ledger.lose(engine, held, run, "killed by SIGKILL").status)
    assert ["due", "due", "failed"] == found


def test_news_makes_a_job_due_once_after_its_delay(engine: Engine, hand: Clock) -> None:
    held = lead(engine)
    due(engine, held, "tidy", 0)
    due(engine, held, "backup", 0)
    for run in begin(engine, held):
        ledger.finish(engine, run, DONE, held=held, then={"update": SOON})
    assert [(1, "due", 0)] == states(engine, "update")
    assert [] == begin(engine, held)
    hand.pass_(minutes=1)
    (run,) = begin(engine, held)
    due(engine, held, "tidy", 0.5)
    (other,) = begin(engine, held)
    ledger.finish(engine, other, DONE, held=held, then={"update": timedelta(0)})
    # What runs may not have seen the news: it is asked once more.
    assert ["running", "due"] == [status for _, status, _ in states(engine, "update")]
    assert states(engine, "update")[1][0] > (run.logical_time - NOW) / timedelta(minutes=1)


def test_a_run_by_hand_needs_no_lease_and_is_one_of_its_job(engine: Engine, hand: Clock) -> None:
    held = lead(engine)
    run = ledger.begin(engine, "tidy", "by hand", SECONDS)
    assert (run.logical_time, run.fence) == (NOW, None)
    with pytest.raises(Busy, match="tidy is running already, by by hand since 06:10:00 UTC"):
        ledger.begin(engine, "tidy", "other", SECONDS)
    due(engine, held, "tidy", -1)
    assert [] == begin(engine, held)
    hand.pass_(seconds=20)
    ledger.keep_alive(engine, run, SECONDS)
    hand.pass_(seconds=20)
    assert [] == ledger.reopen(engine, held, [])
    ledger.finish(engine, run, DONE)
    assert ["tidy"] == [one.job for one in begin(engine, held)]


@pytest.mark.parametrize("by", ["leader", "hand"])
def test_a_run_by_hand_that_was_killed_has_failed(engine: Engine, hand: Clock, by: str) -> None:
    run = ledger.begin(engine, "tidy", "by hand", SECONDS)
    hand.pass_(seconds=SECONDS)
    (shown,) = ledger_views.runs(engine)
    assert ("failed", "run by hand: its process ended without a word") == shown[3:5]
    if by == "leader":
        ledger.reopen(engine, lead(engine), [])
    else:
        ledger.begin(engine, "tidy", "another", SECONDS)
    assert "failed" == states(engine)[0][1]
    for write in (ledger.keep_alive, lambda e, r, _: ledger.finish(e, r, DONE)):
        with pytest.raises(LeaseLost):
            write(engine, run, SECONDS)


def test_a_job_that_left_the_timetable_waits_no_longer(engine: Engine) -> None:
    held = lead(engine)
    ledger.enter(engine, held, [Entry("renamed", NOW, "due")], {"renamed": NOW, "tidy": NOW})
    ledger.drop(engine, held, ["tidy"])
    (run,) = ledger_views.runs(engine, "renamed")
    assert ("skipped", "the timetable has no job of this name any more") == run[3:5]
    _, found = ledger.positions(engine, ["tidy", "renamed"])
    assert (NOW, None) == (found["tidy"].through, found["renamed"].through)


def test_positions_tell_how_far_and_what_waits(engine: Engine) -> None:
    held = lead(engine)
    ledger.enter(engine, held, [], {"tidy": at(-5)})
    due(engine, held, "tidy", -2, -1, 3)
    now, found = ledger.positions(engine, ["tidy", "new"])
    assert NOW == now
    assert (at(-5), (at(-2), at(-1))) == found["tidy"]
    assert (None, ()) == found["new"]


def test_nothing_is_entered_by_halves(engine: Engine) -> None:
    held = lead(engine)
    wrong = [Entry("tidy", NOW, "due"), Entry("x" * 10, datetime(2026, 1, 1), "due")]  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        ledger.enter(engine, held, wrong, {"tidy": NOW})
    assert [] == states(engine)
    assert ledger.positions(engine, ["tidy"])[1]["tidy"].through is None


def test_no_row_is_removed_and_no_outcome_changed(engine: Engine) -> None:
    held = lead(engine)
    due(engine, held)
    (run,) = begin(engine, held)
    ledger.finish(engine, run, DONE, held=held)
    for statement in (
        "DELETE FROM job_runs",
        "UPDATE job_runs SET status = 'due'",
        "UPDATE job_runs SET message = 'other' WHERE status = 'succeeded'",
    ):
        refused = pytest.raises((StoreError, DBAPIError), match="append-only")
        with refused, writing(engine) as connection:
            connection.execute(text(statement))
    assert [(0, "succeeded", 1)] == states(engine)


def test_counts_and_last(engine: Engine) -> None:
    held = lead(engine)
    entries = [
        Entry("tidy", at(-3), "missed"),
        Entry("tidy", at(-2), "skipped"),
        Entry("tidy", at(-1), "due"),
        Entry("tidy", at(9), "due"),
        Entry("backup", at(-1), "skipped"),
    ]
    ledger.enter(engine, held, entries, {})
    begin(engine, held)
    counts = ledger_views.counts(engine)
    assert counts == {
        "due": 1,
        "running": 1,
        "succeeded": 0,
        "failed": 0,
        "skipped": 2,
        "missed": 1,
    }
    last = ledger_views.last(engine)
    assert {"tidy": "running", "backup": "skipped"} == {k: run.status for k, run in last.items()}
    assert {"tidy": 1} == ledger_views.waiting(engine)
