"""``forecaster collect``, ``leads`` and ``quarantine``, with a publisher on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import Result

from forecaster.errors import SourcesFailed, UsageError
from forecaster.store import readings
from forecaster.wiring import Desk
from indicators.sources import SOURCES
from tests.collecting.gazette import Gazette
from tests.commands.conftest import Put, Run, Start
from tests.replay import Publisher, Route

ENTRY = {"source", "indicators", "result", "readings_added", "error"}
MEETING = {
    "id": "events/7",
    "day": "2026-05-20",
    "title": "Talks with the President",
    "url": "http://publisher.example/events/7",
}


@pytest.fixture
def gazette(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """The one source there is: it is published elsewhere and mirrored on this machine."""
    assert desk.settings.base_urls == {}
    for name in list(SOURCES):
        monkeypatch.delitem(SOURCES, name)
    monkeypatch.setitem(SOURCES, "gacc", Gazette("http://publisher.example", name="gacc"))
    with Publisher() as publisher:
        monkeypatch.setenv("FORECASTER_SOURCES__GACC__BASE_URL", publisher.address)
        yield publisher


Publish = Callable[..., None]


@pytest.fixture
def publish(gazette: Publisher) -> Publish:
    def say(rows: dict[str, float], *events: dict[str, str]) -> None:
        content = {
            "rows": [{"period": period, "value": value} for period, value in rows.items()],
            "events": events,
        }
        gazette.add(Route("/table", body=json.dumps(content).encode()))

    return say


def shown(done: Result) -> Any:
    return json.loads(done.stdout)


def value(desk: Desk, indicator: str, period: str) -> float:
    known = readings.vintages(desk.engine, indicator)
    return next(one.value for one in reversed(known) if one.period == period)


def test_what_is_due_is_fetched_and_then_nothing_is_due(
    desk: Desk, publish: Publish, run: Run
) -> None:
    publish({"2026-08": 23.5})
    done = shown(run("collect", "--json"))
    (one,) = done["sources"]
    assert set(one) >= ENTRY
    assert ("gacc", "value", 1, None) == (
        one["source"],
        one["result"],
        one["readings_added"],
        one["error"],
    )
    assert ["trade_total", "leader_meetings"] == one["indicators"]
    assert 23.5 == value(desk, "trade_total", "2026-08")
    stored = readings.vintages(desk.engine, "trade_total")[-1]
    assert "http://publisher.example/table" == stored.source
    assert {"sources": []} == shown(run("collect", "--json"))
    assert "nothing is due" in run("collect").stdout


def test_a_named_indicator_is_fetched_at_once(publish: Publish, run: Run) -> None:
    publish({"2026-08": 23.5})
    run("collect")
    done = run("collect", "trade_total")
    assert done.stdout.splitlines()[0].split() == [
        *("source", "result", "new", "readings"),
        *("leads", "quarantined"),
    ]
    assert ["gacc", "unchanged", "0", "0", "0"] == done.stdout.splitlines()[1].split()
    assert isinstance(run("collect", "us_strategy_naming").exception, UsageError)


def test_a_failed_source_fails_the_command_and_shows_everywhere(
    gazette: Publisher, put: Put, run: Run, start: Start
) -> None:
    put()
    done = run("collect", "--json")
    assert isinstance(done.exception, SourcesFailed)
    assert "1 of 1 source failed" in str(done.exception)
    assert "status 404" in shown(done)["sources"][0]["error"]
    assert gazette.asked
    listed = shown(run("indicators", "--json"))
    states = {one["id"]: one["state"] for one in listed["indicators"]}
    assert ("failed", "failed") == (states["trade_total"], states["leader_meetings"])
    assert ("gacc", "failed", 1) == tuple(
        listed["visits"][0][key] for key in ("source", "result", "failures")
    )
    text = " ".join(run("indicators").stdout.split())
    assert "gacc failed (never visited well): gacc: status 404" in text
    told = json.loads(start("show", "--json").stdout)["sources"]
    assert ["leader_meetings", "trade_total"] == told["failed"]
    assert "trade_total" not in told["late"]


def test_without_a_contact_nobody_outside_is_asked(
    gazette: Publisher, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORECASTER_SOURCES__GACC__BASE_URL")
    assert "set FORECASTER_CONTACT" in str(run("collect").exception)
    assert [] == gazette.asked


# Leads


@pytest.fixture
def lead(publish: Publish, run: Run) -> int:
    publish({}, MEETING)
    assert 1 == shown(run("collect", "--json"))["sources"][0]["leads_added"]
    (one,) = shown(run("leads", "--json"))["leads"]
    assert ("leader_meetings", "2026-05-20", None) == (
        one["indicator"],
        one["day"],
        one["decision"],
    )
    return int(one["id"])


def test_a_confirmed_lead_raises_the_count_of_its_month(desk: Desk, lead: int, run: Run) -> None:
    before = value(desk, "leader_meetings", "2026-05")
    done = shown(run("leads", "confirm", str(lead), "--note", "in the paper", "--json"))
    assert done.pop("forecast")["result"] == "none"
    assert {
        "id": lead,
        "decision": "confirmed",
        "indicator": "leader_meetings",
        "period": "2026-05",
        "value": before + 1,
        "reading_added": True,
    } == done
    newest = [r for r in readings.vintages(desk.engine, "leader_meetings") if r.period == "2026-05"]
    assert (before + 1, "by_hand", MEETING["url"], "in the paper") == (
        newest[-1].value,
        newest[-1].origin,
        newest[-1].source,
        newest[-1].note,
    )
    assert newest[-1].known_at == newest[-1].recorded_at
    assert {"leads": []} == shown(run("leads", "--json"))
    assert "confirmed" == shown(run("leads", "--all", "--json"))["leads"][0]["decision"]
    assert "confirmed already" in str(run("leads", "dismiss", str(lead)).exception)


def test_a_lead_that_is_counted_already_changes_no_count(desk: Desk, lead: int, run: Run) -> None:
    before = readings.vintages(desk.engine, "leader_meetings")
    assert "nothing was recorded" in run("leads", "confirm", str(lead), "--counted").stdout
    assert before == readings.vintages(desk.engine, "leader_meetings")


def test_a_dismissed_lead_is_told_no_more(
    desk: Desk, lead: int, publish: Publish, run: Run
) -> None:
    before = readings.vintages(desk.engine, "leader_meetings")
    assert "dismissed" in run("leads", "dismiss", str(lead)).stdout
    publish({"2026-08": 23.5}, MEETING)
    run("collect", "leader_meetings")
    assert "no lead waits" in run("leads").stdout
    assert before == readings.vintages(desk.engine, "leader_meetings")


def test_leads_are_told_in_full(lead: int, run: Run) -> None:
    text = run("leads").stdout
    assert f"{lead}  20 May 2026  leader_meetings" in text
    assert MEETING["title"] in text
    assert MEETING["url"] in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--period", "1991-06"], "lies in no [[coverage]] window"),
        (["--period", "2030-01"], "has not ended yet"),
        (["--period", "soon"], "is not a period"),
        (["--value", "99"], "outside the plausible range"),
        (["--value", "1.5"], "is no count"),
        (["--value", "nan"], "not a finite number"),
        (["--counted", "--value", "2"], "--counted records nothing"),
    ],
    ids=lambda one: one if isinstance(one, str) else " ".join(one),
)
def test_what_cannot_be_meant_leaves_the_lead_open(
    desk: Desk, lead: int, run: Run, words: list[str], told: str
) -> None:
    before = readings.vintages(desk.engine, "leader_meetings")
    done = run("leads", "confirm", str(lead), *words)
    assert isinstance(done.exception, UsageError)
    assert told in str(done.exception)
    assert 1 == len(shown(run("leads", "--json"))["leads"])
    assert before == readings.vintages(desk.engine, "leader_meetings")


def test_a_month_without_a_count_needs_one_stated(desk: Desk, lead: int, run: Run) -> None:
    done = run("leads", "confirm", str(lead), "--period", "2026-06", "--value", "1", "--json")
    assert (1.0, True) == (shown(done)["value"], shown(done)["reading_added"])
    assert 1.0 == value(desk, "leader_meetings", "2026-06")


@pytest.mark.usefixtures("gazette")
def test_a_lead_that_is_none_is_told(run: Run) -> None:
    for command in ("confirm", "dismiss"):
        assert "there is no lead 7" in str(run("leads", command, "7").exception)


# Quarantine


@pytest.fixture
def aside(publish: Publish, run: Run) -> int:
    publish({"2026-08": 23500.0})
    assert 1 == shown(run("collect", "--json"))["sources"][0]["quarantined"]
    (one,) = shown(run("quarantine", "--json"))["quarantine"]
    assert ("trade_total", "2026-08", 23500.0, None) == (
        one["indicator"],
        one["period"],
        one["value"],
        one["decision"],
    )
    return int(one["id"])


def test_a_value_is_accepted_with_a_reason(desk: Desk, aside: int, run: Run) -> None:
    assert isinstance(
        run("quarantine", "accept", str(aside), "--reason", " ").exception, UsageError
    )
    done = run("quarantine", "accept", str(aside), "--reason", "new unit", "--json")
    found = shown(done)
    assert found.pop("forecast")["result"] == "none"
    assert {"id": aside, "decision": "accepted"} == found
    newest = readings.vintages(desk.engine, "trade_total")[-1]
    assert (23500.0, "new unit") == (newest.value, newest.reason)
    assert "accepted already" in str(
        run("quarantine", "reject", str(aside), "--reason", "no").exception
    )


def test_a_rejected_value_waits_no_more(desk: Desk, aside: int, publish: Publish, run: Run) -> None:
    assert "23500" in run("quarantine").stdout
    before = readings.vintages(desk.engine, "trade_total")
    assert (
        "rejected: trade_total 2026-08"
        in run("quarantine", "reject", str(aside), "--reason", "a slip").stdout
    )
    assert "nothing waits" in run("quarantine").stdout
    assert "rejected" == shown(run("quarantine", "--all", "--json"))["quarantine"][0]["decision"]
    publish({"2026-08": 23500.0, "2026-07": 21.0})
    assert 0 == shown(run("collect", "trade_total", "--json"))["sources"][0]["quarantined"]
    assert len(before) + 1 == len(readings.vintages(desk.engine, "trade_total"))
    listed = shown(run("indicators", "--json"))["indicators"]
    assert 0 == sum(one["n_quarantined"] for one in listed)


@pytest.mark.usefixtures("gazette")
def test_a_number_that_lies_nowhere_is_told(run: Run) -> None:
    for command in ("accept", "reject"):
        told = str(run("quarantine", command, "7", "--reason", "x").exception)
        assert "nothing lies in quarantine as 7" in told
