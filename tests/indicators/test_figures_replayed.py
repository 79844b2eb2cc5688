"""The six publishers of figures over real sockets: the client, the corpus, and the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from indicators import catalogue
from indicators.client import Access, Client
from indicators.collect import Visited, visit
from indicators.exchange import Patience
from indicators.source import Ask, Visit
from indicators.sources import SOURCES
from tests.indicators.conftest import Shelf
from tests.indicators.newsroom import CHINA, RUSSIA, Newsroom, quarters, row
from tests.replay import Fault, Replay, Route

NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
QUICK = Patience(attempts=2, first=0.001, longest=0.01, jitter=0.001)
CATALOGUE = catalogue()
Go = Callable[..., Visited]


@pytest.fixture
def go(replay: Replay) -> Iterator[Go]:
    """One visit to a source by name, with what it noted before."""
    shelf = Shelf()
    addresses = {
        name: replay.environment[f"FORECASTER_SOURCES__{name.upper()}__BASE_URL"]
        for name in SOURCES
    }
    access = Access("forecaster/0", addresses=addresses)
    with Client(shelf, access, patience=QUICK, clock=lambda: NOW) as client:

        def visited(name: str, **memory: str) -> Visited:
            ask: Ask = client.ask_for(SOURCES[name])
            return visit(SOURCES[name], ask, CATALOGUE, Visit(NOW, {}, memory))

        yield visited


def values(found: Visited) -> dict[tuple[str, str], float]:
    assert found.error is None
    return {(one.indicator, one.period.text): one.value for one in found.readings}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("worldbank", {("gdp_ratio", "2024"): 11.469, ("china_exports_gdp", "2019"): 18.42}),
        ("imf", {("trade_imf", "2024-08"): 21.68, ("china_share_russia_trade_imf", "2018"): 15.72}),
        (
            "comtrade",
            {
                ("trade_comtrade", "2026-06"): 20.0,
                ("us_share_china_exports_customs", "2024"): 14.71,
            },
        ),
        ("sipri", {("arms_deliveries", "1998"): 10.75, ("arms_to_indonesia", "2005"): 5.5}),
        (
            "dataverse",
            {("un_distance_russia_us", "2021"): 2.466, ("un_distance_russia_china", "2021"): 0.396},
        ),
    ],
)
def test_a_visit_brings_readings_and_the_next_one_nothing(
    go: Go, name: str, expected: dict[tuple[str, str], float]
) -> None:
    first = go(name)

    assert first.result == "value"
    assert expected.items() <= values(first).items()
    assert (first.doubts, first.warnings) == ((), ())
    again = go(name, **first.memory)
    # Each answer of SIPRI names another day, so it is the store that finds nothing new in it.
    assert again.result == ("value" if name == "sipri" else "unchanged")


def test_a_day_with_gaps_brings_leads_alone(go: Go, replay: Replay) -> None:
    found = go("gdelt_events")

    assert (found.error, found.result, found.readings) == (None, "value", ())
    assert [(one.indicator, one.day.isoformat()) for one in found.leads] == [
        ("joint_exercises", "2026-11-21"),
        ("leader_meetings", "2026-11-21"),
    ]
    assert found.warnings == ("3 of 96 files of 2026-11-21 could be read; 3 are listed",)
    asked = replay["gdelt_events"].asked
    assert asked[1].headers["Range"] == "bytes=-400000"
    assert [one.path for one in asked[2:]] == [
        f"/gdeltv2/20261121{at}.export.CSV.zip" for at in ("000000", "121500", "234500")
    ]


def test_all_files_of_a_day_come_over_the_wire(go: Go, replay: Replay) -> None:
    room = Newsroom()
    noon = row(5, CHINA, RUSSIA, "042", added="20261121120000")
    room.publish_day("20261121", [noon])
    room.publish("20261122000000")
    replay["gdelt_events"].add(
        Route("/gdeltv2/lastupdate.txt", content_type="text/plain", body=room.last()),
        Route("/gdeltv2/masterfilelist.txt", content_type="text/plain", body=room.master()),
        *(
            Route(
                f"/gdeltv2/{stamp}.export.CSV.zip",
                content_type="application/zip",
                body=room.files[stamp],
            )
            for stamp in quarters("20261121")
        ),
    )
    found = go("gdelt_events")

    assert values(found)["gdelt_visits", "2026-11-21"] == 1.0
    assert (found.doubts, found.warnings) == ((), ())
    assert len(replay["gdelt_events"].asked) == 98


WAF = b"<!DOCTYPE HTML><html><head><title>403 Forbidden</title></head></html>"


@pytest.mark.parametrize(
    ("name", "route", "why"),
    [
        (
            "dataverse",
            Route("/api/*", status=403, content_type="text/html", body=WAF),
            "dataverse: status 403",
        ),
        (
            "dataverse",
            Route("/api/*", content_type="text/html", body=WAF),
            "the answer is text/html; expected application/json",
        ),
        (
            "comtrade",
            Route("/public/*", status=401, body=b'{"statusCode":401,"message":"Access denied"}'),
            "status 401; it begins: {",
        ),
        (
            "comtrade",
            Route("/public/*", body=b'{"statusCode":403,"message":"Out of call volume quota."}'),
            "is a refusal: Out of call volume quota.",
        ),
        (
            "comtrade",
            Route(
                "/public/*",
                status=429,
                headers={"Retry-After": "3000"},
                body=b'{"statusCode":429,"message":"Rate limit is exceeded."}',
            ),
            "status 429; it asks to wait 3000 s",
        ),
        ("worldbank", Route("/v2/*", body=b'[{"message":[{"id":"120"}]}]'), "is a refusal"),
        ("worldbank", Route("/v2/*", content_type="text/xml", body=b"<x/>"), "is text/xml"),
        ("imf", Route("/external/*", status=401, body=b"{}"), "imf: status 401"),
        ("sipri", Route("/api/*", method="POST", status=500, body=b""), "sipri: status 500"),
        ("gdelt_events", Route("/gdeltv2/lastupdate.txt", status=404), "status 404"),
        (
            "gdelt_events",
            Route(
                "/gdeltv2/masterfilelist.txt",
                content_type="text/plain",
                body=b"x" * 100_000,
                fault=Fault(endless=True),
            ),
            "gdelt_events: ",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_refusal_fails_the_visit_in_words(
    go: Go, replay: Replay, name: str, route: Route, why: str
) -> None:
    replay[name].add(route)
    found = go(name)

    assert found.result == "failed"
    assert found.error is not None
    assert why in found.error
    assert (found.readings, found.memory) == ((), {})


@pytest.mark.parametrize("status", [200, 204])
def test_nothing_from_the_imf_is_empty(go: Go, replay: Replay, status: int) -> None:
    body = b'{"data":{"dataSets":[{"structure":0}],"structures":[{}]}}' if status == 200 else b""
    replay["imf"].add(Route("/external/*", status=status, body=body))
    found = go("imf")

    assert (found.error, found.result, found.readings) == (None, "empty", ())
    assert len(found.warnings) == 2
