"""What programs read: the documents of the commands, kept, named by ETags, page by page."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from forecaster import (
    documents,
    explained,
    listings,
    reference,
    standing,
    watched,
    worked_out,
)
from forecaster.store import readings
from forecaster.web import memo
from forecaster.wiring import Desk
from tests.web.api.conftest import FORECASTS, NOW, Asker, new

Told = Callable[[Desk], Any]
DAY = "2026-10-20"
EARLIER = datetime(2026, 10, 20, 23, 59, 59, 999999, tzinfo=NOW.tzinfo)
SAME: dict[str, Told] = {
    "forecasts/standing": lambda desk: standing.forecast(desk.settings, NOW),
    "history": documents.history,
    "indicators": documents.indicators,
    f"indicators?as_of={DAY}": lambda desk: documents.indicators(desk, EARLIER),
    "indicators/trade_total/readings": lambda desk: documents.readings_of(desk, "trade_total"),
    f"indicators/trade_total/readings?as_of={DAY}": lambda desk: documents.readings_of(
        desk, "trade_total", EARLIER
    ),
    "leads": documents.leads_of,
    "leads?all=true": lambda desk: documents.leads_of(desk, undecided=False),
    "quarantine": documents.quarantine_of,
    "indicators/trade_total": lambda desk: listings.indicator_of(desk, "trade_total"),
    "sources": listings.visits_of,
    "reference": lambda desk: reference.document(desk, NOW),
    f"reference?as_of={DAY}": lambda desk: reference.document(desk, NOW, EARLIER),
    "explain": explained.require,
    "watch": watched.require,
    "explain?to=third": lambda desk: explained.require(desk, to="third"),
    "explain?since=first": lambda desk: explained.require(desk, "first"),
    "what-if": lambda desk: worked_out.require(desk, "what-if"),
    "prior-share": lambda desk: worked_out.require(desk, "prior-share"),
}


@pytest.mark.parametrize("path", SAME)
def test_the_document_is_that_of_the_command(ask: Asker, desk: Desk, path: str) -> None:
    assert json.loads(json.dumps(SAME[path](desk))) == ask.json(path)


@pytest.mark.parametrize("path", [*SAME, "openapi.json", "forecasts", "jobs", "dataset"])
def test_every_answer_has_an_etag_a_head_and_a_packed_form(ask: Asker, path: str) -> None:
    plain = ask.get(path, headers={"accept-encoding": "identity"})
    head = ask("HEAD", path, headers={"accept-encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == plain.headers["etag"]
    assert head.headers["content-length"] == str(len(plain.content))
    again = ask.get(path, headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    packed = ask.get(path, headers={"accept-encoding": "gzip"})
    assert packed.content == plain.content
    if len(plain.content) > 600:
        assert packed.headers["content-encoding"] == "gzip"
        size = len(gzip.compress(plain.content, memo.GZIP_LEVEL))
        assert int(packed.headers["content-length"]) == size


def test_a_kept_answer_goes_when_the_store_changes(ask: Asker, app: FastAPI, desk: Desk) -> None:
    path = "indicators/trade_total/readings"
    before = ask.get(path)
    readings.add(desk.engine, [new("2026-10", 22.0, NOW)], now=NOW)
    app.state.site.memo.forget()  # the mark of the store is believed for half a second
    after = ask.get(path, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert len(after.json()["readings"]) == 1 + len(before.json()["readings"])


def test_all_vintages_are_there_when_asked_for(ask: Asker) -> None:
    path = "indicators/trade_total/readings"
    last = ask.json(path)["readings"]
    every = ask.json(f"{path}?vintages=all")["readings"]
    assert [one for one in every if one["period"] == "2026-09" and one["vintage"] == 2] == [
        one for one in last if one["period"] == "2026-09"
    ]
    assert [21.25, 21.5] == [one["value"] for one in every if one["period"] == "2026-09"]
    then = ask.json(f"{path}?vintages=all&as_of={DAY}")["readings"]
    assert {1} == {one["vintage"] for one in then}


def test_a_moment_to_come_means_now(ask: Asker) -> None:
    assert ask.json("indicators?as_of=2100-01-01") == ask.json("indicators")


def test_the_forecast_that_stood_on_a_day(ask: Asker) -> None:
    assert ask.json("forecasts/standing")["forecast_id"] == "third"
    then = (NOW - timedelta(days=35)).date().isoformat()
    assert ask.json(f"forecasts/standing?as_of={then}")["forecast_id"] == "first"
    none = ask.get("forecasts/standing?as_of=2001-07-16")
    assert (none.status_code, none.json()["title"]) == (404, "Not Found")
    assert "no forecast as of 16 Jul 2001" in none.json()["detail"]


@pytest.mark.parametrize(("name", "kind"), FORECASTS.items())
def test_a_forecast_has_a_permanent_address(ask: Asker, name: str, kind: str) -> None:
    found = ask.json(f"forecasts/{name}")
    status = "stale" if name == "third" else kind
    assert (found["forecast_id"], found["status"]) == (name, status)
    if name == "third":
        assert found == ask.json("forecasts/standing")


def test_forecasts_come_page_by_page_newest_first(ask: Asker) -> None:
    found: list[str] = []
    path = "forecasts?limit=2&kind=published&kind=hindcast&kind=provisional&kind=rejected"
    while path:
        answer = ask.get(path)
        found += [one["forecast_id"] for one in answer.json()["forecasts"]]
        assert len(answer.json()["forecasts"]) <= 2
        following = answer.links.get("next", {}).get("url")
        assert (following is None) == (answer.json()["next"] is None)
        path = following or ""
    assert found == list(FORECASTS)[::-1]


def test_only_what_may_stand_is_listed_unless_asked_for(ask: Asker) -> None:
    names = [one["forecast_id"] for one in ask.json("forecasts")["forecasts"]]
    assert names == ["third", "second", "first"]
    (hindcast,) = ask.json("forecasts?kind=hindcast")["forecasts"]
    assert hindcast["status"] == "hindcast"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("forecasts/none", 404, "no forecast is called 'none'"),
        ("forecasts/..%2F..%2Fetc", 404, ""),
        ("forecasts/none/series", 404, "no forecast is called 'none'"),
        ("forecasts/second/series", 404, "has no posterior file"),
        ("forecasts/second/draws.nc", 404, "has no posterior file"),
        ("forecasts/standing/series.xls", 422, "form: "),
        ("forecasts?limit=201", 422, "limit: "),
        ("forecasts?limit=0", 422, "limit: "),
        ("forecasts?cursor=YWZ0ZXI6MDE", 422, "cursor: is none of ours"),
        ("forecasts?kind=good", 422, "kind.0: "),
        ("indicators/trade_totl", 404, "nearest: trade_total"),
        ("indicators/trade_totl/readings", 404, "nearest: trade_total"),
        ("indicators?as_of=yesterday", 422, "as_of: 'yesterday' is no moment"),
        ("indicators?as_of=0001-01-01T00:00:00%2B14:00", 422, "is no moment"),
        ("indicators/trade_total/readings?vintages=some", 422, "vintages: "),
        ("leads/0", 422, "number: "),
        ("leads/99999999999999999999", 422, "number: "),
        ("leads/77", 404, "no lead is called '77'"),
        ("quarantine/77", 404, "no value in quarantine is called '77'"),
        ("jobs/none/runs", 404, "no job is called 'none'"),
        ("nothing", 404, "there is nothing at this address"),
    ],
)
def test_what_cannot_be_meant_is_a_problem_that_says_so(
    ask: Asker, path: str, status: int, said: str
) -> None:
    answer = ask.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert said in problem["detail"]


def test_why_it_moved_is_told_since_known_forecasts_only(ask: Asker) -> None:
    assert ask.json("explain")["from"] == "first"
    for since, status in (("nothing", 404), ("turned-away", 422), ("third", 422), ("x" * 65, 422)):
        assert ask.get(f"explain?since={since}").status_code == status
    unexplained = ask.get("explain?since=second")
    assert unexplained.status_code == 404
    assert "`forecaster explain --since second --to third`" in unexplained.json()["detail"]


def test_why_it_moved_is_told_up_to_any_forecast(ask: Asker) -> None:
    whole = ask.json("explain")
    assert ask.json("explain?since=first&to=third") == whole
    assert ask.json("explain?to=third&as_of=2026-11-21") == whole
    days = [f"{NOW - timedelta(days=8 * one):%Y-%m-%d}" for one in (4, 1)]
    assert ask.json(f"explain?since={days[0]}&to={days[1]}") == whole
    unexplained = ask.get("explain?since=first&to=second")
    assert unexplained.status_code == 404
    assert "`forecaster explain --since first --to second`" in unexplained.json()["detail"]
    dated = ask.get("explain?as_of=2026-11-08")
    assert "`forecaster explain --since first --to second`" in dated.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("to=nothing", 404, "no forecast is called"),
        ("to=turned-away", 422, "did not pass the gate"),
        ("since=third&to=first", 422, "is later than first"),
        ("since=first&to=first", 422, "name an earlier one"),
        ("to=third&as_of=2026-11-08", 422, "leave as_of out"),
        ("to=2026-13-45", 422, "is no moment"),
        ("to=2018-12-31", 404, "no forecast had been published as of 2018-12-31"),
        (f"to={'x' * 65}", 422, "64"),
    ],
)
def test_an_end_that_cannot_be_meant_is_refused(
    ask: Asker, query: str, status: int, said: str
) -> None:
    answer = ask.get(f"explain?{query}")
    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.parametrize("name", ["what-if", "prior-share"])
def test_what_was_not_worked_out_is_missing_and_says_what_to_do(ask: Asker, name: str) -> None:
    answer = ask.get(f"{name}?as_of={DAY}")
    assert answer.status_code == 404
    assert f"`{name}` has not been worked out for" in answer.json()["detail"]
