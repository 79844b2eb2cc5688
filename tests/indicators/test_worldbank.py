"""The World Bank: refusals with 200, blanks, aggregates, and whole releases at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from indicators.source import Request, Unexpected
from indicators.sources.worldbank import SERIES, SOURCE, parse_table, readings_of
from tests.indicators.answering import Answering, harvest, sample

GDP = SERIES[0]
REFUSAL = b"""[{"message":[{"id":"120","key":"Invalid value",
"value":"The provided parameter value is not valid"}]}]"""


def edited(change: Callable[[list[Any]], object], indicator: str = "gdp_ratio") -> bytes:
    content = json.loads(sample(indicator))
    change(content)
    return json.dumps(content).encode()


def table(body: bytes) -> Any:
    return parse_table(body, GDP.code, GDP.measure)


def test_a_ratio_needs_both_countries_and_a_blank_is_missing() -> None:
    found = table(sample("gdp_ratio"))
    readings = readings_of(GDP, found)

    assert found.values["CHN", 2025] is None
    assert [(one.period.text, one.value) for one in readings] == [
        ("2023", 11.399),
        ("2024", 11.469),
    ]
    assert readings[0].published_at == datetime(2026, 2, 24, tzinfo=UTC)
    assert readings[1].note == "China 18488.0, Russia 1612.0 billion (release of 2026-02-24)"


def test_a_blank_on_one_side_is_missing_too() -> None:
    def change(content: list[Any]) -> None:
        content[1][1]["value"] = None  # China 2024

    assert [one.period.text for one in readings_of(GDP, table(edited(change)))] == ["2023"]


def test_aggregates_and_other_countries_are_passed_over() -> None:
    def change(content: list[Any]) -> None:
        stranger = dict(content[1][0], countryiso3code="ARB", value=1.0)
        content[1].append(stranger)
        content[0]["total"] += 1

    assert readings_of(GDP, table(edited(change))) == readings_of(GDP, table(sample("gdp_ratio")))


def test_no_rows_are_no_data() -> None:
    body = b'[{"page":0,"pages":0,"per_page":0,"total":0,"sourceid":null,"lastupdated":null},null]'

    assert table(body).released is None
    assert readings_of(GDP, table(body)) == ()


def test_new_fields_are_told() -> None:
    def change(content: list[Any]) -> None:
        content[0]["mood"] = "good"
        content[1][2]["footnote"] = "x"

    told = table(edited(change)).warnings
    assert len(told) == 2
    assert "mood" in told[0]
    assert "footnote" in told[1]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (REFUSAL, "is a refusal: Invalid value (120): The provided parameter"),
        (b'[{"mess":1}]', "is a refusal: an array of one"),
        (b"<html><body>Service unavailable</body></html>", "is no JSON"),
        (b"[]", "has 0 parts"),
        (edited(lambda c: c[0].update(pages=2)), "6 rows on 2 pages and brings 6"),
        (edited(lambda c: c[1].pop()), "says 6 rows on 1 pages and brings 5"),
        (edited(lambda c: c[0].update(lastupdated="24.02.2026")), "is of the release '24.02.2026'"),
        (edited(lambda c: c[0].update(lastupdated="2026-02-30")), "is of the release '2026-02-30'"),
        (edited(lambda c: c[1][0]["indicator"].update(id="NY.GDP.MKTP.CD")), "expected NY.GDP.MKT"),
        (
            edited(lambda c: c[1][0]["indicator"].update(value="GDP (constant 2021 US$)")),
            "the unit or its base year has changed",
        ),
        (edited(lambda c: c[1][0].update(date="2024Q1")), "is of '2024Q1'; expected a year"),
        (edited(lambda c: c[1][0].update(date="2030")), "gives 2030, later than its release"),
        (edited(lambda c: c[1][0].update(date="2024")), "gives CHN 2024 twice"),
        (edited(lambda c: c[1][1].update(value="much")), "expected a number"),
        (edited(lambda c: c[1].__setitem__(0, 7)), "is a number; expected an object"),
    ],
)
def test_what_is_not_a_whole_table_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        table(body)
    assert why in str(told.value)


@pytest.mark.parametrize(("value", "why"), [(0, "of RUS in 2023 is 0"), (1e-300, "is inf")])
def test_a_ratio_over_next_to_nothing_is_refused(value: float, why: str) -> None:
    body = edited(lambda c: c[1][5].update(value=value))
    with pytest.raises(Unexpected, match=why):
        readings_of(GDP, table(body))


def given(request: Request) -> bytes:
    code = request.path.rpartition("/")[2]
    return sample(next(one.indicator for one in SERIES if one.code == code))


def test_a_visit_reads_every_series_and_then_nothing_new() -> None:
    ask = Answering(given)
    memory: dict[str, str] = {}
    first = harvest(SOURCE, ask, memory)

    assert first.result == "value"
    assert {one.indicator for one in first.readings} == set(SOURCE.indicators)
    assert ask.asked[0].path == "/country/CHN;RUS/indicator/NY.GDP.MKTP.KD"
    assert ("format", "json") in ask.asked[0].params
    assert harvest(SOURCE, ask, memory).result == "unchanged"


def test_a_value_that_turns_blank_is_taken_back_once() -> None:
    memory: dict[str, str] = {}
    harvest(SOURCE, Answering(given), memory)

    def blank(content: list[Any]) -> None:
        content[1][1]["value"] = None

    def later(request: Request) -> bytes:
        return edited(blank) if "NY.GDP" in request.path else given(request)

    memory[GDP.code] = "2019 2020 2021 2022 2023 2024"
    known = {"gdp_ratio": {"2024": 11.469, "2025": 1.0}}
    with pytest.raises(Unexpected, match="shrank from 6 to 1"):
        harvest(SOURCE, Answering(later), dict(memory), known=known)
    memory[GDP.code] = "2024"
    gone = harvest(SOURCE, Answering(later), memory, known=known).withdrawn

    assert [(one.indicator, one.period.text) for one in gone] == [("gdp_ratio", "2024")]
    assert harvest(SOURCE, Answering(later), memory, known=known).withdrawn == ()


def test_a_blank_takes_back_nothing_that_another_publisher_gave() -> None:
    known = {"gdp_ratio": {"2025": 11.5}}

    assert harvest(SOURCE, Answering(given), known=known).withdrawn == ()


def test_rows_of_neither_country_are_refused() -> None:
    def change(content: list[Any]) -> None:
        for row in content[1]:
            row["countryiso3code"] = "X" + row["countryiso3code"][1:]

    body = edited(change)
    with pytest.raises(Unexpected, match="no row is of CHN or RUS"):
        harvest(SOURCE, Answering(lambda r: body if "NY.GDP" in r.path else given(r)))


def test_no_data_at_all_is_empty_not_zero() -> None:
    nothing = b'[{"page":0,"pages":0,"per_page":0,"total":0},null]'
    found = harvest(SOURCE, Answering(lambda _: nothing))

    assert (found.result, found.readings) == ("empty", ())
    assert len(found.warnings) == len(SERIES)
