"""The IMF's trade by partner: values as text, nulls, answers without series, bodies of nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from indicators.source import Request, Unexpected
from indicators.sources.imf import SOURCE, parse, parse_data, share_of, trade_of
from tests.indicators.answering import Answering, harvest, sample

MONTHS = sample("trade_imf")
YEARS = sample("china_share_russia_trade_imf")


def edited(change: Callable[[Any], object], body: bytes = MONTHS) -> bytes:
    content = json.loads(body)
    change(content["data"])
    return json.dumps(content).encode()


def inside(data: Any) -> Any:
    return data["dataSets"][0]["series"]["0:0:0:0"]["observations"]


def test_values_are_text_and_a_null_is_missing() -> None:
    data = parse_data(MONTHS)

    assert data.series[0].values["2024-08"] == 10_260_000_000
    assert data.series[0].values["2024-09"] is None
    assert trade_of(data) == {"2024-07": 19.69, "2024-08": 21.68, "2024-09": None}


def test_the_share_is_that_of_both_directions() -> None:
    assert share_of(parse_data(YEARS)) == {"2017": 14.85, "2018": 15.72}


def test_one_direction_alone_is_no_sum() -> None:
    body = edited(lambda d: d["dataSets"][0]["series"].pop("0:1:0:0"))

    assert set(trade_of(parse_data(body)).values()) == {None}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty, as for a dataflow that does not exist"),
        (edited(lambda d: d["dataSets"][0].pop("series")), "nothing matches the key"),
    ],
)
def test_nothing_is_empty_not_zero(body: bytes, why: str) -> None:
    found = harvest(SOURCE, Answering(lambda _: body))

    assert (found.result, found.readings) == ("empty", ())
    assert len(found.warnings) == 2
    assert why in found.warnings[0]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>sign in</html>", "is no JSON"),
        (b'{"errors": [{"code": 100}]}', "the answer lacks data"),
        (edited(lambda d: d["dataSets"].append({})), "2 data sets in 1 structures"),
        (edited(lambda d: inside(d).update({"9": ["1"]})), "points at '9'; 3 values are listed"),
        (edited(lambda d: inside(d).update({"x": ["1"]})), "points at 'x'"),
        (edited(lambda d: inside(d).update({"0": []})), "has no cell"),
        (edited(lambda d: inside(d).update({"0": ["n/a"]})), "is 'n/a'; expected a number"),
        (
            edited(lambda d: d["structures"][0]["dimensions"]["series"].pop()),
            "has 4 places; expected 3",
        ),
        (
            edited(
                lambda d: d["structures"][0]["dimensions"]["observation"][0]["values"][0].update(
                    value="2024-Q3"
                )
            ),
            "the period is '2024-Q3'",
        ),
        (
            edited(
                lambda d: d["structures"][0]["dimensions"]["observation"][0].update(id="PRODUCT")
            ),
            "the observations are by PRODUCT",
        ),
    ],
)
def test_another_message_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        parse_data(body)
    assert why in str(told.value)


def test_a_dataset_without_a_counterpart_and_another_reporter_are_refused() -> None:
    dimensions = json.loads(MONTHS)["data"]["structures"][0]["dimensions"]["series"]
    assert dimensions[2]["id"] == "COUNTERPART_COUNTRY"

    def rename(data: Any) -> None:
        data["structures"][0]["dimensions"]["series"][2]["id"] = "SECTOR"

    with pytest.raises(Unexpected, match="a series lacks COUNTERPART_COUNTRY"):
        trade_of(parse_data(edited(rename)))
    with pytest.raises(Unexpected, match="a series is of RUS; asked: CHN"):
        trade_of(parse_data(YEARS))


def test_a_share_above_the_whole_is_refused() -> None:
    def swap(data: Any) -> None:
        data["structures"][0]["dimensions"]["series"][2]["values"].reverse()

    with pytest.raises(Unexpected, match="is no share"):
        share_of(parse_data(edited(swap, YEARS)))


def given(request: Request) -> bytes:
    return MONTHS if "/CHN." in request.path else YEARS


def test_a_visit_asks_two_questions_and_reads_what_changed() -> None:
    ask = Answering(given)
    found = harvest(SOURCE, ask)

    assert found.result == "value"
    assert [one.path.rpartition("/")[2] for one in ask.asked] == [
        "CHN.XG_FOB_USD+MG_CIF_USD.RUS.M",
        "RUS.XG_FOB_USD+MG_CIF_USD.CHN+G001.A",
    ]
    assert {one.indicator for one in found.readings} == set(SOURCE.indicators)
    assert harvest(SOURCE, ask).result == "unchanged"


def test_a_value_that_turns_null_is_taken_back() -> None:
    known = {"trade_imf": {"2024-08": 21.68, "2024-09": 20.5}}
    gone = harvest(SOURCE, Answering(given), known=known).withdrawn

    assert [(one.indicator, one.period.text) for one in gone] == [("trade_imf", "2024-09")]


def test_a_shorter_series_and_a_month_to_come_are_refused() -> None:
    known = {"trade_imf": {f"20{year}-01": 1.0 for year in range(10, 26)}}
    with pytest.raises(Unexpected, match="trade_imf shrank from 16 to 3"):
        harvest(SOURCE, Answering(given), known=known)
    early = MONTHS.replace(b"2024-M08", b"2026-M11")
    with pytest.raises(Unexpected, match="a value for 2026-11, which is not over yet"):
        harvest(SOURCE, Answering(lambda r: early if "/CHN." in r.path else YEARS))


def test_a_kept_answer_of_another_key_is_refused() -> None:
    with pytest.raises(Unexpected, match=r"no indicator is made of 'USA\.X'"):
        parse(MONTHS, "https://api.imf.org/external/sdmx/3.0/data/dataflow/IMF.STA/IMTS/+/USA.X")
