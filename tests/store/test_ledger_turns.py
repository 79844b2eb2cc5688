"""Which of the due runs is begun first."""

from __future__ import annotations

from sqlalchemy import Engine

from forecaster.store import ledger
from forecaster.store.ledger import Entry
from tests.store.test_ledger import DONE, Clock, at, begin, due, hand, lead, states

__all__ = ["hand"]


def test_oldest_first_one_of_a_job_at_a_time_and_no_more_than_there_is_room(
    engine: Engine,
) -> None:
    held = lead(engine)
    due(engine, held, "tidy", -3, -1)
    due(engine, held, "backup", -2)
    due(engine, held, "resolve", -4)
    due(engine, held, "update", 1)  # has not come yet
    assert ["resolve", "tidy"] == [run.job for run in begin(engine, held, free=2)]
    assert ["backup"] == [run.job for run in begin(engine, held, free=2)]
    assert [] == begin(engine, held, free=0)
    assert [(-3, "running", 1), (-1, "due", 0)] == states(engine)


def test_every_job_has_its_turn_when_more_is_due_than_can_be_done(
    engine: Engine, hand: Clock
) -> None:
    """All are due again each minute, what waited is skipped, and there is room for one alone."""
    held = lead(engine)
    names = ["tidy", "resolve", "backup", "update"]
    begun: list[str] = []
    for minute in range(8):
        for name in names:
            again = Entry(name, at(minute - 1), "skipped", "a later one")
            ledger.enter(engine, held, [again, Entry(name, at(minute), "due")], {})
        (run,) = begin(engine, held, free=1)
        begun.append(run.job)
        hand.pass_(minutes=1)
        ledger.finish(engine, run, DONE, held=held)
    assert [*names, *names] == begun


def test_what_was_interrupted_goes_first(engine: Engine, hand: Clock) -> None:
    held = lead(engine)
    due(engine, held, "update", 0)
    (run,) = begin(engine, held)
    hand.pass_(minutes=2)
    due(engine, held, "tidy", -1)
    due(engine, held, "update", 1)
    ledger.lose(engine, held, run, "killed")
    (again,) = begin(engine, held, free=1)
    assert (run.id, 2) == (again.id, again.attempt)
