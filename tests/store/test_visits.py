"""A visit is stored whole or not at all; leads are told once, and judged once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine

from forecaster.errors import StoreError
from forecaster.store import judgements, leads, readings, visits
from forecaster.store.leads import NewLead, Settled
from forecaster.store.quarantine import Judgement
from forecaster.store.records import Written
from forecaster.store.visits import Brought, Failure, Stored
from forecaster.store.withdrawals import TakenBack
from indicators.period import Period
from tests.store.support import NOW, day, new

LEAD = NewLead(
    "kremlin", "leader_meetings", "events/1", date(2026, 5, 20), "Talks", "http://x", "the title"
)


def brought(**more: object) -> Brought:
    return Brought("gacc", ["trade_total"], "value", {"cursor": "7"}, **more)  # type: ignore[arg-type]


def values(engine: Engine, at: int = 300) -> dict[str, float]:
    return {one.period: one.value for one in readings.as_known(engine, day(at))}


def test_what_a_visit_brought_is_stored_at_once(engine: Engine) -> None:
    everything = brought(
        readings=[new(1.0), new(2.0, period="2025-11")],
        doubts=[(new(9e9, period="2025-10"), "too large")],
        leads=[LEAD, LEAD._replace(indicator="leader_calls"), LEAD],
        warnings=["a new field"],
    )
    assert Stored(Written(2, 0, 0), 1, 2, 0) == visits.store(engine, everything, now=NOW)
    assert Stored(Written(0, 2, 0), 0, 0, 0) == visits.store(engine, everything, now=day(400))
    one = visits.remembered(engine)["gacc"]
    assert ({"cursor": "7"}, "value", "", ("a new field",), 0) == (
        one.memory,
        one.result,
        one.error,
        one.warnings,
        one.failures,
    )
    assert [(["trade_total"], "value")] == visits.results(engine, day(400))
    assert [] == visits.results(engine, day(399))


def test_a_visit_that_cannot_be_stored_leaves_nothing(engine: Engine) -> None:
    impossible = brought(
        readings=[new(1.0)], leads=[LEAD], doubts=[(new(1.0)._replace(source=""), "why")]
    )
    with pytest.raises(ValueError, match="source must be given"):
        visits.store(engine, impossible, now=NOW)
    assert ({}, {}, []) == (values(engine), visits.remembered(engine), leads.stored(engine))


def test_a_failed_visit_changes_the_note_about_it_only(engine: Engine) -> None:
    visits.store(engine, brought(readings=[new(1.0)]), now=day(100))
    failure = Failure("gacc", ["trade_total"], "status 500", not_before=day(102))
    for n in (101, 102):
        visits.fail(engine, failure, now=day(n))
    one = visits.remembered(engine)["gacc"]
    assert ({"cursor": "7"}, "failed", "status 500", 2) == (
        one.memory,
        one.result,
        one.error,
        one.failures,
    )
    assert (day(102), day(100), day(102)) == (one.visited_at, one.succeeded_at, one.not_before)
    visits.store(engine, brought(), now=day(103))
    again = visits.remembered(engine)["gacc"]
    assert (0, None, "") == (again.failures, again.not_before, again.error)


def test_a_source_may_fail_before_it_was_ever_good(engine: Engine) -> None:
    visits.fail(engine, Failure("gacc", ["trade_total"], "no\0pe"), now=NOW)
    one = visits.remembered(engine)["gacc"]
    assert ({}, None, "no?pe") == (one.memory, one.succeeded_at, one.error)


# Taken back


def taken_back(engine: Engine, known: int, *, recorded: int | None = None) -> None:
    gone = TakenBack("trade_total", Period.parse("2025-12"), day(known), "http://x")
    visits.store(engine, brought(withdrawn=[gone]), now=day(recorded or known))


def test_a_value_taken_back_is_gone_from_then_on(engine: Engine) -> None:
    readings.add(engine, [new(1.0, 10), new(5.0, 10, period="2025-11")], now=day(10))
    taken_back(engine, 20)
    assert [2, 1, 1] == [len(values(engine, at)) for at in (19, 20, 30)]
    said = readings.as_known(engine, day(30), recorded_by=day(19))
    assert 2 == len(said)
    assert 2 == len(readings.vintages(engine, "trade_total"))


def test_a_value_given_again_stands_again(engine: Engine) -> None:
    readings.add(engine, [new(1.0, 10)], now=day(10))
    taken_back(engine, 20)
    assert (1, 0) == readings.add(engine, [new(1.0, 30)], now=day(30))
    assert (0, 1) == readings.add(engine, [new(1.0, 40)], now=day(40))
    assert [{"2025-12": 1.0}, {}, {"2025-12": 1.0}] == [values(engine, at) for at in (15, 25, 35)]


def test_a_value_known_before_it_was_taken_back_changes_nothing(engine: Engine) -> None:
    readings.add(engine, [new(1.0, 10)], now=day(10))
    taken_back(engine, 20)
    readings.add(engine, [new(2.0, 15)], now=day(50))
    assert [{"2025-12": 2.0}, {}] == [values(engine, at) for at in (16, 60)]


def test_the_embedded_record_again_does_not_bring_it_back(engine: Engine) -> None:
    embedded = new(1.0, 10, origin="embedded")
    readings.add(engine, [embedded], now=day(10))
    taken_back(engine, 20)
    assert (0, 1) == readings.add(engine, [embedded], now=day(30))
    assert {} == values(engine, 60)


# Judged


def test_a_lead_is_settled_once(engine: Engine) -> None:
    visits.store(engine, brought(leads=[LEAD]), now=NOW)
    how = Settled("confirmed", "saw it")
    assert Written(1, 0, 0) == judgements.settle_lead(engine, 1, how, [new(1.0)], now=day(400))
    assert None is judgements.settle_lead(
        engine, 1, Settled("dismissed", ""), [new(7.0)], now=day(401)
    )
    assert None is judgements.settle_lead(engine, 99, how, now=day(401))
    lead = leads.one(engine, 1)
    assert lead is not None
    assert ("confirmed", "saw it", day(400)) == (lead.decision, lead.note, lead.decided_at)
    assert ([], [lead]) == (leads.stored(engine), leads.stored(engine, undecided=False))
    assert {"2025-12": 1.0} == values(engine)


def test_a_quarantined_value_is_judged_once(engine: Engine) -> None:
    number = readings.quarantine(engine, new(9e9), "too large", now=NOW)
    wrong = Judgement("rejected", "a slip", "an analyst")
    assert Written(0, 0, 0) == judgements.judge_quarantined(engine, number, wrong, now=NOW)
    assert None is judgements.judge_quarantined(engine, number, wrong, [new(9e9)], now=NOW)
    (one,) = readings.quarantined(engine)
    assert ("rejected", False, False) == (one.decision, one.accepted, one.waiting)
    assert {} == values(engine)


def test_of_two_who_judge_at_once_one_is_heard(engine: Engine) -> None:
    visits.store(engine, brought(leads=[LEAD]), now=NOW)

    def settle(value: float) -> Written | None:
        try:
            return judgements.settle_lead(
                engine, 1, Settled("confirmed", ""), [new(value, 250 + int(value))], now=NOW
            )
        except StoreError:
            return None

    with ThreadPoolExecutor(4) as pool:
        heard = [one for one in pool.map(settle, [1.0, 2.0, 3.0, 4.0]) if one is not None]
    assert 1 == len(heard)
    assert 1 == len(readings.vintages(engine, "trade_total"))
