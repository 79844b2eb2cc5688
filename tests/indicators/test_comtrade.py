"""UN Comtrade: one period a request, pinned rows, and empty answers that are no zeros."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from indicators.source import Request, Unexpected
from indicators.sources.comtrade import SOURCE, parse, parse_flows, periods_before, readings_of
from tests.indicators.answering import NOW, Answering, harvest, sample

MONTH = sample("trade_comtrade")
YEAR = sample("trade_comtrade", "sample.year.json")
EMPTY = b'{"elapsedTime":"0.58 secs","count":0,"data":[],"error":""}'
GATEWAY = b'{"statusCode":401,"message":"Access denied due to missing subscription key."}'


def edited(change: Callable[[Any], object], body: bytes = MONTH) -> bytes:
    content = json.loads(body)
    change(content)
    return json.dumps(content).encode()


def row(body: bytes = MONTH, **fields: object) -> bytes:
    return edited(lambda c: c["data"][0].update(fields), body)


def test_a_month_is_both_directions() -> None:
    (one,) = readings_of(parse_flows(MONTH, "2024-08"))

    assert (one.indicator, one.period.text, one.value) == ("trade_comtrade", "2024-08", 21.68)
    assert one.note == "exports 10.260, imports 11.420 bn USD"
    assert one.published_at is None


def test_a_year_gives_the_shares_of_exports_as_well_and_names_month_52() -> None:
    assert json.loads(YEAR)["data"][0]["refMonth"] == 52
    found = {one.indicator: one.value for one in readings_of(parse_flows(YEAR, "2024"))}

    assert found == {
        "trade_comtrade": 244.81,
        "russia_share_china_exports": 3.23,
        "us_share_china_exports_customs": 14.71,
    }


def test_an_empty_answer_holds_nothing() -> None:
    assert readings_of(parse_flows(EMPTY, "2026-09")) == ()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (GATEWAY, "is a refusal: Access denied due to missing subscription key"),
        (b'{"statusCode":403,"message":"Out of call volume quota."}', "a refusal: Out of call"),
        (b'{"statusCode":429,"message":"Rate limit is exceeded."}', "a refusal: Rate limit"),
        (b"<html>502</html>", "is no JSON"),
        (b"[]", "is a list; expected an object"),
        (edited(lambda c: c.update(error="bad period")), "names an error: bad period"),
        (edited(lambda c: c.update(count=3)), "counts 3 rows and brings 2"),
        (edited(lambda c: c["data"].append(c["data"][0]) or c.update(count=3)), "643 twice"),
        (edited(lambda c: c.update(count=500, data=c["data"] * 250)), "it may be cut off"),
        (row(partner2Code=276), "has partner2Code 276; expected 0"),
        (row(motCode=2100), "has motCode 2100; expected 0"),
        (row(customsCode="C01"), "has customsCode 'C01'; expected 'C00'"),
        (row(cmdCode="27"), "has cmdCode '27'; expected 'TOTAL'"),
        (row(reporterCode=643), "has reporterCode 643; expected 156"),
        (row(typeCode="S"), "has typeCode 'S'; expected 'C'"),
        (row(flowCode="RX"), "flow 'RX'"),
        (row(partnerCode="643"), "is of partner '643'"),
        (row(period="202407", refMonth=7), "a row is of '202407'; expected 2024-08"),
        (row(refMonth=52), "a monthly row is of '202408', month 52"),
        (row(primaryValue=None), "is null; expected a number"),
        (edited(lambda c: c["data"][0].pop("motCode")), "lacks motCode"),
    ],
)
def test_what_was_not_asked_for_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        parse_flows(body, "2024-08")
    assert why in str(told.value)


def test_new_fields_are_told() -> None:
    assert "mood" in parse_flows(row(mood=1), "2024-08").warnings[0]


def test_a_share_above_the_whole_is_refused() -> None:
    with pytest.raises(Unexpected, match="is no share"):
        readings_of(parse_flows(row(YEAR, primaryValue=1.0), "2024"))


def test_the_last_years_and_months_are_asked_for_one_by_one() -> None:
    periods = periods_before(date(2026, 3, 31))

    assert periods == [
        *("2024", "2025"),
        *("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"),
    ]


def given(request: Request) -> bytes:
    asked = dict(request.params)["period"]
    body = YEAR if len(asked) == 4 else MONTH
    if asked in ("2024", "202608"):
        return body.replace(b"202408", b"202608")
    return EMPTY


def test_a_visit_pins_what_would_be_counted_twice() -> None:
    ask = Answering(given)
    found = harvest(SOURCE, ask)

    assert found.result == "value"
    assert sorted({(one.indicator, one.period.text) for one in found.readings}) == [
        ("russia_share_china_exports", "2024"),
        ("trade_comtrade", "2024"),
        ("trade_comtrade", "2026-08"),
        ("us_share_china_exports_customs", "2024"),
    ]
    assert len(ask.asked) == len(periods_before(NOW.date()))
    pins = {"partner2Code": "0", "motCode": "0", "customsCode": "C00", "cmdCode": "TOTAL"}
    assert all(pins.items() <= dict(one.params).items() for one in ask.asked)
    assert all("," not in dict(one.params)["period"] for one in ask.asked)
    assert harvest(SOURCE, ask).result == "unchanged"


def test_nothing_in_any_period_is_empty_not_zero() -> None:
    found = harvest(SOURCE, Answering(lambda _: EMPTY))

    assert (found.result, found.readings) == ("empty", ())


def test_one_direction_alone_is_told_and_not_added_up() -> None:
    half = edited(lambda c: c["data"].pop() and c.update(count=1))
    body = half.replace(b"202408", b"202608")
    found = harvest(SOURCE, Answering(lambda r: body if "202608" in repr(r) else EMPTY))

    assert found.readings == ()
    assert found.warnings == ("2026-08: China's imports from Russia are missing; no sum was made",)


@pytest.mark.parametrize("query", ["", "period=202413", "period=2024,2025", "period=24"])
def test_a_kept_answer_without_one_period_is_refused(query: str) -> None:
    with pytest.raises(Unexpected, match="expected a year or month"):
        parse(MONTH, f"https://comtradeapi.un.org/public/v1/preview/C/M/HS?{query}")
