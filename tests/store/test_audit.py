"""A change that a person makes and its line in the audit log are stored together or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from forecaster.errors import StoreError
from forecaster.store import audit, judgements, leads, readings, resolutions
from forecaster.store.audit import Entry
from forecaster.store.engine import writing
from forecaster.store.leads import NewLead, Settled
from forecaster.store.quarantine import Judgement
from tests.store.support import NOW, Somebody, new

WHO = Somebody("ada", "session")
Change = Callable[[Engine, Entry], object]


def add(engine: Engine, entry: Entry) -> object:
    return readings.add(engine, [new(1.0)], now=NOW, entry=entry)


def put_aside(engine: Engine, entry: Entry) -> object:
    return readings.quarantine(engine, new(9.0), "too large", now=NOW, entry=entry)


def resolve(engine: Engine, entry: Entry) -> object:
    day = NOW.date()
    return resolutions.add(engine, "balancing", day, "https://example.org", NOW, entry=entry)


def settle(engine: Engine, entry: Entry) -> object:
    lead = NewLead("kremlin", "leader_meetings", "k", NOW.date(), "t", "https://example.org", "w")
    with writing(engine) as connection:
        leads.add_within(connection, [lead], now=NOW)
    how = Settled("confirmed", "")
    return judgements.settle_lead(engine, 1, how, [new(2.0)], now=NOW, entry=entry)


def judge(engine: Engine, entry: Entry) -> object:
    number = readings.quarantine(engine, new(9.0), "too large", now=NOW)
    how = Judgement("accepted", "it is right", "ada")
    return judgements.judge_quarantined(engine, number, how, [new(9.0)], now=NOW, entry=entry)


CHANGES: tuple[Change, ...] = (add, put_aside, resolve, settle, judge)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_logged_once_and_the_same_again_is_no_change(
    engine: Engine, change: Change
) -> None:
    entry = Entry(WHO, "a.change", "trade_total 2025-12", {"value": 1.0, "why": "ä"}, "r" * 70)
    change(engine, entry)
    change(engine, entry)
    (line,) = audit.entries(engine)
    assert ("ada", "session", "a.change", "trade_total 2025-12") == line[2:6]
    assert ({"value": 1.0, "why": "ä"}, "r" * 64, NOW) == (
        line.details,
        line.request_id,
        line.at,
    )


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_whose_line_cannot_be_written_is_not_made(engine: Engine, change: Change) -> None:
    nobody = Somebody(None, "session")  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        change(engine, Entry(nobody, "a.change", "x"))
    assert [] == audit.entries(engine)
    assert [] == readings.as_known(engine, NOW)
    assert [] == resolutions.as_known(engine, NOW)
    assert all(one.waiting for one in readings.quarantined(engine))
    assert all(one.decision is None for one in leads.stored(engine))


def test_the_log_is_read_newest_first_and_page_by_page(engine: Engine) -> None:
    for number in range(5):
        audit.write(engine, Entry(WHO, "a.change", str(number)), now=NOW)
    first = audit.entries(engine, limit=2)
    second = audit.entries(engine, limit=9, before=first[-1].id)
    assert ["4", "3", "2", "1", "0"] == [one.object for one in first + second]
